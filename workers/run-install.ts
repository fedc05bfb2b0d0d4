import { listRequirements } from '../src/db/app-versions.ts';
import { insertMovedEntry } from '../src/db/audit-entries.ts';
import { endPending, findInstallation, lockInstallation, moveInstallation } from '../src/db/installations.ts';
import { holdAttempt, settleJob, type Job } from '../src/db/jobs.ts';
import { withTransaction, type Queryable } from '../src/db/pool.ts';
import { alignResources, provisionResource } from '../src/db/resources.ts';
import { systemActor } from '../src/domain/audit.ts';
import { completedMessage } from '../src/domain/job.ts';
import { NotFoundError } from '../src/errors.ts';
import type { JobOutcome } from '../src/queue/jobs.ts';
import type { Deps } from '../src/deps.ts';
import type { Processor } from './processor.ts';

/**
 * Provisions what an installation's version requires, one after the other: each requirement becomes a resource, once
 * however often the job runs, and each insert asks whether this attempt still holds the job. Then the app is active, or,
 * on the way to another version, runs on that.
 */
export const runInstall: Processor = {
  async run(deps, job, { signal, report }) {
    const { accountId, installationId } = job;
    const installation = await findInstallation(deps.db, accountId, installationId!);
    if (!installation) throw removed(job);
    const requirements = await listRequirements(deps.db, job.versionId ?? installation.versionId);
    const total = requirements.length + 1;
    for (const [done, requirement] of requirements.entries()) {
      signal.throwIfAborted();
      report(done, total, `Creating ${requirement.type} "${requirement.identifier}"`);
      const result = await provisionResource(deps.db, job, {
        accountId,
        installationId: installationId!,
        ...requirement,
      });
      if (result === 'superseded') return undefined;
      if (result === 'gone') throw removed(job);
    }
    report(requirements.length, total, 'Enabling the app');
    return finish(deps, job, total);
  },

  async onFailed(tx, { accountId, installationId, versionId }) {
    await endPending(tx, { accountId, id: installationId!, state: 'failed' });
    const installation = versionId === null ? undefined : await findInstallation(tx, accountId, installationId!);
    // What was made for the version that it does not get goes again.
    if (installation)
      await alignResources(tx, { accountId, installationId: installation.id, versionId: installation.versionId });
  },
};

const finish = async ({ db }: Pick<Deps, 'db'>, job: Job, total: number): Promise<JobOutcome | undefined> => {
  const { accountId, appId, installationId } = job;
  const end = { state: 'completed', progress: total, total, message: completedMessage(new Date()) } as const;
  const settled = await withTransaction(db, async (tx) => {
    if (!(await holdAttempt(tx, job))) return false;
    await endPending(tx, { accountId, id: installationId!, state: 'installed' });
    await move(tx, job);
    return settleJob(tx, job, end);
  });
  return settled ? { ...end, appId, installationId } : undefined;
};

/** To the version that the job is for, unless a later job is on its way to another. */
const move = async (tx: Queryable, { id: jobId, accountId, installationId, versionId, actor }: Job): Promise<void> => {
  if (versionId === null) return;
  await lockInstallation(tx, accountId, installationId!);
  const installation = await findInstallation(tx, accountId, installationId!);
  if (installation?.jobId !== jobId) return;
  const target = { accountId, installationId: installation.id, versionId };
  await insertMovedEntry(tx, target, actor ?? systemActor);
  await moveInstallation(tx, target);
  await alignResources(tx, target);
};

const removed = ({ installationId }: Job): NotFoundError =>
  new NotFoundError(`The installation ${installationId} was removed while its requirements were installed.`);
