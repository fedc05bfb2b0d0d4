import { buildZip, nothing, uint16, uint32 } from '../../../support/lying-zip.ts';
import { hostile, lyingEnd, manifest, page } from './hostile-vector.ts';

const honest = buildZip([manifest, page]);
const emptyArchive = buildZip([]);

/** An end record whose comment reaches to the end of an archive in which `bytesBehind` bytes follow it. */
const endRecordUpTo = (bytesBehind: number): Buffer =>
  Buffer.concat([emptyArchive.subarray(0, 20), uint16(bytesBehind)]);

export const endRecordVectors = [
  hostile('nothing at all', 'archive_no_end_record', nothing),
  hostile('no zip', 'archive_no_end_record', Buffer.from('<!doctype html>'.repeat(100))),
  hostile('cut in the middle', 'archive_no_end_record', honest.subarray(0, honest.length >> 1)),
  hostile('cut within the end record', 'archive_no_end_record', honest.subarray(0, honest.length - 1)),
  hostile('nothing but the signature of an end record', 'archive_no_end_record', emptyArchive.subarray(0, 4)),
  lyingEnd('a comment shorter than stated', 'archive_comment_length_wrong', {
    comment: Buffer.from('hi'),
    end: { commentBytes: 3 },
  }),
  lyingEnd('a comment longer than stated', 'archive_bytes_after_end', {
    comment: Buffer.from('hello'),
    end: { commentBytes: 3 },
  }),
  lyingEnd('one byte after the end', 'archive_bytes_after_end', { suffix: Buffer.of(1) }),
  lyingEnd('a byte among zeros after the end', 'archive_bytes_after_end', {
    suffix: Buffer.concat([Buffer.alloc(500), Buffer.of(1), Buffer.alloc(11)]),
  }),
  lyingEnd('more zeros after the end than readers look over', 'archive_bytes_after_end', {
    suffix: Buffer.alloc(0x10000),
  }),
  hostile(
    'an end record in the data of an entry whose comment reaches to the zeros after the end',
    'archive_several_end_records',
    Buffer.concat([secondEndInData(), Buffer.alloc(512)]),
  ),
  hostile(
    'an end record in the data of an entry whose comment ends among the zeros after the end',
    'archive_several_end_records',
    Buffer.concat([secondEndInData(100), Buffer.alloc(512)]),
  ),
  hostile('one archive behind another', 'archive_bytes_before_first_entry', Buffer.concat([honest, honest])),
  lyingEnd('a second end record in the comment', 'archive_several_end_records', { comment: emptyArchive }),
  lyingEnd('the signature of an end record in the comment', 'archive_several_end_records', {
    comment: Buffer.from('PK\x05\x06'),
  }),
  hostile(
    'a second end record as the comment of an entry',
    'archive_several_end_records',
    buildZip([manifest, { ...page, comment: emptyArchive }]),
  ),
  hostile(
    'a second end record in an extra field',
    'archive_several_end_records',
    buildZip([manifest, { ...page, extra: Buffer.concat([uint16(0xcafe), uint16(22), emptyArchive]) }]),
  ),
  hostile(
    'a second end record in the data of an entry, whose comment is the rest of the archive',
    'archive_several_end_records',
    secondEndInData(),
  ),
  lyingEnd('on disk 1', 'archive_multi_disk', { end: { disk: 1 } }),
  lyingEnd('the directory on disk 1', 'archive_multi_disk', { end: { directoryDisk: 1 } }),
  hostile('an entry on disk 1', 'archive_multi_disk', buildZip([manifest, { ...page, central: { disk: 1 } }])),
  lyingEnd('other entries on this disk than in all', 'archive_entry_count_wrong', { end: { entriesOnDisk: 1 } }),
  lyingEnd('fewer entries than there are', 'archive_entry_count_wrong', { end: { entriesOnDisk: 1, entryCount: 1 } }),
  lyingEnd('no entries where there are two', 'archive_entry_count_wrong', { end: { entriesOnDisk: 0, entryCount: 0 } }),
  lyingEnd('more entries than there are', 'archive_entry_count_wrong', { end: { entriesOnDisk: 3, entryCount: 3 } }),
  lyingEnd('sentinels but no ZIP64 record', 'archive_zip64_record_missing', { end: { directoryOffset: 0xffffffff } }),
  lyingEnd('a sentinel for the count but no ZIP64 record', 'archive_zip64_record_missing', {
    end: { entriesOnDisk: 0xffff, entryCount: 0xffff },
  }),
  lyingEnd('the directory a byte further on', 'archive_directory_offset_wrong', {
    end: { directoryOffset: (at) => at + 1 },
  }),
  lyingEnd('the directory far behind the end', 'archive_directory_offset_wrong', {
    end: { directoryOffset: 0xfffffff0 },
  }),
  lyingEnd('the directory a byte longer', 'archive_directory_size_wrong', { end: { directoryBytes: (n) => n + 1 } }),
  lyingEnd('the directory a byte shorter', 'archive_directory_size_wrong', { end: { directoryBytes: (n) => n - 1 } }),
  lyingEnd('unknown bytes behind the directory', 'archive_directory_size_wrong', { beforeEnd: Buffer.from('secret') }),
  lyingEnd('a digital signature in the directory', 'archive_directory_record_unknown', {
    beforeEnd: Buffer.concat([uint32(0x05054b50), uint16(2), uint16(0)]),
    end: { directoryBytes: (n) => n + 8 },
  }),
];

/** Stored data ends with an end record; its comment covers the whole rest, and the true end record is in that comment. */
function secondEndInData(more = 0): Buffer {
  const at = (archive: Buffer): number => archive.indexOf(emptyArchive.subarray(0, 20));
  const draft = buildZip([{ name: 'evil.bin', content: endRecordUpTo(0) }, manifest]);
  return buildZip([{ name: 'evil.bin', content: endRecordUpTo(draft.length - at(draft) - 22 + more) }, manifest]);
}
