import { listRequirements } from '../src/db/app-versions.ts';
import { insertMovedEntry } from '../src/db/audit-entries.ts';
import { endPending, findInstallation, lockInstallation, moveInstallation } from '../src/db/installations.ts';
import { holdAttempt, settleJob } from '../src/db/job-attempts.ts';
import type { Job } from '../src/db/jobs.ts';
import { withTransaction, type Queryable } from '../src/db/pool.ts';
import { alignResources, isIncomplete, provisionResource } from '../src/db/resources.ts';
import { systemActor } from '../src/domain/audit.ts';
import { completedMessage } from '../src/domain/job.ts';
import { AppError, NotFoundError } from '../src/errors.ts';
import type { JobOutcome } from '../src/queue/jobs.ts';
import type { Deps } from '../src/deps.ts';
import type { Cipher } from '../src/secrets/cipher.ts';
import { sealNewlySecure, secretsOf } from '../src/use-cases/seal-newly-secure.ts';
import type { JobContext, Processor } from './processor.ts';

/**
 * Provisions what an installation's version requires, one after the other: each requirement becomes a resource, once
 * however often the job runs, and each insert asks whether this attempt still holds the job. Then the app is active, or,
 * on the way to another version, runs on that.
 */
export const runInstall: Processor = {
  async run(deps, job, context) {
    for (;;) {
      const total = await provision(deps, job, context);
      if (total === 'superseded') return undefined;
      const outcome = total === 'overtaken' ? total : await finish(deps, job, total, context);
      if (outcome !== 'overtaken') return outcome;
      // One that stays on what it has goes on with what it has now.
      if (job.versionId !== null) throw overtaken();
    }
  },

  async onFailed(tx, { id: jobId, accountId, installationId, versionId }) {
    await lockInstallation(tx, accountId, installationId!);
    const installation = await findInstallation(tx, accountId, installationId!);
    // What becomes of it, and of what was made for it, is up to the later job.
    if (versionId !== null && installation?.jobId !== jobId) return;
    await endPending(tx, { accountId, id: installationId!, state: 'failed' });
    // What was made for the version that it does not get goes again.
    if (installation && versionId !== null)
      await alignResources(tx, { accountId, installationId: installation.id, versionId: installation.versionId });
  },
};

/** Gives the number of steps, or why it broke off. */
const provision = async (
  { db }: Pick<Deps, 'db'>,
  job: Job,
  { signal, report, begin }: JobContext,
): Promise<number | 'superseded' | 'overtaken'> => {
  const { accountId, installationId } = job;
  const installation = await findInstallation(db, accountId, installationId!);
  if (!installation) throw removed(job);
  const versionId = job.versionId ?? installation.versionId;
  const requirements = await listRequirements(db, versionId);
  const total = requirements.length + 1;
  for (const [done, requirement] of requirements.entries()) {
    signal.throwIfAborted();
    begin(`provision ${requirement.type} "${requirement.identifier}"`);
    report(done, total, `Creating ${requirement.type} "${requirement.identifier}"`);
    const resource = { accountId, installationId: installation.id, versionId, ...requirement };
    const result = await provisionResource(db, job, resource);
    if (result === 'gone') throw removed(job);
    if (result !== 'provisioned') return result;
  }
  begin('enable');
  report(requirements.length, total, 'Enabling the app');
  return total;
};

const finish = async (
  { db, cipher }: Pick<Deps, 'db' | 'cipher'>,
  job: Job,
  total: number,
  { steps }: JobContext,
): Promise<JobOutcome | 'overtaken' | undefined> => {
  const { accountId, appId, installationId } = job;
  const end = { state: 'completed', progress: total, total, message: completedMessage(new Date()) } as const;
  const settled = await withTransaction(db, async (tx) => {
    if (!(await holdAttempt(tx, job))) return false;
    await lockInstallation(tx, accountId, installationId!);
    // A version that it got a moment ago may require more.
    if (job.versionId === null && (await isIncomplete(tx, accountId, installationId!))) return 'overtaken';
    await endPending(tx, { accountId, id: installationId!, state: 'installed' });
    await move(tx, cipher, job);
    return settleJob(tx, job, { ...end, steps: steps() });
  });
  if (settled === 'overtaken') return settled;
  return settled ? { ...end, appId, installationId } : undefined;
};

/** To the version that the job is for, unless a later job is on its way to another. Hold the installation. */
const move = async (tx: Queryable, cipher: Cipher, job: Job): Promise<void> => {
  const { id: jobId, accountId, installationId, versionId, actor } = job;
  if (versionId === null) return;
  const installation = await findInstallation(tx, accountId, installationId!);
  if (installation?.jobId !== jobId) return;
  const target = { accountId, installationId: installation.id, versionId };
  await insertMovedEntry(tx, target, actor ?? systemActor);
  await moveInstallation(tx, target);
  const { appId, id, parameters } = installation;
  const moved = (await findInstallation(tx, accountId, id))!;
  await sealNewlySecure(tx, cipher, { appId, installationId: id, ...secretsOf(parameters, moved.parameters) });
  await alignResources(tx, target);
};

const removed = ({ installationId }: Job): NotFoundError =>
  new NotFoundError(`The installation ${installationId!} was removed while its requirements were installed.`);

const overtaken = (): AppError =>
  new AppError('overtaken', 409, 'Another version was asked for later, so the installation does not get this one.');
