import { buildZip, type DescriptorShape, type Lie, type LyingEnd, type LyingEntry } from '../../support/lying-zip.ts';

/** A stream of whole numbers below `below`, the same for the same seed (mulberry32). */
export type Random = (below: number) => number;

export const randomFrom = (seed: number): Random => {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * below);
  };
};

export const pick = <T>(random: Random, choices: readonly T[]): T => {
  const choice = choices[random(choices.length)];
  if (choice === undefined) throw new Error('nothing to choose from');
  return choice;
};

type Mutation = (archive: Buffer, random: Random, other: Buffer) => Buffer;

const edgeValues = [0, 1, 2, 8, 0x7f, 0x800, 0x7fff, 0xfffe, 0xffff, 0x04034b50, 0x7fffffff, 0xfffffffe, 0xffffffff];
const recordSignatures = [0x04034b50, 0x02014b50, 0x06054b50, 0x06064b50, 0x07064b50, 0x08074b50];

const flipBit: Mutation = (archive, random) => {
  const mutant = Buffer.from(archive);
  const at = random(mutant.length);
  mutant.writeUInt8(mutant.readUInt8(at) ^ (1 << random(8)), at);
  return mutant;
};

const cutEnd: Mutation = (archive, random) => archive.subarray(0, random(archive.length));
const cutStart: Mutation = (archive, random) => archive.subarray(1 + random(archive.length));

const cutOut: Mutation = (archive, random) => {
  const from = random(archive.length);
  return Buffer.concat([archive.subarray(0, from), archive.subarray(from + 1 + random(60))]);
};

const copyWithin: Mutation = (archive, random) => {
  const from = random(archive.length);
  const piece = archive.subarray(from, from + 1 + random(80));
  const to = random(archive.length);
  const skipped = random(2) * piece.length;
  return Buffer.concat([archive.subarray(0, to), piece, archive.subarray(to + skipped)]);
};

const splice: Mutation = (archive, random, other) =>
  Buffer.concat([archive.subarray(0, random(archive.length)), other.subarray(random(other.length))]);

/** Hits a field, not just any byte: an edge value or a small step, somewhere in the fixed part of a record. */
const changeField: Mutation = (archive, random) => {
  const mutant = Buffer.from(archive);
  const places: number[] = [];
  for (let at = 0; at + 4 <= mutant.length; at++)
    if (recordSignatures.includes(mutant.readUInt32LE(at))) places.push(at);
  if (places.length === 0) return flipBit(archive, random, archive);
  const at = pick(random, places) + 4 + 2 * random(26);
  const width = pick(random, [2, 4] as const);
  if (at + width > mutant.length) return mutant.subarray(0, mutant.length - 1);
  const value = mutant.readUIntLE(at, width) + pick(random, [-1, 1, 4]);
  const told = random(2) === 0 ? pick(random, edgeValues) : value;
  mutant.writeUIntLE(Math.max(0, told) % 2 ** (8 * width), at, width);
  return mutant;
};

const mutations = [
  flipBit,
  flipBit,
  cutEnd,
  cutStart,
  cutOut,
  copyWithin,
  splice,
  changeField,
  changeField,
  changeField,
];

/** An archive made of an honest one by one to three changes; `other` is another one to splice with. */
export const mutate = (archive: Buffer, other: Buffer, random: Random): Buffer => {
  let mutant = archive;
  for (let left = 1 + random(3); left > 0 && mutant.length > 0; left--)
    mutant = pick(random, mutations)(mutant, random, other);
  return mutant;
};

const names = ['a', 'b.txt', 'a/', 'a/b', 'é.txt', 'A', '../c', 'd/e/f', '.DS_Store', 'g\\h', 'i ', 'nul'];
const shapes: (DescriptorShape | null)[] = [null, null, null, 'signed', 'unsigned', 'signed64', 'unsigned64'];
const localFields = [
  'flags',
  'method',
  'crc32',
  'compressedBytes',
  'expandedBytes',
  'nameBytes',
  'extraBytes',
] as const;
const centralFields = [...localFields, 'commentBytes', 'disk', 'externalAttributes', 'offset', 'madeBy'] as const;
const endFields = ['entriesOnDisk', 'entryCount', 'directoryBytes', 'directoryOffset', 'commentBytes', 'disk'] as const;

const lieOf = (random: Random): Lie => {
  const edge = pick(random, edgeValues);
  const step = pick(random, [-2, -1, 1, 2, 30]);
  return random(2) === 0 ? edge : (truth) => truth + step;
};

/**
 * An archive put together at random, in which a field or two may lie. Unlike a mutated one it can tell the same lie in
 * two places.
 */
export const invent = (random: Random): Buffer => {
  const entries: LyingEntry[] = Array.from({ length: random(4) }, () => inventEntry(random));
  const end: LyingEnd = { zip64: random(4) === 0 };
  if (random(6) === 0) end.end = { [pick(random, endFields)]: lieOf(random) };
  if (random(8) === 0) end.comment = Buffer.from(pick(random, ['hello', 'PK\x05\x06', 'PK\x06\x07']));
  return buildZip(entries, end);
};

const inventEntry = (random: Random): LyingEntry => {
  const name = pick(random, names);
  const entry: LyingEntry = {
    name,
    content: name.endsWith('/') ? '' : 'text '.repeat(random(20)),
    deflate: random(2) === 0,
    utf8: random(3) > 0,
  };
  const shape = pick(random, shapes);
  if (shape) entry.descriptor = shape;
  if (random(5) > 0) return entry;
  const lie = lieOf(random);
  const field = pick(random, localFields);
  if (random(3) > 0) entry.local = { [field]: lie };
  entry.central = { [random(2) === 0 ? field : pick(random, centralFields)]: lie };
  return entry;
};
