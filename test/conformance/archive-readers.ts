import { defaultLimits } from '../../src/domain/archive/limits.ts';
import { inspectArchive } from '../../src/domain/archive/inspect-archive.ts';
import { unpackArchive } from '../../src/domain/archive/unpack-archive.ts';
import { isDropped } from '../../src/domain/archive/dropped-files.ts';
import {
  digestOf,
  openZipReaders,
  plainName,
  yauzlReader,
  type Reading,
  type ZipReader,
} from '../support/zip-readers.ts';
import { invent, mutate, pick, randomFrom } from '../unit/archive/mutate.ts';
import { honestVectors } from '../unit/archive/vectors/honest.ts';

/** What became of one reader. */
export interface ReaderTally {
  reader: string;
  /** Archives that we accept and it reads alike. */
  alike: number;
  /** Archives that we accept and it does not read, by the reason. */
  refused: Map<string, number>;
  /** Archives in which it finds something else. */
  different: string[];
}

const seeds = honestVectors.map(({ archive }) => archive).filter((archive) => archive.length < 4_000);

/** Archives that we accept, made of honest ones by changes of some bytes, or put together at random. */
export const acceptedMutants = (count: number, firstSeed: number): { seed: number; archive: Buffer }[] => {
  const accepted: { seed: number; archive: Buffer }[] = [];
  for (let seed = firstSeed; accepted.length < count; seed += 1) {
    const random = randomFrom(seed);
    const archive = seed % 3 === 0 ? invent(random) : mutate(pick(random, seeds), pick(random, seeds), random);
    if (unpackArchive(archive, defaultLimits).problems.length === 0) accepted.push({ seed, archive });
  }
  return accepted;
};

/** What we find: the digest of each file by the bytes of its name. */
const ourReading = (archive: Buffer): Map<string, string> => {
  const content = new Map(
    unpackArchive(archive, defaultLimits).files.map(({ path, bytes }) => [path, digestOf(bytes)]),
  );
  const files = new Map<string, string>();
  for (const { name, path, isDirectory } of inspectArchive(archive, defaultLimits).entries)
    if (!isDirectory && !isDropped(path)) files.set(plainName(name), content.get(path)!);
  return files;
};

const isPlain = (name: string): boolean => /^[\x20-\x7e]*$/.test(name);
const isDroppedName = (name: string): boolean => isDropped(Buffer.from(name, 'latin1').toString());

/** As text that is the same when both find the same. */
const describe = (files: Map<string, string>, { keepsNames }: ZipReader): string =>
  [...files]
    .filter(([name]) => !isDroppedName(name))
    .map(([name, digest]) => `${keepsNames || isPlain(name) ? name : '(name beyond ASCII)'} ${digest}`)
    .sort()
    .join('\n');

const shorten = (reason: string): string => reason.replaceAll(/\/tmp\/\S+|\d{3,}/g, '…').slice(0, 120);

const compare = (
  reader: ZipReader,
  archives: { seed: number; archive: Buffer }[],
  readings: Reading[],
): ReaderTally => {
  const tally: ReaderTally = { reader: reader.name, alike: 0, refused: new Map(), different: [] };
  if (readings.length !== archives.length) throw new Error(`${reader.name} gave ${readings.length} answers`);
  for (const [index, reading] of readings.entries()) {
    const { seed, archive } = archives[index]!;
    if ('refused' in reading) {
      const reason = shorten(reading.refused);
      tally.refused.set(reason, (tally.refused.get(reason) ?? 0) + 1);
    } else if (describe(reading.files, reader) === describe(ourReading(archive), reader)) tally.alike += 1;
    else tally.different.push(`seed ${seed}`);
  }
  return tally;
};

/** What yauzl makes of an archive that we accept: `alike`, `different`, or why it refuses it. */
export const readWithYauzl = async (archive: Buffer): Promise<string> => {
  const { alike, different, refused } = compare(yauzlReader, [{ seed: 0, archive }], await yauzlReader.read([archive]));
  return alike === 1 ? 'alike' : different.length === 1 ? 'different' : [...refused.keys()].join();
};

/** Has every reader read what we accept. In batches, so that the archives of one are on the disk at a time. */
export const compareReaders = async (
  archives: { seed: number; archive: Buffer }[],
  batch = 250,
): Promise<ReaderTally[]> => {
  const readers = openZipReaders();
  const all = readers.map(({ name }): ReaderTally => ({ reader: name, alike: 0, refused: new Map(), different: [] }));
  for (let from = 0; from < archives.length; from += batch) {
    const some = archives.slice(from, from + batch);
    for (const [index, reader] of readers.entries()) {
      const tally = compare(reader, some, await reader.read(some.map(({ archive }) => archive)));
      const sum = all[index]!;
      sum.alike += tally.alike;
      sum.different.push(...tally.different);
      for (const [reason, count] of tally.refused) sum.refused.set(reason, (sum.refused.get(reason) ?? 0) + count);
    }
  }
  return all;
};
