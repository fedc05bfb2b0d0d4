import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { packArchive } from '../domain/archive/pack-archive.ts';

/** What is in a folder, by paths with forward slashes, in a fixed order. */
export interface FolderContent {
  files: string[];
  /** Symbolic links: to whatever, no server takes one. */
  links: string[];
}

/** Lists a folder. Names that begin with a dot, and `tmp`, are the developer's own: they stay out. */
export const listFolder = async (folder: string): Promise<FolderContent> => {
  const entries = (await readdir(folder, { recursive: true, withFileTypes: true }))
    .map((entry) => ({
      entry,
      parts: path.relative(folder, path.join(entry.parentPath, entry.name)).split(path.sep),
    }))
    .filter(({ parts }) => parts[0] !== 'tmp' && !parts.some((part) => part.startsWith('.')))
    .map(({ entry, parts }) => ({ entry, name: parts.join('/') }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  return {
    files: entries.filter(({ entry }) => entry.isFile()).map(({ name }) => name),
    links: entries.filter(({ entry }) => entry.isSymbolicLink()).map(({ name }) => name),
  };
};

/** Some files of a folder as a zip. */
export const packFiles = async (folder: string, files: readonly string[]): Promise<Buffer> =>
  packArchive(
    await Promise.all(
      files.map(async (name) => ({ path: name, bytes: await readFile(path.join(folder, ...name.split('/'))) })),
    ),
  );

/**
 * A whole folder as a zip.
 *
 * @throws Error for a symbolic link: no server takes one.
 */
export const packFolder = async (folder: string): Promise<Buffer> => {
  const { files, links } = await listFolder(folder);
  if (links[0] !== undefined) throw new Error(`${links[0]} is a symbolic link; put the file itself there.`);
  return packFiles(folder, files);
};
