import type { PackageProblem } from '../package/problem.ts';
import type { ArchiveEntry, DirectoryRecord } from './archive-entry.ts';
import type { ArchiveKey } from './archive-keys.ts';
import { archiveProblem } from './archive-problem.ts';
import { repeatsUnicodePath } from './entry-name.ts';
import { readExtraFields } from './extra-fields.ts';
import { flagBits, readUint64, recordBytes, sentinel32 } from './zip-format.ts';

/** The flags that change how the bytes after the header are read. */
const readingFlags = flagBits.encrypted | flagBits.strongEncryption | flagBits.maskedHeaders | flagBits.descriptor;

const zip64LocalBytes = 16;

/**
 * Where the local header at `record.offset` ends, which is where the data of the entry begins. The fixed part of the
 * header must be within the bytes.
 */
export const readDataOffset = (bytes: Buffer, { offset }: ArchiveEntry): number =>
  offset + recordBytes.localHeader + bytes.readUInt16LE(offset + 26) + bytes.readUInt16LE(offset + 28);

/** True if the local header, which is in order, has its sizes in a ZIP64 extra field. */
export const hasZip64Sizes = (bytes: Buffer, { offset, name }: DirectoryRecord): boolean => {
  const extraStart = offset + recordBytes.localHeader + name.length;
  const extra = readExtraFields(bytes.subarray(extraStart, extraStart + bytes.readUInt16LE(offset + 28)));
  return extra !== null && extra.zip64.length > 0;
};

/**
 * The first thing in which the local header contradicts the central directory, or null. Times, versions and the flags
 * of the compression level may differ: nobody reads content by them. The whole header must be within the bytes.
 */
export const findLocalProblem = (bytes: Buffer, record: DirectoryRecord): PackageProblem | null => {
  const fixed = bytes.subarray(record.offset, record.offset + recordBytes.localHeader);
  const nameStart = record.offset + recordBytes.localHeader;
  const nameEnd = nameStart + fixed.readUInt16LE(26);
  if (!bytes.subarray(nameStart, nameEnd).equals(record.name))
    return archiveProblem('archive_local_name_differs', record.name);
  const extra = readExtraFields(bytes.subarray(nameEnd, nameEnd + fixed.readUInt16LE(28)));
  if (!extra) return archiveProblem('archive_extra_field_cut', record.name);
  if (!repeatsUnicodePath(extra.unicodePaths, record))
    return archiveProblem('archive_unicode_path_differs', record.name);
  const key = findHeaderProblem(fixed, record) ?? findSizeProblem(fixed, record, extra.zip64);
  return key && archiveProblem(key, record.name);
};

const findHeaderProblem = (fixed: Buffer, record: DirectoryRecord): ArchiveKey | null => {
  const differing = fixed.readUInt16LE(6) ^ record.flags;
  if ((differing & readingFlags) !== 0) return 'archive_local_flags_differ';
  // An ASCII name is the same with the flag and without; of other names the flag is part.
  if ((differing & flagBits.utf8) !== 0 && record.name.some((byte) => byte >= 0x80))
    return 'archive_local_flags_differ';
  if (fixed.readUInt16LE(8) !== record.method) return 'archive_local_method_differs';
  return isStated(fixed.readUInt32LE(14), record.crc32, record) ? null : 'archive_local_crc_differs';
};

const findSizeProblem = (fixed: Buffer, record: DirectoryRecord, zip64: Buffer[]): ArchiveKey | null => {
  const compressed = fixed.readUInt32LE(18);
  const expanded = fixed.readUInt32LE(22);
  const [field] = zip64;
  const needsField = compressed === sentinel32 || expanded === sentinel32;
  // Unlike in the central directory, both sizes stand in the field, whichever of them is a sentinel.
  if (zip64.length > 1 || (field ? field.length !== zip64LocalBytes : needsField)) return 'archive_zip64_extra_wrong';
  if (field) {
    const fits =
      isStated(readUint64(field, 0), record.expandedBytes, record) &&
      isStated(readUint64(field, 8), record.compressedBytes, record);
    if (!fits) return 'archive_zip64_extra_wrong';
  }
  const fits =
    (expanded === sentinel32 || isStated(expanded, record.expandedBytes, record)) &&
    (compressed === sentinel32 || isStated(compressed, record.compressedBytes, record));
  return fits ? null : 'archive_local_size_differs';
};

const hasDescriptor = ({ flags }: DirectoryRecord): boolean => (flags & flagBits.descriptor) !== 0;

/** True if a local header says what the central directory says, or leaves it to the data descriptor by a zero. */
const isStated = (local: number, central: number, record: DirectoryRecord): boolean =>
  local === central || (local === 0 && hasDescriptor(record));
