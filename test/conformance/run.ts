import { honestVectors } from '../unit/archive/vectors/honest.ts';
import { acceptedMutants, compareReaders } from './archive-readers.ts';
import { type Comparison, comparePackages, type Difference, knownPackagesFile, readKnownPackages } from './compare.ts';

const percent = (part: number, whole: number): string =>
  `${whole === 0 ? 0 : Math.floor((1_000 * part) / whole) / 10} %`;

const describeDifference = ({ name, ours, reference }: Difference): string[] => [
  `  ${name}`,
  `    ours:      ${ours}`,
  `    reference: ${reference}`,
];

const describeComparison = ({ agreeing, stricter, looser, disagreeing }: Comparison): string[] => {
  const all = agreeing.length + stricter.length + looser.length + disagreeing.length;
  const comparable = all - stricter.length - looser.length;
  return [
    `Agreement: ${agreeing.length} of ${all} packages (${percent(agreeing.length, all)}).`,
    `Without those that differ on purpose: ${agreeing.length} of ${comparable} (${percent(agreeing.length, comparable)}).`,
    '',
    `Disagreements: ${disagreeing.length}`,
    ...disagreeing.flatMap(describeDifference),
    '',
    `Stricter on purpose: ${stricter.length}`,
    ...stricter.flatMap(({ key, reason, ...difference }) => [
      ...describeDifference(difference),
      `    reason:    ${reason} (${key})`,
    ]),
    '',
    `Accepted on purpose: ${looser.length}`,
    ...looser.flatMap(({ reason, ...difference }) => [...describeDifference(difference), `    reason:    ${reason}`]),
  ];
};

/** Prints how far the package rules agree with the reference; exit code 1 when they differ other than on purpose. */
export const run = async (file: string | undefined): Promise<void> => {
  const packages = readKnownPackages(file ?? knownPackagesFile);
  const comparison = await comparePackages(packages);
  process.stdout.write(`${describeComparison(comparison).join('\n')}\n`);
  if (comparison.disagreeing.length > 0 || packages.length === 0) process.exitCode = 1;
  // Packages of somebody's own have nothing to do with readers of archives.
  if (file === undefined) await compareArchiveReaders();
};

const MUTANTS = 2_000;
const FIRST_SEED = 7_000_000;

/** Prints what other readers find in archives that we accept; exit code 1 when one finds something else. */
const compareArchiveReaders = async (): Promise<void> => {
  const honest = honestVectors.map(({ archive }, index) => ({ seed: index, archive }));
  const archives = [...honest, ...acceptedMutants(MUTANTS, FIRST_SEED)];
  process.stdout.write(`\nArchives that are accepted: ${honest.length} by hand, ${MUTANTS} mutants.\n`);
  for (const { reader, alike, refused, different } of await compareReaders(archives)) {
    const refusals = [...refused.values()].reduce((sum, count) => sum + count, 0);
    process.stdout.write(`  ${reader}: ${alike} read alike, ${refusals} refused, ${different.length} read otherwise\n`);
    for (const [reason, count] of refused) process.stdout.write(`    refused ${count}: ${reason}\n`);
    for (const one of different) process.stdout.write(`    otherwise: ${one}\n`);
    if (different.length > 0) process.exitCode = 1;
  }
};
