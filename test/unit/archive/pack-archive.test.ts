import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { inspectArchive } from '../../../src/domain/archive/inspect-archive.ts';
import { defaultLimits } from '../../../src/domain/archive/limits.ts';
import { packArchive } from '../../../src/domain/archive/pack-archive.ts';
import { unpackArchive } from '../../../src/domain/archive/unpack-archive.ts';
import type { PackageFile } from '../../../src/domain/package/package-file.ts';
import { asTexts, readWithYauzl } from './second-reader.ts';

const files: PackageFile[] = [
  { path: 'assets/\u{1F600}.txt', bytes: Buffer.from('smile') },
  { path: 'assets/\uFB01.txt', bytes: new Uint8Array([1, 2, 3]) },
  { path: 'Zebra.txt', bytes: Buffer.alloc(0) },
  { path: 'apple.txt', bytes: Buffer.from('apple '.repeat(100)) },
  { path: 'assets/é.txt', bytes: Buffer.from('é') },
  { path: '__proto__', bytes: Buffer.from('proto') },
];
const bytewise = ['Zebra.txt', '__proto__', 'apple.txt', 'assets/é.txt', 'assets/\uFB01.txt', 'assets/\u{1F600}.txt'];

describe('packArchive', () => {
  afterEach(() => {
    vi.useRealTimers();
    vi.unstubAllEnvs();
  });

  it('gives an archive that unpacks to the same files, here and with another reader', async () => {
    const archive = packArchive(files);
    const unpacked = unpackArchive(archive, defaultLimits);
    expect(unpacked.problems).toEqual([]);
    expect(unpacked.files.map(({ path }) => path)).toEqual(bytewise);
    expect(asTexts(unpacked.files)).toEqual(asTexts(files));
    expect(asTexts(await readWithYauzl(archive))).toEqual(asTexts(files));
  });

  it('writes the entries in the bytewise order of their paths', () => {
    expect(inspectArchive(packArchive(files), defaultLimits).entries.map(({ path }) => path)).toEqual(bytewise);
  });

  it('gives the same bytes whatever the order, the time and the time zone', () => {
    const archive = packArchive(files);
    vi.useFakeTimers({ now: new Date('2031-05-06T07:08:09Z') });
    vi.stubEnv('TZ', 'Pacific/Auckland');
    expect(packArchive(files.toReversed()).equals(archive)).toBe(true);
  });

  it('gives the same bytes as it always did', () => {
    // Stored, so that another version of zlib makes no difference: a change of this digest is a change of what we write.
    const archive = packArchive([{ path: 'empty.txt', bytes: Buffer.alloc(0) }]);
    expect(createHash('sha256').update(archive).digest('hex')).toBe(
      '1a56a4e2848d5dc67799c4e277b10fd2cf1d26f6811ea8fbf380b24d31f5a64c',
    );
  });

  it('packs no view wider than the file', () => {
    const wide = Buffer.from('before file after');
    const archive = packArchive([{ path: 'a', bytes: wide.subarray(7, 11) }]);
    expect(asTexts(unpackArchive(archive, defaultLimits).files)).toEqual({ a: 'file' });
  });

  it('refuses two files with one path, and a path that adm-zip would change', () => {
    const file = { path: 'a', bytes: Buffer.from('a') };
    expect(() => packArchive([file, file])).toThrow('Two files');
    expect(() => packArchive([{ ...file, path: '../a' }])).toThrow('cannot be packed');
  });

  it('packs what was unpacked, whatever the names and bytes', () => {
    const part = fc.stringMatching(/^[a-z0-9é日_-]{1,8}$/);
    const path = fc.array(part, { minLength: 1, maxLength: 4 }).map((parts) => parts.join('/'));
    const bytes = fc.uint8Array({ maxLength: 64 });
    fc.assert(
      fc.property(fc.array(fc.record({ path, bytes }), { maxLength: 8 }), (drawn) => {
        // A file of its own extension each: no name can collide with another, or be a device on Windows.
        const some = drawn.map((file, index) => ({ ...file, path: `_${file.path}/_.${index}` }));
        const unpacked = unpackArchive(packArchive(some), defaultLimits);
        expect(unpacked.problems).toEqual([]);
        expect(asTexts(unpacked.files)).toEqual(asTexts(some));
        expect(packArchive(unpacked.files).equals(packArchive(some))).toBe(true);
      }),
      { seed: 20_261_121, numRuns: 300 },
    );
  });
});
