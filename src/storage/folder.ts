import { access, constants, mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Disk } from 'flydrive';
import { FSDriver } from 'flydrive/drivers/fs';
import { temporaryName } from './incoming.ts';
import { onDrive, type ObjectStore } from './object-store.ts';

/** Of the keys: the first two digits of a digest. */
const PARTS = Array.from({ length: 256 }, (_, number) => number.toString(16).padStart(2, '0'));

const namesIn = async (folder: string): Promise<string[]> => {
  try {
    return await readdir(folder);
  } catch (err) {
    if (err instanceof Error && 'code' in err && err.code === 'ENOENT') return [];
    throw err;
  }
};

/**
 * A folder of the local disk, or of one that several machines share.
 *
 * Moving in is a rename: whole or not at all. flydrive's `move` copies and deletes, and a crash in the middle would leave
 * half a blob under the digest of the whole one.
 *
 * @param incomingDir on the same disk; files are complete there, and on the disk for good, before they are moved in.
 */
export const openFolder = (root: string, incomingDir: string): ObjectStore => {
  const disk = new Disk(new FSDriver({ location: root, visibility: 'private' }));
  const moveIn: ObjectStore['moveIn'] = async (key, file) => {
    const target = path.join(root, key);
    await mkdir(path.dirname(target), { recursive: true, mode: 0o700 });
    await rename(file.path, target);
  };
  return {
    ...onDrive(disk),
    moveIn,
    check: () => access(root, constants.R_OK | constants.W_OK),
    async *list() {
      for (const part of PARTS) yield (await namesIn(path.join(root, part))).map((name) => `${part}/${name}`);
    },
    async write(key, bytes) {
      await mkdir(incomingDir, { recursive: true });
      const file = path.join(incomingDir, temporaryName());
      try {
        await writeFile(file, bytes, { flag: 'wx', mode: 0o600, flush: true });
        await moveIn(key, { path: file, size: bytes.byteLength });
      } finally {
        await rm(file, { force: true });
      }
    },
  };
};
