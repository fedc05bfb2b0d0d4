import type { JobStep } from '../domain/job.ts';
import { jobColumns, type Job } from './jobs.ts';
import type { Queryable } from './pool.ts';

/** Ends a job that a person cancelled. Hold its row: whoever works on it finds its attempt gone. */
export const killJob = async (
  tx: Queryable,
  { accountId, id }: Pick<Job, 'accountId' | 'id'>,
  { message, steps }: { message: string; steps: JobStep[] },
): Promise<Job> => {
  const { rows } = await tx.query<Job>(
    `update jobs set state = 'killed', message = $3, steps = $4, finished_at = now(), updated_at = now()
     where account_id = $1 and id = $2 returning ${jobColumns}`,
    [accountId, id, message, JSON.stringify(steps)],
  );
  return rows[0]!;
};

/**
 * Queues a job that has failed or was cancelled once more, with all its attempts ahead. Hold its row.
 *
 * @param traceParent of whoever asks for that: from now on the job is a part of this trace.
 */
export const requeueJob = async (
  tx: Queryable,
  { accountId, id }: Pick<Job, 'accountId' | 'id'>,
  traceParent: string | null,
): Promise<Job> => {
  const { rows } = await tx.query<Job>(
    `update jobs set state = 'queued', attempts_used = 0, retries = retries + 1, retried_at = now(), message = 'Waiting for a worker',
       errors = '[]', warnings = '[]', finished_at = null, dispatched_at = null, updated_at = now(), swept_at = now(),
       trace_parent = $3
     where account_id = $1 and id = $2 returning ${jobColumns}`,
    [accountId, id, traceParent],
  );
  return rows[0]!;
};
