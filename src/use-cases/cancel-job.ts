import { lockJob, type Job } from '../db/jobs.ts';
import { withTransaction } from '../db/pool.ts';
import type { Deps } from '../deps.ts';
import type { Actor } from '../domain/audit.ts';
import { isSettled } from '../domain/job.ts';
import { AppError } from '../errors.ts';
import { dispatchWaiting } from './dispatch-jobs.ts';
import { killOpenJob } from './kill-job.ts';
import { isJobId, unknownJob } from './read-job.ts';

export interface CancelJobInput {
  accountId: number;
  actor: Actor;
  id: string;
}

/**
 * Ends a job that a person does not want any more, wherever it is: its row is settled at once, and a worker that has it
 * hears of that within a second and stops; whatever it still writes is fenced off. What an install had provisioned is
 * undone. Once more for a job that is cancelled already changes nothing. Five statements in one transaction (eight for an
 * install), then two trips to the queue.
 *
 * @throws NotFoundError when the account has no such job; AppError `job_ended` when it has completed or failed.
 */
export const cancelJob = async (
  deps: Pick<Deps, 'db' | 'producer' | 'log' | 'config' | 'metrics'>,
  { accountId, actor, id }: CancelJobInput,
): Promise<Job> => {
  if (!isJobId(id)) throw unknownJob(id);
  const { job, cancelled } = await withTransaction(deps.db, async (tx) => {
    const found = await lockJob(tx, accountId, id);
    if (!found) throw unknownJob(id);
    if (found.state === 'killed') return { job: found, cancelled: false };
    if (isSettled(found.state)) throw ended(found);
    return { job: await killOpenJob(tx, found, actor), cancelled: true };
  });
  if (cancelled) {
    deps.metrics.jobs.cancelled(job.kind);
    deps.metrics.jobs.ended({ kind: job.kind, outcome: 'killed' });
    await showCancelled(deps, job);
  }
  return job;
};

const ended = ({ state }: Job): AppError =>
  new AppError(
    'job_ended',
    409,
    `The job has ${state} already; only a job that is queued or working can be cancelled.`,
  );

/** The row says so already: a queue that is away is no failure. */
const showCancelled = async (
  deps: Pick<Deps, 'db' | 'producer' | 'log' | 'config'>,
  { id, accountId, progress, total, message, appId, installationId }: Job,
): Promise<void> => {
  const later = (err: unknown): void => deps.log.warn('cancelled job not shown by the queue', { jobId: id, err });
  await deps.producer.tell(id, { state: 'killed', progress, total, message, appId, installationId }).catch(later);
  await dispatchWaiting(deps, accountId).catch(later);
};
