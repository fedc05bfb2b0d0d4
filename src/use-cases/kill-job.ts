import { insertAuditEntry } from '../db/audit-entries.ts';
import { killJob } from '../db/job-ends.ts';
import { listOpenJobIds, lockJob, type Job } from '../db/jobs.ts';
import { withTransaction, type Queryable } from '../db/pool.ts';
import type { Deps } from '../deps.ts';
import { machineActor, type Actor } from '../domain/audit.ts';
import { isSettled, type JobStep } from '../domain/job.ts';
import { jobSubjectOf } from './job-subject.ts';
import { undoInstall } from './undo-install.ts';

/** Settles a job that has not ended, and undoes what an install has provisioned. Hold its row. */
export const killOpenJob = async (tx: Queryable, job: Job, actor: Actor): Promise<Job> => {
  const { accountId, state } = job;
  const undone = job.kind === 'install' ? await undoInstall(tx, job) : [];
  const steps = [...endSteps(job.steps), ...undone];
  const killed = await killJob(tx, job, { message: `Cancelled by ${actor.name}`, steps });
  const after = { state: 'killed', ...(undone.length > 0 && { undone: undone.map(({ step }) => step) }) };
  const subject = await jobSubjectOf(tx, job);
  await insertAuditEntry(tx, { accountId, actor, action: 'update', subject, before: { state }, after });
  return killed;
};

/** What was under way is over now. */
const endSteps = (steps: readonly JobStep[]): JobStep[] => {
  const at = new Date().toISOString();
  return steps.map((step) => (step.ended_at === null ? { ...step, ended_at: at } : step));
};

/** In one go of the loop; each job is a transaction of its own. */
const BATCH = 100;

/**
 * Settles the jobs of an account that have not ended, or those that one user asked for. Workers stop within a second; the
 * queue delivers what is left there in vain, and the sweep dispatches the jobs that wait behind.
 *
 * @returns how many jobs it settled.
 */
export const killOpenJobs = async (
  { db }: Pick<Deps, 'db'>,
  { accountId, userId }: { accountId: number; userId?: number | undefined },
): Promise<number> => {
  let killed = 0;
  for (;;) {
    const ids = await listOpenJobIds(db, { accountId, userId, limit: BATCH });
    for (const id of ids)
      await withTransaction(db, async (tx) => {
        const job = await lockJob(tx, accountId, id);
        if (!job || isSettled(job.state)) return;
        await killOpenJob(tx, job, machineActor);
        killed += 1;
      });
    if (ids.length < BATCH) return killed;
  }
};
