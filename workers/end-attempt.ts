import { isDatabaseUnusable } from '../src/db/errors.ts';
import { releaseJob, settleJob } from '../src/db/job-attempts.ts';
import type { Job } from '../src/db/jobs.ts';
import { withTransaction, type Queryable } from '../src/db/pool.ts';
import type { Deps } from '../src/deps.ts';
import { MAX_ATTEMPTS, type JobFigures } from '../src/domain/job.ts';
import { AppError, StorageFullError, UnavailableError } from '../src/errors.ts';
import type { LiveHandle } from './live-handle.ts';
import { writeOutcome } from './outcome.ts';
import { processors } from './registry.ts';
import type { Timeline } from './timeline.ts';

/** An attempt that has broken off. */
export interface BrokenAttempt {
  job: Job;
  live: LiveHandle;
  figures: JobFigures;
  timeline: Timeline;
}

type EndDeps = Pick<Deps, 'db' | 'blobs' | 'log'>;
/** `taken`: the row is not of this attempt any more. */
type Ended = 'failed' | 'again' | 'taken';

/**
 * Ends a job whose attempt failed for good or was the last one; the others come back, and so does one that met a store that
 * is away, however often: that is no fault of the job's.
 */
export const endAttempt = async (deps: EndDeps, broken: BrokenAttempt, err: unknown): Promise<Ended> => {
  const { job, live, figures, timeline } = broken;
  if (err instanceof AppError && !err.retryable) return giveUp(deps, broken, err.message);
  const fields = { jobId: job.id, accountId: job.accountId, kind: job.kind, attempt: job.attempt, err };
  const counted = !(await isStoreAway(deps, err));
  if (counted && job.attemptsUsed >= MAX_ATTEMPTS) {
    deps.log.error('job given up', fields);
    return giveUp(deps, broken, `Given up after ${MAX_ATTEMPTS} attempts. ${reasonOf(err)}`);
  }
  deps.log.warn('job attempt failed', fields);
  const message = `Trying again. ${reasonOf(err)}`;
  const released = await releaseJob(deps.db, job, { ...figures, message, counted, steps: timeline.finish() });
  if (released) await live.writeFigures({ ...figures, message }).catch(() => undefined);
  return released ? 'again' : 'taken';
};

/** A full disk is, and a database that cannot be used. Otherwise asked of the store itself: a blob that is missing is not to be had either, and that is worth five attempts and no more. */
const isStoreAway = async ({ blobs }: Pick<Deps, 'blobs'>, err: unknown): Promise<boolean> =>
  err instanceof StorageFullError ||
  isDatabaseUnusable(err) ||
  (err instanceof UnavailableError &&
    blobs.check().then(
      () => false,
      () => true,
    ));

/** The reason, when it is fit to be shown: an unknown error's text may hold anything. */
const reasonOf = (err: unknown): string =>
  err instanceof AppError ? err.message : 'Something went wrong on our side; it has been logged.';

/** The worker stops; the attempt does not count. */
export const handBack = async (
  { db }: Pick<Deps, 'db'>,
  { job, figures, timeline }: BrokenAttempt,
): Promise<'handed-back' | 'taken'> => {
  const message = 'Waiting for a worker';
  const released = await releaseJob(db, job, { ...figures, message, counted: false, steps: timeline.finish() });
  return released ? 'handed-back' : 'taken';
};

/** Settles a job as failed, and what belongs to it. */
export const giveUp = async (
  deps: EndDeps,
  { job, live, figures, timeline }: BrokenAttempt,
  reason: string,
): Promise<'failed' | 'taken'> => {
  const { progress, total } = figures;
  const message = await describeFailure(deps.db, job, reason);
  const end = { state: 'failed', progress, total, message } as const;
  const settled = await withTransaction(deps.db, async (tx) => {
    const held = await settleJob(tx, job, { ...end, steps: timeline.finish() });
    if (held) await processors[job.kind].onFailed?.(tx, job);
    return held;
  });
  if (!settled) return 'taken';
  await writeOutcome(deps, job.id, live, { ...end, appId: job.appId, installationId: job.installationId });
  return 'failed';
};

/** Gives the message of a job that is settled as failed, in the words of its kind. */
export const describeFailure = (db: Queryable, job: Job, reason: string): Promise<string> =>
  processors[job.kind].describeFailure?.(db, job, reason) ?? Promise.resolve(reason);
