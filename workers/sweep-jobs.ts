import { releaseJob, settleJob, type ClaimedJob } from '../src/db/job-attempts.ts';
import { lockOverdueJob, takeQuietJobs, type DeadlineSeconds } from '../src/db/job-sweep.ts';
import { findJob } from '../src/db/jobs.ts';
import { listWaitingAccounts } from '../src/db/job-turns.ts';
import { withTransaction, type Queryable } from '../src/db/pool.ts';
import type { Deps } from '../src/deps.ts';
import { isSettled, MAX_ATTEMPTS, noWorkerFinished } from '../src/domain/job.ts';
import { dispatchWaiting } from '../src/use-cases/dispatch-jobs.ts';
import { describeFailure } from './end-attempt.ts';
import { processors } from './registry.ts';

type SweepDeps = Pick<Deps, 'db' | 'producer' | 'log' | 'config' | 'metrics'>;

const MOST_JOBS = 1_000;
const MOST_ACCOUNTS = 1_000;

/**
 * Enqueues what should stand in the queue and does not: the enqueue after the commit failed, the queue lost it, or it ended
 * there and not here. A job that the queue still has is left to it: it brings a dead worker's job back by itself. Only its
 * rank is mended, when those before it have ended: nobody waits for ever behind accounts that have fewer.
 *
 * @returns how many it mended.
 */
export const enqueueLost = async ({ db, producer, log }: SweepDeps, quietSeconds: number): Promise<number> => {
  let mended = 0;
  for (const job of await takeQuietJobs(db, quietSeconds, MOST_JOBS)) {
    if (await producer.isInLine(job)) continue;
    // It may have ended since the list was read: then its entry says so to whoever polls, and has to stay.
    const row = await findJob(db, job.accountId, job.id);
    if (!row || isSettled(row.state) || !(await producer.enqueueAgain(job))) continue;
    log.warn('job enqueued again', { jobId: job.id, accountId: job.accountId, kind: job.kind });
    mended += 1;
  }
  return mended;
};

/** How much longer than its deadline an attempt may take to end itself, in seconds. */
const MARGIN_SECONDS = 20;

/**
 * Ends attempts that are over their time and have not ended themselves: nobody works on them, or somebody who hears nothing
 * any more. What such a worker still writes is fenced off.
 *
 * @returns how many it mended.
 */
export const endOverdue = async (
  { db, log, config, metrics }: SweepDeps,
  marginSeconds = MARGIN_SECONDS,
): Promise<number> => {
  const deadlines: DeadlineSeconds = {
    build: config.buildTimeoutMs / 1_000 + marginSeconds,
    install: config.installTimeoutMs / 1_000 + marginSeconds,
  };
  const looked: string[] = [];
  let ended = 0;
  // One at a time, so that it holds nothing else while it waits, and one that cannot be ended keeps no other.
  while (looked.length < MOST_JOBS) {
    const before = looked.length;
    const job = await withTransaction(db, async (tx) => {
      const overdue = await lockOverdueJob(tx, deadlines, looked);
      if (!overdue) return undefined;
      looked.push(overdue.id);
      await endAttempt(tx, overdue);
      return overdue;
    }).catch((err: unknown) => {
      // None was found: the database cannot be used, and would be asked again and again.
      if (looked.length === before) throw err;
      log.error('attempt not ended at its deadline', { jobId: looked.at(-1), err });
      return null;
    });
    if (job === undefined) break;
    if (!job) continue;
    const { id, accountId, kind, attempt, attemptsUsed } = job;
    if (attemptsUsed >= MAX_ATTEMPTS) metrics.jobs.ended({ kind, outcome: 'failed' });
    log.warn('attempt ended at its deadline', { jobId: id, accountId, kind, attempt });
    ended += 1;
  }
  return ended;
};

const endAttempt = async (tx: Queryable, job: ClaimedJob): Promise<void> => {
  const { progress, total, steps } = job;
  if (job.attemptsUsed < MAX_ATTEMPTS) {
    const message = 'Trying again. It was not finished in time, and its worker did not say so.';
    await releaseJob(tx, job, { progress, total, message, counted: true, steps });
    return;
  }
  const message = await describeFailure(tx, job, noWorkerFinished(job.lastSeenAt));
  await settleJob(tx, job, { state: 'failed', progress, total, message });
  await processors[job.kind].onFailed?.(tx, job);
};

/** Gives turns to what waits although there is room: whoever should have done that died. @returns how many jobs got one. */
export const giveTurns = async (deps: SweepDeps): Promise<number> => {
  let given = 0;
  for (const accountId of await listWaitingAccounts(deps.db, deps.config.maxRunningPerAccount, MOST_ACCOUNTS))
    given += await dispatchWaiting(deps, accountId);
  return given;
};
