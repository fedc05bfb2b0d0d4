import type { ArchiveKey } from './archive-keys.ts';
import type { DirectoryRecord } from './archive-entry.ts';

const unixType = { mask: 0o170_000, file: 0o100_000, folder: 0o040_000, symlink: 0o120_000 } as const;
const windows = { volumeLabel: 0x08, folder: 0x10, reparsePoint: 0x400 } as const;

/**
 * What is wrong with the kind of an entry, or null. Its name says whether it is a file or a folder; the attributes may
 * say nothing about that, but nothing else either.
 *
 * The Unix mode is looked at whatever system the archive says it was made on: extractors exist that make a symbolic link
 * of any entry with that mode, and honest archives of other systems leave these bits at zero (or, like adm-zip on
 * Windows, fill them in truthfully).
 */
export const findKindProblem = ({ externalAttributes, isDirectory }: DirectoryRecord): ArchiveKey | null => {
  const type = (externalAttributes >>> 16) & unixType.mask;
  if (type === unixType.symlink || (externalAttributes & windows.reparsePoint) !== 0) return 'archive_symlink';
  const isKnown = type === 0 || type === unixType.file || type === unixType.folder;
  if (!isKnown || (externalAttributes & windows.volumeLabel) !== 0) return 'archive_special_file';
  const isFolder = type === unixType.folder || (externalAttributes & windows.folder) !== 0;
  if (isDirectory ? type === unixType.file : isFolder) return 'archive_entry_kind_contradicts';
  return null;
};
