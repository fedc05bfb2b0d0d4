import type { PackageProblem } from '../package/problem.ts';
import type { ArchiveEntry, DirectoryRecord } from './archive-entry.ts';
import { archiveProblem, ArchiveRefusal, isFull, report } from './archive-problem.ts';
import { readDirectory } from './central-directory.ts';
import { readEndRecord } from './end-record.ts';
import { checkCollisions } from './entry-collisions.ts';
import { findContentProblem, findTotalProblem } from './entry-content.ts';
import { findKindProblem } from './entry-kind.ts';
import { findNameProblem, isRootFolder } from './entry-name.ts';
import { checkLayout } from './layout.ts';
import type { ArchiveLimits } from './limits.ts';

export interface ArchiveInspection {
  /**
   * In the order of the central directory, without the folder that the package itself is. To be believed only if there are
   * no problems.
   */
  entries: ArchiveEntry[];
  /** At most 20. */
  problems: PackageProblem[];
}

/**
 * Reads the structure of a zip - end record, central directory, local headers, data descriptors - and finds everything
 * that does not agree, that readers may understand in different ways, or that is over a limit by its declared size.
 * No byte is inflated and nothing is allocated by a declared size; the work is n log n in the number of entries.
 * Never throws for what the bytes are.
 */
export const inspectArchive = (bytes: Buffer, limits: ArchiveLimits): ArchiveInspection => {
  const problems: PackageProblem[] = [];
  let records: DirectoryRecord[] = [];
  try {
    requireAtMost('archive_too_large', bytes.length, limits.maxPackageBytes);
    const end = readEndRecord(bytes);
    requireAtMost('archive_too_many_entries', end.entryCount, limits.maxEntries);
    records = readDirectory(bytes, end);
    checkRecords(records, limits, problems);
    if (!isFull(problems)) checkLayout(bytes, records, end.directoryOffset, problems);
  } catch (error) {
    if (!(error instanceof ArchiveRefusal)) throw error;
    report(problems, error.problem);
  }
  return { entries: records.filter(({ name }) => !isRootFolder(name)).map(toEntry), problems };
};

const requireAtMost = (key: 'archive_too_large' | 'archive_too_many_entries', found: number, limit: number): void => {
  if (found > limit) throw new ArchiveRefusal(key, undefined, { found, limit });
};

const checkRecords = (records: DirectoryRecord[], limits: ArchiveLimits, problems: PackageProblem[]): void => {
  const named: DirectoryRecord[] = [];
  for (const record of records) {
    const nameProblem = findNameProblem(record, limits);
    const kindKey = findKindProblem(record);
    report(problems, nameProblem);
    report(problems, kindKey && archiveProblem(kindKey, record.name));
    report(problems, findContentProblem(record, limits));
    if (isFull(problems)) return;
    if (!nameProblem) named.push(record);
  }
  report(problems, findTotalProblem(records, limits));
  checkCollisions(named, limits, problems);
};

const toEntry = (record: DirectoryRecord): ArchiveEntry => ({
  path: record.path,
  isDirectory: record.isDirectory,
  compressedBytes: record.compressedBytes,
  expandedBytes: record.expandedBytes,
  offset: record.offset,
  method: record.method,
  crc32: record.crc32,
  name: record.name,
});
