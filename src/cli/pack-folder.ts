import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { packArchive } from '../domain/archive/pack-archive.ts';

/**
 * The files of a folder as a zip. Names that begin with a dot, and `tmp`, are the developer's own: they stay.
 *
 * @throws Error for a symbolic link: no server takes one.
 */
export const packFolder = async (folder: string): Promise<Buffer> => {
  const entries = (await readdir(folder, { recursive: true, withFileTypes: true }))
    .map((entry) => ({
      entry,
      parts: path.relative(folder, path.join(entry.parentPath, entry.name)).split(path.sep),
    }))
    .filter(({ parts }) => parts[0] !== 'tmp' && !parts.some((part) => part.startsWith('.')));
  const link = entries.find(({ entry }) => entry.isSymbolicLink());
  if (link) throw new Error(`${link.parts.join('/')} is a symbolic link; put the file itself there.`);
  const files = entries.filter(({ entry }) => entry.isFile());
  return packArchive(
    await Promise.all(
      files.map(async ({ parts }) => ({ path: parts.join('/'), bytes: await readFile(path.join(folder, ...parts)) })),
    ),
  );
};
