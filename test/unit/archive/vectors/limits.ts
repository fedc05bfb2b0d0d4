import type { ArchiveLimits } from '../../../../src/domain/archive/limits.ts';
import type { ArchiveKey } from '../../../../src/domain/archive/archive-keys.ts';
import { buildZip, type LyingEntry } from '../../../support/lying-zip.ts';
import type { HostileVector } from './hostile-vector.ts';

const over = (key: ArchiveKey, limits: Partial<ArchiveLimits>, entries: LyingEntry[]): HostileVector => ({
  why: `over ${JSON.stringify(limits)}`,
  keys: [key],
  archive: buildZip(entries),
  limits,
});

const files = (count: number, content = ''): LyingEntry[] =>
  Array.from({ length: count }, (_, index) => ({ name: `${index}.txt`, content }));

const tenZeros: LyingEntry[] = files(10, '0'.repeat(1_000)).map((file) => ({ ...file, deflate: true }));

export const limitVectors: HostileVector[] = [
  over('archive_too_large', { maxPackageBytes: 1_000 }, files(20)),
  over('archive_too_many_entries', { maxEntries: 3 }, files(4)),
  over('archive_too_many_entries', { maxEntries: 3 }, [...files(3), { name: 'folder/' }]),
  over('archive_too_many_folders', { maxEntries: 3 }, [{ name: 'a/b/c/d/e.txt' }]),
  over('archive_entry_too_large', { maxEntryBytes: 9 }, files(1, '1234567890')),
  over('archive_expands_too_much', { maxExpandedBytes: 29 }, files(3, '1234567890')),
  over('archive_ratio_too_high', { maxRatio: 50, ratioFromBytes: 9_999 }, tenZeros),
  over('archive_path_part_too_long', { maxPathPartBytes: 9 }, [{ name: 'a/1234567890/b' }]),
  over('archive_path_part_too_long', { maxPathPartBytes: 5 }, [{ name: 'ééé' }]),
  over('archive_path_too_long', { maxPathBytes: 10 }, [{ name: 'abcde/fghij' }]),
  over('archive_path_too_long', {}, [{ name: 'x/'.repeat(30_000) }]),
  over('archive_path_too_deep', { maxPathDepth: 3 }, [{ name: 'a/b/c/d' }]),
  over('archive_path_too_deep', {}, [{ name: `${'a/'.repeat(32)}b` }]),
  over('archive_path_part_too_long', {}, [{ name: 'a'.repeat(256) }]),
  {
    why: 'a file that declares 4 GiB, of which no byte is inflated',
    keys: ['archive_entry_too_large', 'archive_expands_too_much'],
    archive: buildZip([
      {
        name: 'bomb.bin',
        data: Buffer.alloc(1_000),
        deflate: true,
        central: { expandedBytes: 0xfffffffe },
        local: { expandedBytes: 0xfffffffe },
      },
    ]),
  },
  {
    why: '300 MiB declared in ten files',
    keys: ['archive_expands_too_much'],
    archive: buildZip(
      files(10).map((file) => ({
        ...file,
        data: Buffer.alloc(1_000),
        deflate: true,
        central: { expandedBytes: 30 * 1024 * 1024, crc32: 1 },
        local: { expandedBytes: 30 * 1024 * 1024, crc32: 1 },
      })),
    ),
  },
];
