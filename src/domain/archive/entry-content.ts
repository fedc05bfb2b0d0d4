import type { PackageProblem } from '../package/problem.ts';
import type { DirectoryRecord } from './archive-entry.ts';
import { archiveProblem } from './archive-problem.ts';
import type { ArchiveLimits } from './limits.ts';
import { flagBits, methods } from './zip-format.ts';

const encrypted = flagBits.encrypted | flagBits.strongEncryption | flagBits.maskedHeaders;
const known = flagBits.compressionLevel | flagBits.descriptor | flagBits.utf8;

/** What deflate makes of nothing; Java writes it for folders. */
export const deflatedNothing = Buffer.of(0x03, 0x00);

/** True if a folder's record has room for `deflatedNothing` and for nothing else. */
export const isEmptyStream = (record: DirectoryRecord): boolean =>
  record.isDirectory &&
  record.method === methods.deflated &&
  record.expandedBytes === 0 &&
  record.compressedBytes === deflatedNothing.length;

/** The first thing that is wrong with what an entry's record says about its content, or null. No byte is inflated. */
export const findContentProblem = (record: DirectoryRecord, limits: ArchiveLimits): PackageProblem | null => {
  const { name, flags, method, compressedBytes, expandedBytes } = record;
  if ((flags & encrypted) !== 0) return archiveProblem('archive_entry_encrypted', name);
  if ((flags & ~known) !== 0) return archiveProblem('archive_entry_flags_unknown', name);
  if (method !== methods.stored && method !== methods.deflated)
    return archiveProblem('archive_entry_method_unsupported', name, { found: method });
  if (expandedBytes > limits.maxEntryBytes)
    return archiveProblem('archive_entry_too_large', name, { found: expandedBytes, limit: limits.maxEntryBytes });
  if (record.isDirectory && compressedBytes + expandedBytes > 0 && !isEmptyStream(record))
    return archiveProblem('archive_folder_with_content', name);
  if (method === methods.stored && compressedBytes !== expandedBytes)
    return archiveProblem('archive_entry_size_wrong', name);
  // adm-zip takes no compressed bytes for an empty file without a look at size and CRC; zlib takes them for an error.
  if (method === methods.deflated && compressedBytes === 0 && !record.isDirectory)
    return archiveProblem('archive_entry_corrupt', name);
  if (expandedBytes === 0 && record.crc32 !== 0) return archiveProblem('archive_entry_crc_wrong', name);
  return null;
};

/** The limit that all entries together go beyond by their declared sizes, or null. */
export const findTotalProblem = (records: DirectoryRecord[], limits: ArchiveLimits): PackageProblem | null => {
  const expanded = records.reduce((sum, record) => sum + record.expandedBytes, 0);
  const compressed = records.reduce((sum, record) => sum + record.compressedBytes, 0);
  if (expanded > limits.maxExpandedBytes)
    return archiveProblem('archive_expands_too_much', undefined, { found: expanded, limit: limits.maxExpandedBytes });
  if (expanded > limits.ratioFromBytes && expanded > limits.maxRatio * compressed)
    return archiveProblem('archive_ratio_too_high', undefined, {
      found: Math.ceil(expanded / Math.max(1, compressed)),
      limit: limits.maxRatio,
    });
  return null;
};
