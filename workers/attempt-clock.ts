import type { Pool } from 'pg';
import { restartAttempt } from '../src/db/job-attempts.ts';
import type { Attempt } from '../src/db/jobs.ts';
import type { Logger } from '../src/logger.ts';

/** The time of an attempt. Stands still while the attempt waits for something that is not its own work. */
export interface AttemptClock {
  /** Fires when the time is up. */
  signal: AbortSignal;
  /** Stops the clock until `wait` has settled. */
  pauseDuring: <T>(wait: Promise<T>) => Promise<T>;
  stop(): void;
}

/** Shorter than the margin after which the sweep ends an attempt that is over its time. */
const RENEW_MS = 5_000;

/** @param timeoutMs the time for the work. */
export const createAttemptClock = (
  { db, log }: { db: Pool; log: Logger },
  { id, attempt }: Attempt,
  timeoutMs: number,
): AttemptClock => {
  const timeUp = new AbortController();
  let left = timeoutMs;
  let runningSince = 0;
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;
  const run = (): void => {
    if (stopped) return;
    runningSince = performance.now();
    timer = setTimeout(() => timeUp.abort(new Error('the time of the attempt is up')), left);
    timer.unref();
  };
  /** The sweep reads the row: the time that counts begins anew. */
  const renew = (): Promise<void> =>
    restartAttempt(db, { id, attempt }).catch((err: unknown) => log.debug('attempt not restarted', { jobId: id, err }));

  run();
  return {
    signal: timeUp.signal,
    async pauseDuring(wait) {
      clearTimeout(timer);
      left = Math.max(0, left - (performance.now() - runningSince));
      const renewing = setInterval(() => void renew(), RENEW_MS);
      renewing.unref();
      try {
        return await wait;
      } finally {
        clearInterval(renewing);
        await renew();
        run();
      }
    },
    stop() {
      stopped = true;
      clearTimeout(timer);
    },
  };
};
