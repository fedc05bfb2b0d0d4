import { findJob } from '../db/jobs.ts';
import type { Deps } from '../deps.ts';
import type { JobStatus } from '../domain/job.ts';
import { NotFoundError } from '../errors.ts';
import { within } from '../within.ts';

const ROW_LIMIT_MS = 1_500;

/**
 * How far a job is: one trip to the queue, and only when that does not know, one to the row.
 *
 * @throws NotFoundError when the account has no such job.
 * @throws Error when the queue does not know and the database is away.
 */
export const readJob = async (
  { db, producer, log }: Pick<Deps, 'db' | 'producer' | 'log'>,
  accountId: number,
  id: string,
): Promise<JobStatus> => {
  if (!isJobId(id)) throw unknownJob(id);
  const live = await producer.find(id).catch((err: unknown) => {
    log.debug('poll answered from the row', { jobId: id, err });
    return undefined;
  });
  if (live && live.accountId !== accountId) throw unknownJob(id);
  if (live?.status) return live.status;
  const job = await within(ROW_LIMIT_MS, 'The database', findJob(db, accountId, id));
  if (!job) throw unknownJob(id);
  return job;
};

export const isJobId = (id: string): boolean => /^[0-9a-f]{32}$/.test(id);

export const unknownJob = (id: string): NotFoundError =>
  new NotFoundError(
    `Job "${id.slice(0, 64)}" not found: no job of this account has this id. Ask for the job_id of the request's answer.`,
  );
