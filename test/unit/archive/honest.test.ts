import { describe, expect, it } from 'vitest';
import { defaultLimits } from '../../../src/domain/archive/limits.ts';
import { unpackArchive } from '../../../src/domain/archive/unpack-archive.ts';
import { buildZip } from '../../support/lying-zip.ts';
import { readWithYauzl } from '../../conformance/archive-readers.ts';
import { asTexts } from './second-reader.ts';
import { honestVectors } from './vectors/honest.ts';
import { limitVectors } from './vectors/limits.ts';

describe('accepts', () => {
  it.each(honestVectors.map((vector) => [vector.why, vector] as const))('%s', async (_why, { archive, files }) => {
    const expected = Object.entries(files).map(([path, content]) => ({ path, bytes: Buffer.from(content) }));
    const unpacked = unpackArchive(archive, defaultLimits);
    expect(unpacked.problems).toEqual([]);
    expect(asTexts(unpacked.files)).toEqual(asTexts(expected));
    expect(await readWithYauzl(archive)).toBe('alike');
  });

  it('what is exactly at a limit', () => {
    const archive = buildZip([
      { name: 'abc/defgh', content: '1234567890' },
      { name: 'zeros', content: '0'.repeat(90), deflate: true },
    ]);
    const exact = {
      ...defaultLimits,
      maxPackageBytes: archive.length,
      maxExpandedBytes: 100,
      maxEntryBytes: 90,
      maxEntries: 2,
      maxRatio: 1,
      ratioFromBytes: 100,
      maxPathPartBytes: 5,
      maxPathBytes: 9,
      maxPathDepth: 2,
    };
    expect(unpackArchive(archive, exact).problems).toEqual([]);
    const keysOf = (limits: Partial<typeof exact>) =>
      unpackArchive(archive, { ...exact, ...limits }).problems.map(({ key }) => key);
    expect(keysOf({ maxPackageBytes: archive.length - 1 })).toEqual(['archive_too_large']);
    expect(keysOf({ maxExpandedBytes: 99 })).toEqual(['archive_expands_too_much']);
    expect(keysOf({ maxEntryBytes: 89 })).toEqual(['archive_entry_too_large']);
    expect(keysOf({ maxEntries: 1 })).toEqual(['archive_too_many_entries']);
    expect(keysOf({ ratioFromBytes: 99 })).toEqual(['archive_ratio_too_high']);
    expect(keysOf({ maxPathPartBytes: 4 })).toEqual(['archive_path_part_too_long', 'archive_path_part_too_long']);
    expect(keysOf({ maxPathBytes: 8 })).toEqual(['archive_path_too_long']);
    expect(keysOf({ maxPathDepth: 1 })).toEqual(['archive_path_too_deep']);
  });

  it('every archive that is refused for a limit, once the limit is higher', () => {
    const refusedByOwnLimits = limitVectors.filter(({ limits }) => Object.keys(limits ?? {}).length > 0);
    expect(refusedByOwnLimits.length).toBeGreaterThan(8);
    for (const { archive } of refusedByOwnLimits) expect(unpackArchive(archive, defaultLimits).problems).toEqual([]);
  });
});
