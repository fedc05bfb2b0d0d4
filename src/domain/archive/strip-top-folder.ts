import type { PackageFile } from '../package/package-file.ts';
import type { PackageProblem } from '../package/problem.ts';
import { printableName } from './archive-problem.ts';

const manifest = 'manifest.json';

/**
 * Removes the folder that all files are in, if it holds the manifest: archives from GitHub and from macOS have one around
 * the app. An archive with a manifest at its root, with files outside of the folder, or with the manifest further down can
 * be understood in more than one way, and stays as it is for the package rules to refuse.
 *
 * @param files of an unpacked archive, without those that are dropped.
 * @returns the same files in the same order, with shorter paths and one warning if a folder was removed.
 */
export const stripTopFolder = (files: PackageFile[]): { files: PackageFile[]; warnings: PackageProblem[] } => {
  const folder = topFolderOf(files[0]?.path ?? '');
  const prefix = `${folder}/`;
  const isWrapped =
    folder !== '' &&
    files.every(({ path }) => path.startsWith(prefix)) &&
    files.some(({ path }) => path === prefix + manifest);
  if (!isWrapped) return { files, warnings: [] };
  const inner = files.map(({ path, bytes }) => ({ path: path.slice(prefix.length), bytes }));
  return { files: inner, warnings: [warningFor(printableName(Buffer.from(folder)))] };
};

const topFolderOf = (path: string): string => path.slice(0, Math.max(0, path.indexOf('/')));

const warningFor = (folder: string): PackageProblem => ({
  key: 'warning.top_folder_removed',
  message: `All files of the archive are in the folder ${folder}. It was removed from their paths. Zip the content of the folder instead.`,
  data: { folder },
});
