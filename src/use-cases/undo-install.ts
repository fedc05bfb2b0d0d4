import { endPending, findInstallation, lockInstallation } from '../db/installations.ts';
import type { Job } from '../db/jobs.ts';
import type { Queryable } from '../db/pool.ts';
import { removeProvisioned } from '../db/resources.ts';
import type { JobStep } from '../domain/job.ts';

/**
 * Takes back what a cancelled install job has provisioned, the last first. An installation that waited for the job has
 * failed; one that was on its way to another version runs on the one it has. Where a later job is on its way, what was made
 * belongs to that one and stays. Hold the job's row.
 *
 * @returns what was undone, in that order, for the job's timeline.
 */
export const undoInstall = async (tx: Queryable, job: Job): Promise<JobStep[]> => {
  const { id: jobId, accountId, installationId } = job;
  if (installationId === null) return [];
  await lockInstallation(tx, accountId, installationId);
  const installation = await findInstallation(tx, accountId, installationId);
  if (installation?.jobId !== jobId) return [];
  const removed = await removeProvisioned(tx, { accountId, installationId, jobId });
  if (job.versionId === null) await endPending(tx, { accountId, id: installationId, state: 'failed' });
  const at = new Date().toISOString();
  return removed.map(({ type, identifier }) => ({
    attempt: job.attempt,
    step: `undo ${type} "${identifier}"`,
    started_at: at,
    ended_at: at,
  }));
};
