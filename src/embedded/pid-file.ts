import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { EmbeddedPostgresError } from './embedded-postgres-error.ts';
import { isServerOf } from './process-info.ts';

/** A living server of ours. */
export interface Server {
  pid: number;
  status: 'starting' | 'ready' | 'stopping';
}

/** Where PostgreSQL notes which process serves a cluster. */
export const pidFileOf = (cluster: string): string => path.join(cluster, 'postmaster.pid');

const statusOf = (word: string | undefined): Server['status'] => {
  if (word === 'ready') return 'ready';
  return word === 'stopping' ? 'stopping' : 'starting';
};

/**
 * The server that lives on this cluster, from PostgreSQL's pid file; undefined when there is no file, or it names a
 * process that is dead or a stranger's.
 * @throws EmbeddedPostgresError when the folder belongs to another user
 */
export const readServer = async (cluster: string): Promise<Server | undefined> => {
  const text = await readFile(pidFileOf(cluster), 'utf8').catch((err: NodeJS.ErrnoException) => {
    if (err.code === 'ENOENT') return '';
    if (err.code !== 'EACCES') throw err;
    throw new EmbeddedPostgresError(`${cluster} belongs to another user: run this command as that user or root.`, err);
  });
  const lines = text.split('\n');
  const pid = Number(lines[0]);
  if (!(pid > 0) || !(await isServerOf(pid, cluster))) return undefined;
  // The eighth line is filled up with spaces; while the server comes up the file is shorter.
  return { pid, status: statusOf(lines[7]?.trim()) };
};
