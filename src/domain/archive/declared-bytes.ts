import { ArchiveRefusal } from './archive-problem.ts';
import { readDirectory } from './central-directory.ts';
import { readEndRecord } from './end-record.ts';
import type { ArchiveLimits } from './limits.ts';

/**
 * Gives the bytes to which an archive unpacks, by its central directory; 0 when it cannot be read or has too many entries, for
 * then it is refused before anything is unpacked. Never more than `limits.maxExpandedBytes`, for the same reason.
 */
export const declaredBytes = (archive: Buffer, limits: ArchiveLimits): number => {
  try {
    const end = readEndRecord(archive);
    if (end.entryCount > limits.maxEntries) return 0;
    const sum = readDirectory(archive, end).reduce((total, { expandedBytes }) => total + expandedBytes, 0);
    return Math.min(sum, limits.maxExpandedBytes);
  } catch (err) {
    if (err instanceof ArchiveRefusal) return 0;
    throw err;
  }
};
