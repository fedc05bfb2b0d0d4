import { buildZip, nothing } from '../../../support/lying-zip.ts';
import { hostile, type HostileVector, lyingEnd, lyingEntry, manifest, page } from './hostile-vector.ts';

const inner = buildZip([{ name: 'evil.txt', content: 'hidden from the directory' }]);
const localOnly = { name: 'ghost.txt', content: 'in no directory', only: 'local' } as const;
const text = { name: 'a.txt', content: 'hello' };

/** One body for many names, as in an archive of a few kilobytes that expands to gigabytes. */
const sameBody = (count: number): HostileVector => ({
  why: `${count + 1} names for one body`,
  keys: [...Array.from({ length: count }, () => 'archive_entries_overlap' as const), 'archive_local_name_differs'],
  archive: buildZip([
    text,
    ...Array.from({ length: count }, (_, index) => ({
      ...text,
      name: `${index}.txt`,
      only: 'central' as const,
      central: { offset: 0 },
    })),
  ]),
});

export const layoutVectors: HostileVector[] = [
  lyingEnd('bytes in front that no offset counts', 'archive_bytes_before_first_entry', {
    prefix: Buffer.from('#!/bin/sh\n'),
  }),
  {
    why: 'bytes in front that the directory offset counts',
    keys: ['archive_local_header_missing', 'archive_local_header_missing'],
    archive: buildZip([manifest, page], { prefix: Buffer.alloc(46), end: { directoryOffset: (at) => at + 46 } }),
  },
  hostile(
    'bytes in front that all offsets count',
    'archive_bytes_before_first_entry',
    buildZip([{ ...manifest, before: Buffer.from('#!/bin/sh\n') }, page]),
  ),
  hostile('an empty archive behind a prefix', 'archive_bytes_before_first_entry', buildZip([], { prefix: inner })),
  hostile(
    'an empty archive with a body',
    'archive_bytes_before_first_entry',
    buildZip([{ ...manifest, only: 'local' }]),
  ),
  lyingEntry('bytes after an entry', 'archive_bytes_between_entries', { ...text, after: Buffer.from('hidden') }),
  lyingEntry('a whole archive between two entries', 'archive_bytes_between_entries', { ...text, after: inner }),
  lyingEntry('a descriptor that no flag announces', 'archive_bytes_between_entries', {
    ...text,
    after: Buffer.alloc(16),
  }),
  lyingEntry('an entry that the directory does not know', 'archive_bytes_between_entries', localOnly),
  hostile(
    'such an entry at the end',
    'archive_bytes_between_entries',
    buildZip([manifest, page, localOnly], { beforeDirectory: nothing }),
  ),
  hostile('such an entry at the beginning', 'archive_bytes_before_first_entry', buildZip([localOnly, manifest, page])),
  lyingEnd('unknown bytes before the directory', 'archive_bytes_between_entries', {
    beforeDirectory: Buffer.from('PK\x06\x08 extra data'),
  }),
  lyingEntry('an entry longer than the room for it', 'archive_entries_overlap', {
    ...text,
    central: { compressedBytes: 6, expandedBytes: 6 },
  }),
  hostile(
    'the last entry longer than the room for it',
    'archive_entry_overlaps_directory',
    buildZip([manifest, { ...text, central: { compressedBytes: 6, expandedBytes: 6 } }]),
  ),
  {
    why: 'an entry within another',
    keys: ['archive_entries_overlap', 'archive_bytes_between_entries'],
    archive: buildZip([
      { name: 'outer.bin', content: inner },
      { name: 'evil.txt', content: 'hidden from the directory', only: 'central', central: { offset: 39 } },
      manifest,
    ]),
  },
  sameBody(1),
  sameBody(3),
  hostile(
    'an entry within the directory',
    'archive_entry_overlaps_directory',
    buildZip([manifest, { ...text, only: 'central', central: { offset: (at) => at + 4 } }]),
  ),
  hostile(
    'an entry behind the end',
    'archive_entry_overlaps_directory',
    buildZip([manifest, { ...text, only: 'central', central: { offset: 0xfffffff0 } }]),
  ),
  lyingEntry('a local header without its signature', 'archive_local_header_missing', {
    ...text,
    local: { signature: 0x02014b50 },
  }),
  {
    why: 'two entries whose offsets are swapped',
    keys: ['archive_local_name_differs', 'archive_local_name_differs'],
    archive: buildZip([
      { ...text, central: { offset: 35 + 5 } },
      { ...text, name: 'b.txt', central: { offset: 0 } },
    ]),
  },
  {
    why: 'an entry that begins before the end of the one in front of it',
    keys: ['archive_entries_overlap', 'archive_local_header_missing'],
    archive: buildZip([manifest, { ...text, central: { offset: (at) => at - 1 } }]),
  },
];
