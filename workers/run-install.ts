import { listRequirements } from '../src/db/app-versions.ts';
import { endPending, findInstallation } from '../src/db/installations.ts';
import { holdAttempt, settleJob, type Job } from '../src/db/jobs.ts';
import { withTransaction } from '../src/db/pool.ts';
import { provisionResource } from '../src/db/resources.ts';
import { completedMessage } from '../src/domain/job.ts';
import { NotFoundError } from '../src/errors.ts';
import type { JobOutcome } from '../src/queue/jobs.ts';
import type { Deps } from '../src/deps.ts';
import type { Processor } from './processor.ts';

/**
 * Provisions what an installation's version requires, one after the other: each requirement becomes a resource, once
 * however often the job runs, and each insert asks whether this attempt still holds the job. Then the app is active.
 */
export const runInstall: Processor = {
  async run(deps, job, { signal, report }) {
    const { accountId, installationId } = job;
    const installation = await findInstallation(deps.db, accountId, installationId!);
    if (!installation) throw removed(job);
    const requirements = await listRequirements(deps.db, installation.versionId);
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

  async onFailed(tx, { accountId, installationId }) {
    await endPending(tx, { accountId, id: installationId!, state: 'failed' });
  },
};

const finish = async ({ db }: Pick<Deps, 'db'>, job: Job, total: number): Promise<JobOutcome | undefined> => {
  const { accountId, appId, installationId } = job;
  const end = { state: 'completed', progress: total, total, message: completedMessage(new Date()) } as const;
  const settled = await withTransaction(db, async (tx) => {
    if (!(await holdAttempt(tx, job))) return false;
    await endPending(tx, { accountId, id: installationId!, state: 'installed' });
    return settleJob(tx, job, end);
  });
  return settled ? { ...end, appId, installationId } : undefined;
};

const removed = ({ installationId }: Job): NotFoundError =>
  new NotFoundError(`The installation ${installationId} was removed while its requirements were installed.`);
