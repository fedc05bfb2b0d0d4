import { takeQuietJobs } from '../src/db/jobs.ts';
import { withAdvisoryLock } from '../src/db/pool.ts';
import type { Deps } from '../src/deps.ts';
import { removeSettledDeliveries } from '../src/use-cases/deliveries/remove-settled-deliveries.ts';
import { removeEndedLogins } from '../src/use-cases/oauth/remove-ended-logins.ts';
import type { JobRef } from '../src/domain/job.ts';
import { sweepDeliveries, type DeliverySweepDeps } from './sweep-deliveries.ts';

/** Any constant does; every process that sweeps must use the same one. */
const SWEEP_LOCK = 4_207_002;
const INTERVAL_MS = 15_000;
const CLEAN_INTERVAL_MS = 3_600_000;
/** A job is looked at once nothing has touched its row for that long, in seconds. */
const QUIET_SECONDS = 10;
const MOST_JOBS = 1_000;

type SweepDeps = Pick<Deps, 'db' | 'producer' | 'metrics' | 'log'>;

/**
 * Enqueues what is unfinished and not in the queue: the enqueue after the commit failed, or the queue lost it. One
 * process at a time. A job that the queue still has is left to it: the queue brings a dead worker's job back by itself.
 *
 * @returns how many it mended.
 */
export const sweep = async (deps: SweepDeps, quietSeconds = QUIET_SECONDS): Promise<number> => {
  if (!deps.producer.ready()) return 0;
  const mended = await withAdvisoryLock(deps.db, SWEEP_LOCK, async () => {
    let count = 0;
    for (const job of await takeQuietJobs(deps.db, quietSeconds, MOST_JOBS)) if (await mend(deps, job)) count += 1;
    return count;
  });
  if (mended !== undefined) deps.metrics.upkeep.swept('jobs', { enqueued: mended });
  return mended ?? 0;
};

const mend = async ({ producer, log }: SweepDeps, job: JobRef): Promise<boolean> => {
  const live = await producer.find(job.id);
  if (live && !live.finished) return false;
  await producer.enqueueAgain(job);
  log.warn('job enqueued again', { jobId: job.id, accountId: job.accountId, kind: job.kind });
  return true;
};

/** @returns false when another process held the lock. */
const clean = async ({ db }: SweepDeps): Promise<boolean> => {
  const done = await withAdvisoryLock(db, SWEEP_LOCK, async () => {
    await removeEndedLogins({ db });
    await removeSettledDeliveries({ db });
    return true;
  });
  return done === true;
};

/** Sweeps now and every 15 s, jobs and deliveries; once an hour it removes what nobody needs any more. */
export const startSweep = (
  deps: SweepDeps & DeliverySweepDeps,
  intervalMs = INTERVAL_MS,
): { close(): Promise<void> } => {
  let running: Promise<unknown> = Promise.resolve();
  let cleanAgain = 0;
  const cleanHourly = async (): Promise<void> => {
    if (performance.now() < cleanAgain) return;
    if (await clean(deps)) cleanAgain = performance.now() + CLEAN_INTERVAL_MS;
  };
  const run = (): void => {
    const failed = (err: unknown): void => deps.log.warn('sweep failed', { err });
    running = running
      .then(() => sweep(deps))
      .catch(failed)
      .then(() => sweepDeliveries(deps))
      .catch(failed)
      .then(cleanHourly)
      .catch(failed);
  };
  run();
  const timer = setInterval(run, intervalMs);
  return {
    async close() {
      clearInterval(timer);
      await running;
    },
  };
};
