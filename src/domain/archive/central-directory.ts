import type { DirectoryRecord } from './archive-entry.ts';
import { ArchiveRefusal } from './archive-problem.ts';
import type { EndRecord } from './end-record.ts';
import { readPath, slash } from './entry-name.ts';
import { readExtraFields } from './extra-fields.ts';
import { hasSignature, recordBytes, signatures } from './zip-format.ts';
import { resolveZip64 } from './zip64-extra.ts';

/**
 * Reads the records of the central directory, as many as the end record counts, and makes sure that they fill it.
 * Nothing is allocated by a declared number.
 * @throws ArchiveRefusal
 */
export const readDirectory = (bytes: Buffer, end: EndRecord): DirectoryRecord[] => {
  const directory = bytes.subarray(end.directoryOffset, end.directoryOffset + end.directoryBytes);
  const records: DirectoryRecord[] = [];
  let at = 0;
  while (records.length < end.entryCount) {
    if (at === directory.length) throw wrongCount(end);
    const next = recordEnd(directory, at, end.directoryOffset);
    records.push(readRecord(directory.subarray(at, next)));
    at = next;
  }
  if (hasSignature(directory, at, signatures.directoryRecord)) throw wrongCount(end);
  if (at < directory.length) throw unknownRecord(end.directoryOffset + at);
  return records;
};

const wrongCount = ({ entryCount }: EndRecord): ArchiveRefusal =>
  new ArchiveRefusal('archive_entry_count_wrong', undefined, { found: entryCount });

const unknownRecord = (at: number): ArchiveRefusal =>
  new ArchiveRefusal('archive_directory_record_unknown', undefined, { found: at });

const recordEnd = (directory: Buffer, at: number, directoryOffset: number): number => {
  if (at + recordBytes.directoryRecord > directory.length) throw new ArchiveRefusal('archive_directory_cut');
  if (!hasSignature(directory, at, signatures.directoryRecord)) throw unknownRecord(directoryOffset + at);
  const [nameBytes, extraBytes, commentBytes] = lengths(directory.subarray(at));
  const next = at + recordBytes.directoryRecord + nameBytes + extraBytes + commentBytes;
  if (next > directory.length) throw new ArchiveRefusal('archive_directory_cut');
  return next;
};

const lengths = (record: Buffer): [name: number, extra: number, comment: number] => [
  record.readUInt16LE(28),
  record.readUInt16LE(30),
  record.readUInt16LE(32),
];

const readRecord = (record: Buffer): DirectoryRecord => {
  const [nameBytes, extraBytes] = lengths(record);
  const nameEnd = recordBytes.directoryRecord + nameBytes;
  const name = record.subarray(recordBytes.directoryRecord, nameEnd);
  const extra = readExtraFields(record.subarray(nameEnd, nameEnd + extraBytes));
  if (!extra) throw new ArchiveRefusal('archive_extra_field_cut', name);
  const header = {
    compressedBytes: record.readUInt32LE(20),
    expandedBytes: record.readUInt32LE(24),
    disk: record.readUInt16LE(34),
    offset: record.readUInt32LE(42),
  };
  const extent = resolveZip64(header, extra.zip64);
  if (!extent) throw new ArchiveRefusal('archive_zip64_extra_wrong', name);
  if (extent.disk !== 0) throw new ArchiveRefusal('archive_multi_disk', name);
  const flags = record.readUInt16LE(8);
  return {
    path: readPath(name, flags, extra.unicodePaths),
    isDirectory: name.at(-1) === slash,
    compressedBytes: extent.compressedBytes,
    expandedBytes: extent.expandedBytes,
    offset: extent.offset,
    method: record.readUInt16LE(10),
    crc32: record.readUInt32LE(16),
    name,
    flags,
    externalAttributes: record.readUInt32LE(38),
    unicodePaths: extra.unicodePaths,
  };
};
