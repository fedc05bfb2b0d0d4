import { describe, expect, it } from 'vitest';
import { defaultLimits } from '../../../src/domain/archive/limits.ts';
import { unpackArchive } from '../../../src/domain/archive/unpack-archive.ts';
import { invent, mutate, pick, type Random, randomFrom } from './mutate.ts';
import { readWithYauzl } from '../../conformance/archive-readers.ts';
import { honestVectors } from './vectors/honest.ts';

const seed = 20_261_121;
/** No archive here has more than a few kilobytes, which take 0.1 ms: whatever takes as long as this hangs. */
const slowestMs = 5_000;

const seeds = honestVectors.map(({ archive }) => archive).filter((archive) => archive.length < 4_000);

interface Tally {
  accepted: number;
  refused: Set<string>;
}

/**
 * Unpacks `count` archives. None may throw or hang; a refused one has problems and no files; what an accepted one gives
 * is what a second reader finds in it.
 */
const tryAll = async (count: number, firstSeed: number, make: (random: Random) => Buffer): Promise<Tally> => {
  const tally: Tally = { accepted: 0, refused: new Set() };
  for (let current = firstSeed; current < firstSeed + count; current++) {
    const archive = make(randomFrom(current));
    const start = performance.now();
    const { files, problems } = unpackArchive(archive, defaultLimits);
    const ms = performance.now() - start;
    if (ms > slowestMs) throw new Error(`seed ${current} took ${ms} ms`);
    for (const { key } of problems) tally.refused.add(key);
    if (problems.length > 0) {
      if (files.length > 0 || problems.length > 20) throw new Error(`seed ${current} gives files and problems`);
      continue;
    }
    tally.accepted++;
    expect([current, await readWithYauzl(archive)]).toEqual([current, 'alike']);
  }
  return tally;
};

describe('whatever the bytes are, unpacking never throws, and what it accepts is what another reader finds', () => {
  it('in 20,000 mutated archives', { timeout: 120_000 }, async () => {
    const { accepted, refused } = await tryAll(20_000, seed, (random) =>
      mutate(pick(random, seeds), pick(random, seeds), random),
    );
    // Enough of both, or the property says nothing.
    expect(accepted).toBeGreaterThan(500);
    expect(refused.size).toBeGreaterThan(30);
  });

  it('in 10,000 invented archives', { timeout: 120_000 }, async () => {
    const { accepted, refused } = await tryAll(10_000, seed + 1_000_000, invent);
    expect(accepted).toBeGreaterThan(500);
    expect(refused.size).toBeGreaterThan(25);
  });
});
