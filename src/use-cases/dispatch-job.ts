import { afterCommit } from '../db/stand-in.ts';
import type { Deps } from '../deps.ts';
import type { JobToQueue } from '../domain/job.ts';

/**
 * Enqueues a job whose row is committed. The row is the truth: when the queue is away the caller is not failed, and the
 * sweep enqueues the job later. One round trip, 2 s at the most.
 */
export const dispatchJob = (
  { db, producer, log }: Pick<Deps, 'db' | 'producer' | 'log'>,
  job: JobToQueue,
): Promise<void> =>
  afterCommit(db, () =>
    producer.enqueue(job).catch((err: unknown) => {
      log.warn('enqueue left to the sweep', { jobId: job.id, accountId: job.accountId, err });
    }),
  );
