import { readdir } from 'node:fs/promises';
import path from 'node:path';
import type { Deps } from '../../src/deps.ts';

export interface Traces {
  incoming: string[];
  blobs: string[];
  uploads: number;
}

/** What uploads have left behind: on the disk and in the database. */
export const tracesOf = async ({ db, incomingDir, config }: Deps): Promise<Traces> => {
  const files = await readdir(path.join(config.dataDir, 'blobs'), { recursive: true, withFileTypes: true });
  const { rows } = await db.query<{ count: number }>('select count(*) from uploads');
  return {
    incoming: await readdir(incomingDir),
    blobs: files
      .filter((file) => file.isFile() && file.parentPath !== incomingDir)
      .map(({ name }) => name)
      .sort(),
    uploads: rows[0]!.count,
  };
};
