import { hasWaitingJobs, takeTurns } from '../db/job-turns.ts';
import { withTransaction } from '../db/pool.ts';
import { afterCommit } from '../db/stand-in.ts';
import type { Deps } from '../deps.ts';
import type { JobToQueue } from '../domain/job.ts';

/**
 * Enqueues jobs that have their turn, after the commit. The row is the truth: when the queue is away the caller is not
 * failed, and the sweep enqueues them later. One round trip each, all at once, 2 s at the most.
 */
export const dispatchJobs = (
  { db, producer, log }: Pick<Deps, 'db' | 'producer' | 'log'>,
  jobs: readonly JobToQueue[],
): Promise<void> =>
  afterCommit(db, async () => {
    const enqueue = async (job: JobToQueue): Promise<void> => {
      const enqueued = job.again ? producer.enqueueAgain(job) : producer.enqueue(job);
      await enqueued.catch((err: unknown) => {
        log.warn('enqueue left to the sweep', { jobId: job.id, accountId: job.accountId, err });
      });
    };
    await Promise.all(jobs.map(enqueue));
  });

/**
 * Gives turns to what waits in an account, when one of its jobs has ended: one round trip when nothing waits, otherwise a
 * transaction of four, and one for each job.
 *
 * @returns how many jobs it enqueued.
 */
export const dispatchWaiting = async (
  deps: Pick<Deps, 'db' | 'producer' | 'log' | 'config'>,
  accountId: number,
): Promise<number> => {
  if (!(await hasWaitingJobs(deps.db, accountId))) return 0;
  const jobs = await withTransaction(deps.db, (tx) => takeTurns(tx, accountId, deps.config.maxRunningPerAccount));
  await dispatchJobs(deps, jobs);
  return jobs.length;
};
