import type { PackageProblem } from '../package/problem.ts';
import type { DirectoryRecord } from './archive-entry.ts';
import { archiveProblem, isFull, printableName, report } from './archive-problem.ts';
import { descriptorAgrees, descriptorLengths, isWideDescriptor } from './data-descriptor.ts';
import { deflatedNothing, isEmptyStream } from './entry-content.ts';
import { findLocalProblem, hasZip64Sizes, readDataOffset } from './local-header.ts';
import { flagBits, hasSignature, recordBytes, signatures } from './zip-format.ts';

/** What follows an entry in the archive: another entry, or the central directory. */
interface Successor {
  offset: number;
  entry: DirectoryRecord | null;
}

/**
 * Reports what is wrong with the bytes in front of the central directory: they must be the entries and nothing else,
 * each beginning where the one before it ends. n log n in the number of entries.
 */
export const checkLayout = (
  bytes: Buffer,
  records: DirectoryRecord[],
  directoryOffset: number,
  problems: PackageProblem[],
): void => {
  const sorted = records.toSorted((a, b) => a.offset - b.offset);
  const start = sorted[0]?.offset ?? directoryOffset;
  if (start > 0) report(problems, archiveProblem('archive_bytes_before_first_entry', undefined, { found: start }));
  for (const [index, record] of sorted.entries()) {
    const entry = sorted[index + 1] ?? null;
    const successor = { offset: Math.min(entry?.offset ?? directoryOffset, directoryOffset), entry };
    report(problems, findExtentProblem(bytes, record, successor));
    if (isFull(problems)) return;
  }
};

const findExtentProblem = (bytes: Buffer, record: DirectoryRecord, successor: Successor): PackageProblem | null => {
  const headerEnd = record.offset + recordBytes.localHeader;
  if (headerEnd > successor.offset) return overlap(record, successor);
  if (!hasSignature(bytes, record.offset, signatures.localHeader))
    return archiveProblem('archive_local_header_missing', record.name);
  const dataOffset = readDataOffset(bytes, record);
  const dataEnd = dataOffset + record.compressedBytes;
  if (dataEnd > successor.offset) return overlap(record, successor);
  return (
    findLocalProblem(bytes, record) ??
    findFolderProblem(bytes.subarray(dataOffset, dataEnd), record) ??
    findGapProblem(bytes, dataEnd, successor.offset, record)
  );
};

const overlap = (record: DirectoryRecord, { entry }: Successor): PackageProblem =>
  entry
    ? archiveProblem('archive_entries_overlap', record.name, { other: printableName(entry.name) })
    : archiveProblem('archive_entry_overlaps_directory', record.name);

/** Nothing is ever inflated of a folder, so what it has must be what deflate makes of nothing. */
const findFolderProblem = (data: Buffer, record: DirectoryRecord): PackageProblem | null =>
  isEmptyStream(record) && !data.equals(deflatedNothing)
    ? archiveProblem('archive_folder_with_content', record.name)
    : null;

/** Between the data of an entry and what follows there may be a data descriptor, if the entry announces one. */
const findGapProblem = (
  bytes: Buffer,
  dataEnd: number,
  end: number,
  record: DirectoryRecord,
): PackageProblem | null => {
  const gap = bytes.subarray(dataEnd, end);
  if ((record.flags & flagBits.descriptor) === 0) return gap.length === 0 ? null : bytesBetween(gap.length, record);
  if (descriptorLengths.includes(gap.length)) {
    if (!descriptorAgrees(gap, record)) return archiveProblem('archive_descriptor_differs', record.name);
    // Azure and yazl write sizes of 64 bits whatever the local header says. The other way round nobody does, and a
    // reader that streams would look for the next entry eight bytes further on.
    return !isWideDescriptor(gap.length) && hasZip64Sizes(bytes, record)
      ? archiveProblem('archive_descriptor_width_differs', record.name)
      : null;
  }
  return gap.length < Math.min(...descriptorLengths)
    ? archiveProblem('archive_descriptor_missing', record.name)
    : bytesBetween(gap.length, record);
};

const bytesBetween = (found: number, record: DirectoryRecord): PackageProblem =>
  archiveProblem('archive_bytes_between_entries', record.name, { found });
