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
import { setAppTexts } from '../db/app-texts.ts';
import { insertAuditEntry, insertMovedEntries } from '../db/audit-entries.ts';
import { insertVersion, type NewVersion } from '../db/app-versions.ts';
import type { BlobReservation } from '../db/blobs.ts';
import { moveInstallations } from '../db/installations.ts';
import { holdAttempt, isOvertaken, settleJob } from '../db/job-attempts.ts';
import { insertMissingInstallJobs, type Job } from '../db/jobs.ts';
import type { Queryable } from '../db/pool.ts';
import type { Deps } from '../deps.ts';
import { differences, systemActor, type Actor } from '../domain/audit.ts';
import { completedMessage, type JobStep } from '../domain/job.ts';
import type { AppDefinition } from '../domain/package/definition.ts';
import { listingTexts } from '../domain/package/listing-texts.ts';
import { RENDERER_VERSION } from '../domain/texts/renderer-version.ts';
import { NotFoundError } from '../errors.ts';
import type { JobOutcome } from '../queue/jobs.ts';
import { newId } from '../secrets/tokens.ts';
import { dispatchWaiting } from './dispatch-jobs.ts';
import { refuseOverQuota, withQuotas } from './quotas/with-quotas.ts';
import { holdReserved } from './reserve-blobs.ts';
import { sealDefaults } from './secret-defaults.ts';
import { sealNewlySecure, secretsOf } from './seal-newly-secure.ts';

export interface PublishVersionInput {
  job: Job;
  version: Omit<NewVersion, 'appId' | 'assetKey' | 'parameters'>;
  /** Digests of the texts that were rendered for it. */
  texts: readonly string[];
  /** Of all its files, and of the archive. */
  reserved: BlobReservation[];
  /** The job's number of steps. */
  total: number;
  /** What was done, once it is published. */
  steps: () => JobStep[];
}

/**
 * Makes what a build has read a version of an app, and that version the current one: one transaction, with the job's
 * end in it. Installations move along; those that lack something the new version requires get an install job.
 *
 * @returns how the job ended, or undefined when another attempt has taken it over.
 * @throws NotFoundError when the app was deleted meanwhile; OwnRuleError `quota_exceeded`; AppError `blob_collected` when its
 *   files were cleared away.
 */
export const publishVersion = async (
  deps: Pick<Deps, 'db' | 'producer' | 'log' | 'cipher' | 'config' | 'tracing'>,
  { job, total, version, texts, reserved, steps }: PublishVersionInput,
): Promise<JobOutcome | undefined> => {
  const published = await withQuotas(deps, job.accountId, async (tx, quotas) => {
    if (!(await holdAttempt(tx, job))) return undefined;
    await holdReserved(tx, reserved);
    const appId = await holdApp(tx, job, version.definition);
    const ofApp = { accountId: job.accountId, appId, parameters: version.definition.parameters };
    const parameters = await sealDefaults(tx, deps.cipher, ofApp);
    const inserted = await insertVersion(tx, { ...version, parameters, appId, assetKey: newId() });
    const versionId = inserted.id;
    const overtaken = job.appId !== null && (await isOvertaken(tx, job, appId));
    const accounts = overtaken ? [] : await makeCurrent(tx, deps, { job, appId, versionId, version, texts });
    const message = completedMessage(new Date()) + (overtaken ? '; a build asked for later is current already' : '');
    const end = { state: 'completed', progress: total, total, message } as const;
    await settleJob(tx, job, { ...end, appId, versionId, warnings: version.warnings, steps: steps() });
    const added = { packages: 1, bytes: version.archive.size + inserted.storedBytes, apps: job.appId === null ? 1 : 0 };
    await refuseOverQuota(tx, quotas, added);
    return { outcome: { ...end, appId, installationId: null }, accounts };
  });
  await dispatchAll(deps, published?.accounts ?? []);
  return published?.outcome;
};

/** Of an app, in characters; it becomes the title of its installations. */
const LONGEST_NAME = 255;

/** The app and all its installations run on the version from now on. @returns accounts that got an install job by it. */
const makeCurrent = async (
  tx: Queryable,
  { cipher, tracing }: Pick<Deps, 'cipher' | 'tracing'>,
  {
    job,
    appId,
    versionId,
    version,
    texts,
  }: { job: Job; appId: number; versionId: number } & Pick<PublishVersionInput, 'version' | 'texts'>,
): Promise<number[]> => {
  const { name = null, shortDescription = null } = job.request;
  const before = job.appId === null ? undefined : await findApp(tx, refOf(job, appId));
  const listed = await setCurrentVersion(tx, {
    accountId: job.accountId,
    id: appId,
    name,
    shortDescription,
    versionId,
  });
  await setAppTexts(tx, { appId, versionId, rendererVersion: RENDERER_VERSION, digests: texts });
  const after = { ...listed, version: version.definition.version };
  await recordVersion(tx, job, { appId, before, after });
  // A new app has no installations to care for.
  if (!before) return [];
  await insertMovedEntries(tx, { appId, accountId: job.accountId, actor: actorOf(job) }, after.version);
  await moveInstallations(tx, appId, versionId);
  await sealNewlySecure(tx, cipher, { appId, ...secretsOf(before.parameters, version.definition.parameters) });
  return insertMissingInstallJobs(tx, appId, tracing.current());
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

/** Of accounts; more than that are the sweep's: a queue that hangs must not keep the build from its end. */
const DISPATCHED_AT_ONCE = 100;

const dispatchAll = async (
  deps: Pick<Deps, 'db' | 'producer' | 'log' | 'config'>,
  accounts: readonly number[],
): Promise<void> => {
  // The version is published: what fails here is no failure of its build.
  const failed = (err: unknown): void => deps.log.warn('turns left to the sweep', { err });
  for (const accountId of accounts.slice(0, DISPATCHED_AT_ONCE)) await dispatchWaiting(deps, accountId).catch(failed);
};
