import { lchown, mkdtemp, readFile, readdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import type { Binaries } from './binaries.ts';
import { EmbeddedPostgresError, reasonIn } from './embedded-postgres-error.ts';
import type { Layout } from './layout.ts';
import { runCommand } from './run-command.ts';
import type { RunAs } from './run-command.ts';

const UNFINISHED = 'postgres.new';
// 0.5 s on a common disk; a slow memory card may need a minute.
const INITDB_TIMEOUT_MS = 300_000;
const SETTINGS = ['--encoding=UTF8', '--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8'];
// Everybody who reaches the socket is let in: its folder is closed to others.
const WHO = ['--username=appyard', '--auth=trust'];

const initialise = async (layout: Layout, initdb: string, as: RunAs, sync: boolean): Promise<void> => {
  const inTheWay = await readdir(layout.cluster).catch(() => []);
  if (inTheWay.length > 0) {
    throw new EmbeddedPostgresError(`${layout.cluster} is in the way and is not a PostgreSQL cluster: move it.`);
  }
  // A name of its own each time: the initdb of a killed start may still be writing into the last one.
  const fresh = await mkdtemp(path.join(layout.dataDir, `${UNFINISHED}.`));
  try {
    if (as.owner !== undefined) await lchown(fresh, as.owner.uid, as.owner.gid);
    const words = [initdb, '-D', fresh, ...WHO, ...SETTINGS, '--no-instructions', ...(sync ? [] : ['--no-sync'])];
    const { code, output } = await runCommand(as, words, INITDB_TIMEOUT_MS);
    if (code !== 0) {
      throw new EmbeddedPostgresError(
        `PostgreSQL could not create its files in ${layout.dataDir}: ${reasonIn(output)}`,
      );
    }
    await rename(fresh, layout.cluster);
  } finally {
    await rm(fresh, { recursive: true, force: true });
  }
};

const removeUnfinished = async (dataDir: string): Promise<void> => {
  const left = (await readdir(dataDir)).filter((name) => name.startsWith(UNFINISHED));
  for (const name of left) await rm(path.join(dataDir, name), { recursive: true, force: true, maxRetries: 5 });
};

/**
 * Sees to it that there is a cluster that these binaries can serve: UTF-8, sorted by code point on every machine.
 * A new one appears under its name only when it is complete. Gives true when it was made by this call.
 * @throws EmbeddedPostgresError when initdb fails, or the cluster is of another major version
 */
export const ensureCluster = async (layout: Layout, binaries: Binaries, as: RunAs, sync: boolean): Promise<boolean> => {
  await removeUnfinished(layout.dataDir);
  const found = await readFile(path.join(layout.cluster, 'PG_VERSION'), 'utf8').catch((err: NodeJS.ErrnoException) => {
    if (err.code === 'ENOENT') return undefined;
    throw err;
  });
  if (found === undefined) {
    await initialise(layout, binaries.initdb, as, sync);
    return true;
  }
  if (found.trim() !== binaries.majorVersion) {
    throw new EmbeddedPostgresError(
      `${layout.cluster} was made by PostgreSQL ${found.trim()}, Appyard now brings ${binaries.majorVersion}: serve it with a ` +
        `PostgreSQL ${found.trim()} of your own and set DATABASE_URL, or move it away to begin empty.`,
    );
  }
  return false;
};
