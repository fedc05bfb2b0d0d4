import type { Config } from '../config.ts';
import { keepRunning } from '../embedded/keep-running.ts';
import { embeddedPostgresStatus } from '../embedded/postgres-url.ts';
import { startEmbeddedPostgres } from '../embedded/postgres.ts';
import { holdStartLock, type StartLock } from '../embedded/start-lock.ts';
import type { Logger } from '../logger.ts';
import type { Releases } from './releases.ts';

/** Postgres writes what it has in memory before it goes. */
const POSTGRES_CLOSE_MS = 15_000;

interface Process {
  log: Logger;
  releases: Releases;
  /** Ends the process with this error. */
  fail: (err: Error) => void;
}

/**
 * Starts the embedded Postgres of DATA_DIR, claims it for this process, and restarts it whenever it ends by itself. Where
 * that is not possible, the process fails.
 *
 * @throws Error when another start uses it.
 */
export const startPostgres = async ({ dataDir }: Config, { log, releases, fail }: Process): Promise<void> => {
  let postgres = await startEmbeddedPostgres({ dataDir, log: log.debug });
  let lock = await claim(postgres.url, dataDir);
  const restart = async (): Promise<void> => {
    await lock.release();
    // Told by somebody to stop, it waits for our sessions to end and takes no new ones: it has to end at once.
    if ((await embeddedPostgresStatus(dataDir)) === 'stopping') await postgres.stop();
    postgres = await startEmbeddedPostgres({ dataDir, log: log.debug, create: false });
    lock = await claim(postgres.url, dataDir);
  };
  const watch = keepRunning({
    isServing: async () => lock.held() && (await embeddedPostgresStatus(dataDir)) === 'ready',
    restart,
    onGiveUp: (err) => {
      log.error('Appyard ends: it has no database', { err });
      fail(err);
    },
    log,
  });
  releases.add(
    'Postgres',
    async () => {
      await watch.stop();
      await lock.release();
      await postgres.stop();
    },
    POSTGRES_CLOSE_MS,
  );
};

const claim = async (url: string, dataDir: string): Promise<StartLock> => {
  const lock = await holdStartLock(url);
  if (!lock) throw new Error(`Appyard is running on ${dataDir} already; stop it first, or set another DATA_DIR.`);
  return lock;
};
