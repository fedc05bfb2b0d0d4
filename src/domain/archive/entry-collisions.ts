import type { PackageProblem } from '../package/problem.ts';
import type { DirectoryRecord } from './archive-entry.ts';
import { archiveProblem, ArchiveRefusal, isFull, printableName, report } from './archive-problem.ts';
import type { ArchiveKey } from './archive-keys.ts';
import type { ArchiveLimits } from './limits.ts';

interface Claim {
  path: string;
  isDirectory: boolean;
  /** False for a folder that is only there because another entry lies in it. */
  isEntry: boolean;
}

/**
 * Reports entries that could not be unpacked side by side on every system: the same name twice, names that differ only
 * by case or composition (of a folder, too: Windows and macOS would make one of `Css/` and `css/`), a file where another
 * entry needs a folder. Linear in the length of all names.
 * @throws ArchiveRefusal if the entries need more than `limits.maxEntries` folders: adm-zip makes an object of several
 *   kilobytes of each, and 10,000 paths can name 310,000.
 */
export const checkCollisions = (
  records: DirectoryRecord[],
  limits: ArchiveLimits,
  problems: PackageProblem[],
): void => {
  const claims = new Map<string, Claim>();
  let folders = 0;
  for (const record of records) {
    let claim: Claim = { path: record.path, isDirectory: record.isDirectory, isEntry: true };
    let folded = foldPath(record.path);
    while (claim.path !== '') {
      const earlier = claims.get(folded);
      const key = earlier && findCollision(earlier, claim);
      if (key) report(problems, archiveProblem(key, record.name, { other: printableName(Buffer.from(earlier.path)) }));
      if (claim.isEntry && earlier && !key) earlier.isEntry = true;
      if (earlier) break;
      claims.set(folded, claim);
      if (claim.isDirectory && ++folders > limits.maxEntries)
        throw new ArchiveRefusal('archive_too_many_folders', undefined, { limit: limits.maxEntries });
      claim = { path: parentOf(claim.path), isDirectory: true, isEntry: false };
      folded = parentOf(folded);
    }
    if (isFull(problems)) return;
  }
};

const findCollision = (earlier: Claim, later: Claim): ArchiveKey | null => {
  if (earlier.isDirectory !== later.isDirectory) return 'archive_file_and_folder';
  if (earlier.path !== later.path) return 'archive_names_differ_only_by_case';
  return earlier.isEntry && later.isEntry ? 'archive_duplicate_entry' : null;
};

const parentOf = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf('/')));

/**
 * The same for all paths that a file system may take for the same one. By way of lower case to upper case, because
 * either alone keeps some pairs apart (the Kelvin sign and k, ß and SS).
 */
const foldPath = (path: string): string => path.normalize('NFD').toLowerCase().toUpperCase().normalize('NFC');
