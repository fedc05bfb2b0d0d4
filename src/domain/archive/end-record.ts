import { ArchiveRefusal } from './archive-problem.ts';
import { readZip64EndRecord } from './zip64-end-record.ts';
import { hasSignature, recordBytes, sentinel16, sentinel32, signatures } from './zip-format.ts';

/** Where the central directory lies, in bytes from the start of the archive. */
export interface EndRecord {
  directoryOffset: number;
  directoryBytes: number;
  entryCount: number;
}

/** The fields of the classic end record, sentinels included. */
export interface ClassicEndRecord extends EndRecord {
  /** Of the record itself. */
  at: number;
  disk: number;
  directoryDisk: number;
  entriesOnDisk: number;
}

const maxCommentBytes = 0xffff;
const signature = Buffer.from('PK\x05\x06', 'latin1');

/**
 * Finds the one end record, follows it to the ZIP64 end record if there is one, and makes sure that the central
 * directory ends exactly where these records begin.
 * @throws ArchiveRefusal
 */
export const readEndRecord = (bytes: Buffer): EndRecord => {
  const classic = readClassic(bytes, findEndRecord(bytes));
  const isZip64 = hasSignature(bytes, classic.at - recordBytes.zip64Locator, signatures.zip64Locator);
  const end = isZip64 ? readZip64EndRecord(bytes, classic) : requireNoSentinel(classic);
  const directoryEnd = classic.at - (isZip64 ? recordBytes.zip64Locator + recordBytes.zip64EndRecord : 0);
  if (end.directoryOffset + end.directoryBytes !== directoryEnd) throw misplaced(bytes, end, directoryEnd);
  // A name, an extra field or a comment in the directory may hold a second end record.
  if (bytes.indexOf(signature, end.directoryOffset) !== classic.at)
    throw new ArchiveRefusal('archive_several_end_records');
  return end;
};

/**
 * Readers look for the signature from the end backwards; some want the comment to reach the end of the file and go on
 * looking if it does not. Both must find the same record. A signature further up, in the data of an entry, is no
 * second end record unless its comment would reach to the very end, too: a zip in a zip is allowed.
 */
const findEndRecord = (bytes: Buffer): number => {
  const last = bytes.lastIndexOf(signature);
  if (last === -1) throw new ArchiveRefusal('archive_no_end_record');
  const first = Math.max(0, bytes.length - recordBytes.endRecord - maxCommentBytes);
  const fitting: number[] = [];
  for (let at = bytes.indexOf(signature, first); at !== -1; at = bytes.indexOf(signature, at + 1)) {
    if (endsWithComment(bytes, at) === bytes.length) fitting.push(at);
  }
  if (fitting.length > 1 || (fitting.length === 1 && fitting[0] !== last))
    throw new ArchiveRefusal('archive_several_end_records');
  if (fitting.length === 1) return last;
  const end = endsWithComment(bytes, last);
  if (end === null) throw new ArchiveRefusal('archive_no_end_record');
  if (end > bytes.length) throw new ArchiveRefusal('archive_comment_length_wrong');
  if (isPadding(bytes.subarray(end))) {
    if (first < last && hasOtherEnd(bytes, { first, last, end }))
      throw new ArchiveRefusal('archive_several_end_records');
    return last;
  }
  throw new ArchiveRefusal('archive_bytes_after_end', undefined, { found: bytes.length - end });
};

/** Tapes, disks and some uploads fill the last block with zeros. Readers look for the end record no further back than this. */
const maxPaddingBytes = 0xffff;

const isPadding = (bytes: Buffer): boolean => bytes.length <= maxPaddingBytes && bytes.every((byte) => byte === 0);

/** True if an earlier record has a comment that reaches to the padding: it might be taken for the end record. */
const hasOtherEnd = (bytes: Buffer, { first, last, end }: { first: number; last: number; end: number }): boolean => {
  for (let at = bytes.indexOf(signature, first); at !== last; at = bytes.indexOf(signature, at + 1))
    if ((endsWithComment(bytes, at) ?? 0) >= end) return true;
  return false;
};

/** Where the record at `at` and its comment end, if the whole record is there. */
const endsWithComment = (bytes: Buffer, at: number): number | null =>
  at + recordBytes.endRecord <= bytes.length ? at + recordBytes.endRecord + bytes.readUInt16LE(at + 20) : null;

const readClassic = (bytes: Buffer, at: number): ClassicEndRecord => ({
  at,
  disk: bytes.readUInt16LE(at + 4),
  directoryDisk: bytes.readUInt16LE(at + 6),
  entriesOnDisk: bytes.readUInt16LE(at + 8),
  entryCount: bytes.readUInt16LE(at + 10),
  directoryBytes: bytes.readUInt32LE(at + 12),
  directoryOffset: bytes.readUInt32LE(at + 16),
});

const requireNoSentinel = (end: ClassicEndRecord): EndRecord => {
  if (end.entryCount === sentinel16 || end.directoryBytes === sentinel32 || end.directoryOffset === sentinel32)
    throw new ArchiveRefusal('archive_zip64_record_missing');
  if (end.disk !== 0 || end.directoryDisk !== 0) throw new ArchiveRefusal('archive_multi_disk');
  if (end.entriesOnDisk !== end.entryCount)
    throw new ArchiveRefusal('archive_entry_count_wrong', undefined, { found: end.entryCount });
  return end;
};

/** Tells bytes put in front of an archive, as self-extracting ones have, from a wrong offset and a wrong size. */
const misplaced = (bytes: Buffer, end: EndRecord, directoryEnd: number): ArchiveRefusal => {
  const found = directoryEnd - end.directoryOffset - end.directoryBytes;
  const isDirectory = (at: number): boolean =>
    end.directoryBytes === 0 || hasSignature(bytes, at, signatures.directoryRecord);
  if (found > 0 && isDirectory(directoryEnd - end.directoryBytes))
    return new ArchiveRefusal('archive_bytes_before_first_entry', undefined, { found });
  return new ArchiveRefusal(
    isDirectory(end.directoryOffset) ? 'archive_directory_size_wrong' : 'archive_directory_offset_wrong',
  );
};
