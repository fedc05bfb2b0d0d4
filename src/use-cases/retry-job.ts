import { setTimeout as sleep } from 'node:timers/promises';
import { ownsApp } from '../db/apps.ts';
import { insertAuditEntry } from '../db/audit-entries.ts';
import { findInstallation, lockInstallation, waitAgain } from '../db/installations.ts';
import { requeueJob } from '../db/job-ends.ts';
import { takeTurnsFor } from '../db/job-turns.ts';
import { findJob, lockJob, type Job } from '../db/jobs.ts';
import { withTransaction, type Queryable } from '../db/pool.ts';
import { hasUpload } from '../db/uploads.ts';
import type { Deps } from '../deps.ts';
import type { Actor } from '../domain/audit.ts';
import type { JobToQueue } from '../domain/job.ts';
import { AppError, UnavailableError } from '../errors.ts';
import { dispatchJobs } from './dispatch-jobs.ts';
import { jobSubjectOf } from './job-subject.ts';
import { isJobId, unknownJob } from './read-job.ts';

export interface RetryJobInput {
  accountId: number;
  actor: Actor;
  id: string;
}

/**
 * Queues a job that failed or was cancelled once more: the same job, with all its attempts ahead. One statement and two trips
 * to the queue, seven statements in one transaction, three more trips, and some while a worker still lets go of it.
 *
 * @throws NotFoundError when the account has no such job; AppError `job_not_ended`, `job_completed`, or `job_outdated` when
 *   what it worked on is not there any more; UnavailableError when the queue is away.
 */
export const retryJob = async (
  deps: Pick<Deps, 'db' | 'producer' | 'log' | 'config' | 'tracing'>,
  { accountId, actor, id }: RetryJobInput,
): Promise<Job> => {
  if (!isJobId(id)) throw unknownJob(id);
  const seen = await findJob(deps.db, accountId, id);
  if (!seen) throw unknownJob(id);
  refuseUnlessEnded(seen);
  await forgetEnd(deps, id);
  const { job, turns } = await withTransaction(deps.db, async (tx) => {
    const found = await lockJob(tx, accountId, id);
    if (!found) throw unknownJob(id);
    refuseUnlessEnded(found);
    await (found.kind === 'build' ? holdBuild(tx, found) : holdInstall(tx, found));
    const queued = await requeueJob(tx, found, deps.tracing.current());
    const states = { before: { state: found.state }, after: { state: 'queued' } };
    await insertAuditEntry(tx, {
      accountId,
      actor,
      action: 'update',
      subject: await jobSubjectOf(tx, found),
      ...states,
    });
    return {
      job: queued,
      turns: await takeTurnsFor(tx, { accountId, userId: actor.userId }, deps.config.maxRunningPerAccount),
    };
  });
  const others = turns.filter((turn) => turn.id !== id);
  const turn = turns.find((one) => one.id === id);
  await Promise.all([dispatchJobs(deps, others), untilLetGo(deps, job, turn)]);
  return job;
};

const refuseUnlessEnded = ({ state }: Pick<Job, 'state'>): void => {
  if (state === 'completed')
    throw new AppError('job_completed', 409, 'The job has completed; there is nothing to retry.');
  if (state !== 'failed' && state !== 'killed')
    throw new AppError(
      'job_not_ended',
      409,
      `The job is ${state}; only one that failed or was cancelled can be retried.`,
    );
};

/**
 * Runs before the retry is granted: a poll would be told the old end until the sweep comes, and believe it. It runs before
 * the transaction too: the queue may take 2 s to answer. Two retries at the same moment are rare; the second may remove what
 * the first enqueued, and the sweep enqueues it again.
 */
const forgetEnd = async ({ producer }: Pick<Deps, 'producer'>, id: string): Promise<void> => {
  try {
    await producer.forget(id);
  } catch (err) {
    throw new UnavailableError('The queue', err);
  }
};

const outdated = (reason: string): AppError =>
  new AppError('job_outdated', 409, `${reason} Ask for a new job instead.`);

const holdBuild = async (tx: Queryable, { accountId, appId, uploadId }: Job): Promise<void> => {
  if (uploadId === null || !(await hasUpload(tx, accountId, uploadId)))
    throw outdated('The package of this build is not kept any more.');
  if (appId !== null && !(await ownsApp(tx, { accountId, id: appId, kind: null })))
    throw outdated(`The app ${appId} was deleted.`);
};

const holdInstall = async (tx: Queryable, { id, accountId, installationId, versionId }: Job): Promise<void> => {
  await lockInstallation(tx, accountId, installationId!);
  const installation = await findInstallation(tx, accountId, installationId!);
  if (!installation) throw outdated(`The installation ${installationId!} was removed.`);
  if (installation.jobId !== id) throw outdated(`The installation ${installationId!} has a later job.`);
  if (versionId === null) await waitAgain(tx, accountId, installation.id);
};

/** A worker that has heard of the cancelling a moment ago lets go of the entry within about a second. */
const TRIES = 20;
const BETWEEN_MS = 100;

/**
 * Takes what the job has left in the queue out of it, and puts the job there where it has its turn. As with every dispatch,
 * what the queue does not take is the sweep's.
 */
const untilLetGo = async (
  { producer, log }: Pick<Deps, 'producer' | 'log'>,
  { id, accountId }: Job,
  turn: JobToQueue | undefined,
): Promise<void> => {
  try {
    for (let tries = 1; tries <= TRIES; tries += 1) {
      if (await (turn ? producer.enqueueAgain(turn) : producer.forget(id))) return;
      await sleep(BETWEEN_MS);
    }
  } catch (err) {
    log.warn('enqueue left to the sweep', { jobId: id, accountId, err });
  }
};
