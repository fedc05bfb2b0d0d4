import { deleteOldAuditEntries } from '../../db/audit-entries.ts';
import { deleteOldKeys } from '../../db/idempotency-keys.ts';
import { deleteOldJobs } from '../../db/old-jobs.ts';
import { deleteUnusedRenderedTexts } from '../../db/rendered-texts.ts';
import type { Deps } from '../../deps.ts';
import type { HousekeepingTask } from '../../queue/housekeeping.ts';
import { adoptBlobs } from './adopt-blobs.ts';
import { collectBlobs, type BlobLimits } from './collect-blobs.ts';
import { collectUploads } from './collect-uploads.ts';
import { inBatches, type CollectLimits } from './in-batches.ts';
import { removeEndedLogins } from './remove-ended-logins.ts';
import { removeSettledDeliveries } from './remove-settled-deliveries.ts';

/** `retention` is read from the settings. */
export type CollectDeps = Pick<Deps, 'db' | 'blobs'> & { config: Pick<Deps['config'], 'retention'> };

/** What was done, by what it is called in the log. */
export type Counts = Readonly<Record<string, number>>;

type Task = (deps: CollectDeps, limits: BlobLimits) => Promise<Counts>;

/** Removes rows older than so many days; 0: none. */
const olderThan =
  (
    daysOf: (config: CollectDeps['config']) => number,
    deleteSome: (db: Deps['db'], days: number, limit: number) => Promise<number>,
  ): Task =>
  async ({ db, config }, limits) => {
    const days = daysOf(config);
    return { removed: days === 0 ? 0 : await inBatches((limit) => deleteSome(db, days, limit), limits) };
  };

/** Between the rendering of an app's texts and the commit that refers to them; an attempt of a build takes 2 min. */
const TEXT_GRACE_SECONDS = 3_600;

const removeTexts = ({ db }: CollectDeps, limits: CollectLimits): Promise<number> =>
  inBatches((limit) => deleteUnusedRenderedTexts(db, TEXT_GRACE_SECONDS, limit), limits);

/** A task without work to do does not compile. */
export const tasks: Readonly<Record<HousekeepingTask, Task>> = {
  'collect.jobs': olderThan(({ retention }) => retention.jobsDays, deleteOldJobs),
  'collect.audit': olderThan(({ retention }) => retention.auditDays, deleteOldAuditEntries),
  'collect.logins': async (deps, limits) => ({ removed: await removeEndedLogins(deps, limits) }),
  'collect.deliveries': async (deps, limits) => ({ removed: await removeSettledDeliveries(deps, limits) }),
  'collect.keys': async ({ db }, limits) => ({ removed: await inBatches((limit) => deleteOldKeys(db, limit), limits) }),
  'collect.texts': async (deps, limits) => ({ removed: await removeTexts(deps, limits) }),
  'collect.uploads': async (deps, limits) => ({ ...(await collectUploads(deps, limits)) }),
  'collect.strays': async (deps, limits) => ({ adopted: await adoptBlobs(deps, limits) }),
  'collect.blobs': async (deps, limits) => ({ ...(await collectBlobs(deps, limits)) }),
};
