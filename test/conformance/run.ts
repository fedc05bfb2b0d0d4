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
};
