import { existsSync } from 'node:fs';
import { chmod, mkdir } from 'node:fs/promises';
import path from 'node:path';
import { findBinaries } from './binaries.ts';
import { ensureCluster } from './cluster.ts';
import { EmbeddedPostgresError } from './embedded-postgres-error.ts';
import { realLayoutOf } from './layout.ts';
import type { Layout } from './layout.ts';
import { clearLeftovers } from './leftovers.ts';
import type { Log } from './log.ts';
import { embeddedPostgresUrl } from './postgres-url.ts';
import { launchServer, stopServer, waitUntilReady } from './server.ts';
import { chooseServiceUser } from './service-user.ts';
import { ensureSocketLink, isSocketServed, prepareSocketDir } from './socket-dir.ts';
import { isHeldByAnotherStart } from './start-lock.ts';
import { takeStartupTurn } from './startup-turn.ts';

interface StartOptions {
  /** DATA_DIR; made if missing. The server's files go to `postgres` and `run` below it. */
  dataDir: string;
  log: Log;
  /** False: nothing waits for the disk. For tests; a power cut may then cost the data. */
  sync?: boolean;
  /** False: a cluster that is not there is an error, and no new one is made. For a restart. */
  create?: boolean;
}

export interface EmbeddedPostgres {
  /** For `pg`; the same as `embeddedPostgresUrl(dataDir)`. */
  url: string;
  /** It was running already: left by a start that was killed, or in use by one that lives (see `holdStartLock`). */
  adopted: boolean;
  /** Stops the server, adopted or not, unless another process holds the start lock. May be called again. */
  stop(): Promise<void>;
}

const prepareDataDir = async (dataDir: string): Promise<Layout> => {
  const made = await mkdir(dataDir, { recursive: true });
  // Run by root, the server is another user, who must be able to pass through; run by anybody else, nobody must.
  if (made !== undefined) await chmod(dataDir, process.getuid?.() === 0 ? 0o711 : 0o700);
  return realLayoutOf(dataDir);
};

/** Gives true when a server was there already. */
const bringUp = async (
  layout: Layout,
  { log, sync = true, create = true }: Omit<StartOptions, 'dataDir'>,
): Promise<boolean> => {
  const running = await waitUntilReady(layout, log);
  if (running !== undefined) {
    await ensureSocketLink(layout);
    if (await isSocketServed(layout)) {
      log('using the embedded PostgreSQL that is running', { pid: running.pid });
      return true;
    }
    log('the embedded PostgreSQL has lost its socket; it is started again', { pid: running.pid });
    await stopServer(layout.cluster, log);
  }
  if (!create && !existsSync(path.join(layout.cluster, 'PG_VERSION')))
    throw new EmbeddedPostgresError(`${layout.cluster} is gone: restore it from a backup, and start Appyard again.`);
  const binaries = await findBinaries();
  const as = await chooseServiceUser(layout, binaries.postgres);
  if (await ensureCluster(layout, binaries, as, sync))
    log('created the embedded PostgreSQL', { cluster: layout.cluster });
  await prepareSocketDir(layout, as);
  await clearLeftovers(layout, log);
  await launchServer(layout, { postgres: binaries.postgres, as, sync }, log);
  return false;
};

const stop = async (url: string, layout: Layout, log: Log): Promise<void> => {
  // Who cannot be asked holds nothing: the server is gone, or is going to be.
  if (await isHeldByAnotherStart(url).catch(() => false)) {
    log('the embedded PostgreSQL keeps running: another start uses it');
    return;
  }
  await stopServer(layout.cluster, log);
};

/** A disk or a folder that does not play along is not a bug of ours; everything else stays as it is. */
const explain = (err: unknown, dataDir: string): unknown => {
  const code = err instanceof Error && 'code' in err && typeof err.code === 'string' ? err.code : '';
  if (!(err instanceof Error) || !/^(EACCES|EPERM|EROFS|ENOSPC|EDQUOT|ENOTDIR|EEXIST|ELOOP)$/.test(code)) return err;
  return new EmbeddedPostgresError(`The embedded PostgreSQL cannot use ${dataDir}: ${err.message}`, err);
};

/**
 * Starts a PostgreSQL of our own on DATA_DIR, making it first if need be, or takes over the one that runs there. It
 * listens on a Unix socket only. Several processes may call this at the same time: one starts, the others get the same
 * server. Take `holdStartLock(url)` next, to know whether another start is using it.
 * @throws EmbeddedPostgresError: no binaries for this platform, no user to run it, no space, another major version …
 */
export const startEmbeddedPostgres = async ({ dataDir, ...options }: StartOptions): Promise<EmbeddedPostgres> => {
  if (process.platform === 'win32') {
    throw new EmbeddedPostgresError('On Windows set DATABASE_URL: there is no embedded PostgreSQL for it.');
  }
  const home = path.resolve(dataDir);
  try {
    const layout = await prepareDataDir(home);
    const endTurn = await takeStartupTurn(layout.dataDir);
    try {
      const adopted = await bringUp(layout, options);
      const url = embeddedPostgresUrl(home);
      let stopping: Promise<void> | undefined;
      return { url, adopted, stop: () => (stopping ??= stop(url, layout, options.log)) };
    } finally {
      await endTurn();
    }
  } catch (err) {
    throw explain(err, home);
  }
};
