import {
  findApp,
  insertApp,
  lockVisibleApp,
  ownsApp,
  setCurrentVersion,
  type App,
  type AppRef,
  type ListedTexts,
} from '../db/apps.ts';
import { insertAuditEntry, insertMovedEntries } from '../db/audit-entries.ts';
import { insertVersion, type NewVersion } from '../db/app-versions.ts';
import { moveInstallations } from '../db/installations.ts';
import { holdAttempt, insertMissingInstallJobs, isOvertaken, settleJob, type Job } from '../db/jobs.ts';
import type { Queryable } from '../db/pool.ts';
import type { Deps } from '../deps.ts';
import { differences, systemActor, type Actor } from '../domain/audit.ts';
import { completedMessage, type JobRef } from '../domain/job.ts';
import type { AppDefinition } from '../domain/package/definition.ts';
import { listingTexts } from '../domain/package/listing-texts.ts';
import { NotFoundError } from '../errors.ts';
import type { JobOutcome } from '../queue/jobs.ts';
import { newId } from '../secrets/tokens.ts';
import { dispatchJob } from './dispatch-job.ts';
import { refuseOverQuota, withQuotas } from './quotas/with-quotas.ts';
import { sealNewlySecure, secretsOf } from './seal-newly-secure.ts';

export interface PublishVersionInput {
  job: Job;
  version: Omit<NewVersion, 'appId' | 'assetKey'>;
  /** The job's number of steps. */
  total: number;
}

/**
 * Makes what a build has read a version of an app, and that version the current one: one transaction, with the job's
 * end in it. Installations move along; those that lack something the new version requires get an install job.
 *
 * @returns how the job ended, or undefined when another attempt has taken it over.
 * @throws NotFoundError when the app was deleted meanwhile; OwnRuleError `quota_exceeded`.
 */
export const publishVersion = async (
  deps: Pick<Deps, 'db' | 'config' | 'producer' | 'log' | 'cipher'>,
  { job, total, version }: PublishVersionInput,
): Promise<JobOutcome | undefined> => {
  const published = await withQuotas(deps, job.accountId, async (tx, quotas) => {
    if (!(await holdAttempt(tx, job))) return undefined;
    const appId = await holdApp(tx, job, version.definition);
    const versionId = await insertVersion(tx, { ...version, appId, assetKey: newId() });
    const overtaken = job.appId !== null && (await isOvertaken(tx, job, appId));
    const installJobs = overtaken ? [] : await makeCurrent(tx, deps, { job, appId, versionId, version });
    const message = completedMessage(new Date()) + (overtaken ? '; a build asked for later is current already' : '');
    const end = { state: 'completed', progress: total, total, message } as const;
    await settleJob(tx, job, { ...end, appId, versionId, warnings: version.warnings });
    const added = { packages: 1, bytes: version.archive.size, apps: job.appId === null ? 1 : 0 };
    await refuseOverQuota(tx, quotas, added);
    return { outcome: { ...end, appId, installationId: null }, installJobs };
  });
  await dispatchAll(deps, published?.installJobs ?? []);
  return published?.outcome;
};

/** Of an app, in characters; it becomes the title of its installations. */
const LONGEST_NAME = 255;

/** The app and all its installations run on the version from now on. */
const makeCurrent = async (
  tx: Queryable,
  { cipher }: Pick<Deps, 'cipher'>,
  {
    job,
    appId,
    versionId,
    version,
  }: { job: Job; appId: number; versionId: number } & Pick<PublishVersionInput, 'version'>,
): Promise<JobRef[]> => {
  const { name = null, shortDescription = null } = job.request;
  const before = job.appId === null ? undefined : await findApp(tx, refOf(job, appId));
  const listed = await setCurrentVersion(tx, {
    accountId: job.accountId,
    id: appId,
    name,
    shortDescription,
    versionId,
  });
  const after = { ...listed, version: version.definition.version };
  await recordVersion(tx, job, { appId, before, after });
  // A new app has no installations to care for.
  if (!before) return [];
  await insertMovedEntries(tx, { appId, accountId: job.accountId, actor: actorOf(job) }, after.version);
  await moveInstallations(tx, appId, versionId);
  await sealNewlySecure(tx, cipher, { appId, ...secretsOf(before.parameters, version.definition.parameters) });
  return insertMissingInstallJobs(tx, appId);
};

/** The door was asked for when the build was. */
const refOf = ({ accountId }: Job, id: number): AppRef => ({ accountId, id, kind: null });

const actorOf = ({ actor }: Job): Actor => actor ?? systemActor;

const recordVersion = async (
  tx: Queryable,
  job: Job,
  { appId, before, after }: { appId: number; before: App | undefined; after: ListedTexts & { version: string | null } },
): Promise<void> => {
  const entry = {
    accountId: job.accountId,
    actor: actorOf(job),
    subject: { type: 'app', id: appId, name: after.name },
  } as const;
  if (!before) return insertAuditEntry(tx, { ...entry, action: 'create', after: { ...after } });
  const { name, shortDescription, definition } = before;
  const changed = differences({ name, shortDescription, version: definition.version }, { ...after });
  return insertAuditEntry(tx, { ...entry, action: 'update', ...changed });
};

/** The app of the version to come: a new one, or the one that the build was asked for, as it stays until the commit. */
const holdApp = async (tx: Queryable, job: Job, definition: AppDefinition): Promise<number> => {
  if (job.appId === null)
    return insertApp(tx, {
      accountId: job.accountId,
      kind: job.request.appKind,
      name: (job.request.name ?? definition.name ?? listingTexts(definition).name ?? 'Untitled app').slice(
        0,
        LONGEST_NAME,
      ),
      shortDescription: job.request.shortDescription ?? null,
    });
  const ref = refOf(job, job.appId);
  const held = (await lockVisibleApp(tx, ref)) && (await ownsApp(tx, ref));
  if (!held) throw new NotFoundError(`The app ${job.appId} was deleted while this version was built.`);
  return job.appId;
};

/** More than that are the sweep's: a queue that hangs must not keep the build from its end. */
const DISPATCHED_AT_ONCE = 100;

const dispatchAll = async (deps: Pick<Deps, 'db' | 'producer' | 'log'>, jobs: JobRef[]): Promise<void> => {
  await Promise.all(jobs.slice(0, DISPATCHED_AT_ONCE).map((job) => dispatchJob(deps, job)));
};
