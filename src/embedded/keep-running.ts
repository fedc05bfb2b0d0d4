import { setTimeout as sleep } from 'node:timers/promises';
import { errorText } from '../error-text.ts';
import { EmbeddedPostgresError } from './embedded-postgres-error.ts';
import type { Log } from './log.ts';

/** How often the server is looked at, in milliseconds. */
const INTERVAL_MS = 1_000;
/** A server that has served for this long is healthy: its next end is a new fault. */
const STEADY_MS = 60_000;
/** The wait before each try, in milliseconds. After the last try we give up. */
const BACKOFF_MS = [0, 1_000, 2_000, 4_000, 8_000];

interface KeepRunningOptions {
  /** Tells whether the server takes queries and belongs to this process. */
  isServing: () => Promise<boolean>;
  /** Starts the server again, and claims it for this process. */
  restart: () => Promise<void>;
  /** Receives the error that says why the server cannot be kept running, once. */
  onGiveUp: (err: Error) => void;
  log: { warn: Log; info: Log };
}

interface Times {
  intervalMs?: number;
  steadyMs?: number;
  backoffMs?: readonly number[];
}

/**
 * Restarts the embedded PostgreSQL whenever it has ended by itself. It tries a few times with growing waits; a server that
 * ends again within a minute counts as a failed try. `stop` ends the watch, after a restart that is under way.
 */
export const keepRunning = (
  { isServing, restart, onGiveUp, log }: KeepRunningOptions,
  { intervalMs = INTERVAL_MS, steadyMs = STEADY_MS, backoffMs = BACKOFF_MS }: Times = {},
): { stop(): Promise<void> } => {
  const ended = new AbortController();
  const { signal } = ended;
  const watch = async (): Promise<void> => {
    let tries = 0;
    let servingSince = performance.now();
    let failure: unknown;
    for (;;) {
      await sleep(intervalMs, undefined, { signal });
      if (await isServing().catch(() => false)) {
        if (performance.now() - servingSince >= steadyMs) tries = 0;
        continue;
      }
      const waitMs = backoffMs[tries];
      if (waitMs === undefined) throw gaveUp(tries, failure);
      tries += 1;
      log.warn('the embedded PostgreSQL has ended, or cut off its connections; it is started again', { try: tries });
      await sleep(waitMs, undefined, { signal });
      try {
        await restart();
        failure = undefined;
        servingSince = performance.now();
        log.info('the embedded PostgreSQL is there again', { try: tries });
      } catch (err) {
        failure = err;
        log.warn('the embedded PostgreSQL could not be started again', { try: tries, err });
      }
    }
  };
  const watching = watch().catch((err: unknown) => {
    if (!signal.aborted) onGiveUp(err instanceof Error ? err : new Error(errorText(err)));
  });
  return {
    async stop() {
      ended.abort();
      await watching;
    },
  };
};

const gaveUp = (tries: number, failure: unknown): Error =>
  new EmbeddedPostgresError(
    `The embedded PostgreSQL has ended and does not run after ${tries} restarts: ` +
      `${failure === undefined ? 'it ended again each time; see postgres/server.log in DATA_DIR.' : errorText(failure)}`,
    failure,
  );
