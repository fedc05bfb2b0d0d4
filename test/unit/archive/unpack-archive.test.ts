import { deflateRawSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { inspectArchive } from '../../../src/domain/archive/inspect-archive.ts';
import { defaultLimits } from '../../../src/domain/archive/limits.ts';
import { unpackArchive } from '../../../src/domain/archive/unpack-archive.ts';
import { buildZip, type LyingEntry } from '../../support/lying-zip.ts';

const pathsOf = (entries: LyingEntry[]): string[] =>
  unpackArchive(buildZip(entries), defaultLimits).files.map(({ path }) => path);

const timed = (work: () => void): number => {
  const start = performance.now();
  work();
  return performance.now() - start;
};

describe('unpackArchive', () => {
  it('leaves out what is never stored, at any depth and in any case', () => {
    const dropped = [
      'zcli.apps.config.json',
      'sub/zcli.apps.config.json',
      'copy/ZCLI.Apps.Config.JSON',
      '__MACOSX/._manifest.json',
      '.DS_Store',
      'assets/.DS_Store',
      'assets/Thumbs.db',
    ];
    const kept = [
      'apps.config.json',
      'assets/MACOSX',
      'assets/thumbs.db.txt',
      'manifest.json',
      'zcli.apps.config.json.md',
    ];
    expect(pathsOf([...dropped, ...kept].map((name) => ({ name })))).toEqual(kept);
  });

  it('looks at what it drops as closely as at the rest', () => {
    const keyOf = (entry: LyingEntry) => unpackArchive(buildZip([entry]), defaultLimits).problems[0]?.key;
    expect(keyOf({ name: '__MACOSX/../../evil' })).toBe('archive_path_traversal');
    expect(keyOf({ name: '.DS_Store', content: 'a', local: { crc32: 1 }, central: { crc32: 1 } })).toBe(
      'archive_entry_crc_wrong',
    );
  });

  it('sorts by bytes, not by locale or by UTF-16', () => {
    const names = ['b', 'a/b', 'C', 'a-b', '\u{1F600}', '\uFB01', 'Z', 'ä', 'a.b'];
    const bytewise = ['C', 'Z', 'a-b', 'a.b', 'a/b', 'b', 'ä', '\uFB01', '\u{1F600}'];
    expect(pathsOf(names.map((name) => ({ name: `${name}x` })))).toEqual(bytewise.map((name) => `${name}x`));
  });

  it('unpacks nothing if anything is wrong', () => {
    const archive = buildZip([
      { name: 'good', content: 'good' },
      { name: 'bad', content: 'bad', central: { crc32: 1 }, local: { crc32: 1 } },
    ]);
    expect(unpackArchive(archive, defaultLimits)).toMatchObject({
      files: [],
      problems: [{ key: 'archive_entry_crc_wrong', file: 'bad' }],
    });
  });

  it('gives bytes that are not a view of the archive', () => {
    const archive = buildZip([{ name: 'stored', content: 'stored' }]);
    const { files } = unpackArchive(archive, defaultLimits);
    archive.fill(0);
    expect(Buffer.from(files[0]?.bytes ?? []).toString()).toBe('stored');
  });
});

describe('inspectArchive', () => {
  it('lists files and folders as the directory has them', () => {
    const archive = buildZip([{ name: 'folder/' }, { name: 'folder/a.txt', content: 'aaaaaaaaaa', deflate: true }]);
    expect(inspectArchive(archive, defaultLimits)).toEqual({
      entries: [
        {
          path: 'folder',
          isDirectory: true,
          compressedBytes: 0,
          expandedBytes: 0,
          offset: 0,
          method: 0,
          crc32: 0,
          name: Buffer.from('folder/'),
        },
        {
          path: 'folder/a.txt',
          isDirectory: false,
          compressedBytes: deflateRawSync('aaaaaaaaaa').length,
          expandedBytes: 10,
          offset: 37,
          method: 8,
          crc32: 0x4c11cdf0,
          name: Buffer.from('folder/a.txt'),
        },
      ],
      problems: [],
    });
  });

  it('reports the problems of several entries', () => {
    const archive = buildZip([{ name: '../a' }, { name: 'b' }, { name: 'c\\d' }]);
    expect(inspectArchive(archive, defaultLimits).problems.map(({ key, file }) => [key, file])).toEqual([
      ['archive_path_traversal', '../a'],
      ['archive_name_backslash', 'c\\d'],
    ]);
  });

  it('reports no more than 20, and cuts what a stranger called an entry', () => {
    const name = `../${'\x1b'.repeat(60_000)}`;
    const entries = Array.from({ length: 500 }, (_, index) => ({ name: `${name}${index}` }));
    const { problems } = inspectArchive(buildZip(entries), defaultLimits);
    expect(problems).toHaveLength(20);
    expect(JSON.stringify(problems).length).toBeLessThan(100_000);
    expect(JSON.stringify(problems)).not.toContain('u001b');
  });

  it('reports no more than 20 problems of the layout', () => {
    const same = Array.from({ length: 500 }, (_, index) => ({ name: `${index}`, central: { offset: 0 } }));
    expect(inspectArchive(buildZip(same), defaultLimits).problems).toHaveLength(20);
  });

  // Each takes 0.1 to 0.3 s on two idle cores. The limit leaves room for a busy machine.
  it('is quick with 10,000 entries, however they are named and placed', { timeout: 120_000 }, () => {
    const count = 10_000;
    const make = (entry: (index: number) => LyingEntry) =>
      buildZip(Array.from({ length: count }, (_, index) => entry(index)));
    const flat = make((index) => ({ name: `folder/${index}.txt` }));
    const backwards = make((index) => ({ name: `${count - index}.txt`, descriptor: 'signed' }));
    const deep = make((index) => ({ name: `${'folder-name/'.repeat(31)}${index}` }));
    const fanned = make((index) => ({ name: `${index}/${'x'.repeat(250)}/y` }));
    const extras = make((index) => ({ name: `${index}`, extra: Buffer.alloc(400) }));
    for (const archive of [flat, backwards, deep, extras]) {
      expect(timed(() => expect(inspectArchive(archive, defaultLimits).problems).toEqual([]))).toBeLessThan(5_000);
    }
    const refused = () =>
      expect(inspectArchive(fanned, defaultLimits).problems[0]?.key).toBe('archive_too_many_folders');
    expect(timed(refused)).toBeLessThan(5_000);
  });

  it('allocates nothing by a declared size', () => {
    const huge = 0x7fff_ffff;
    const lies = { compressedBytes: huge, expandedBytes: huge };
    const archive = buildZip([{ name: 'a', central: lies, local: lies }]);
    const unlimited = { ...defaultLimits, maxEntryBytes: Infinity, maxExpandedBytes: Infinity, maxRatio: Infinity };
    const before = process.memoryUsage().arrayBuffers;
    expect(unpackArchive(archive, unlimited).problems.map(({ key }) => key)).toEqual([
      'archive_entry_overlaps_directory',
    ]);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(1_000_000);
  });
});
