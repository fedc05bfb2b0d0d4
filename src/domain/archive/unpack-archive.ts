import AdmZip from 'adm-zip';
import type { PackageFile } from '../package/package-file.ts';
import type { PackageProblem } from '../package/problem.ts';
import type { ArchiveEntry } from './archive-entry.ts';
import { ArchiveRefusal } from './archive-problem.ts';
import { isDropped } from './dropped-files.ts';
import { isRootFolder } from './entry-name.ts';
import { inflateEntry } from './inflate-entry.ts';
import { inspectArchive } from './inspect-archive.ts';
import type { ArchiveLimits } from './limits.ts';
import { sortBytewise } from './sort-bytewise.ts';

/**
 * Inspects a zip and, if nothing is wrong with it, inflates its files. Folders are no files; what `isDropped` names is
 * left out without a word. Takes at most `limits.maxExpandedBytes` of memory beside the archive, and blocks the event
 * loop for as long as inflating takes: call it on a worker thread.
 * @returns the files in the bytewise order of their paths, or no file and at least one problem; never throws for what
 *   the bytes are
 */
export const unpackArchive = (
  bytes: Buffer,
  limits: ArchiveLimits,
): { files: PackageFile[]; problems: PackageProblem[] } => {
  const { entries, problems } = inspectArchive(bytes, limits);
  if (problems.length > 0) return { files: [], problems };
  try {
    return { files: sortBytewise(inflateFiles(bytes, entries)), problems };
  } catch (error) {
    if (!(error instanceof ArchiveRefusal)) throw error;
    return { files: [], problems: [error.problem] };
  }
};

const inflateFiles = (bytes: Buffer, entries: ArchiveEntry[]): PackageFile[] => {
  const zipEntries = listEntries(bytes).filter(({ rawEntryName }) => !isRootFolder(rawEntryName));
  if (zipEntries.length !== entries.length) throw new ArchiveRefusal('archive_readers_disagree');
  const files: PackageFile[] = [];
  for (const [index, entry] of entries.entries()) {
    if (!zipEntries[index]?.rawEntryName.equals(entry.name)) throw new ArchiveRefusal('archive_readers_disagree');
    if (entry.isDirectory) continue;
    const file = { path: entry.path, bytes: inflateEntry(bytes, entry) };
    // Only now: what is dropped is checked like the rest, so that nothing can be hidden in it.
    if (!isDropped(entry.path)) files.push(file);
  }
  return files;
};

/** adm-zip searches for the directory in its own way; what it finds must be what was inspected. */
const listEntries = (bytes: Buffer): AdmZip.IZipEntry[] => {
  try {
    return new AdmZip(bytes).getEntries();
  } catch {
    throw new ArchiveRefusal('archive_readers_disagree');
  }
};
