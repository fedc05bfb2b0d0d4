import { findAppAt } from '../db/apps.ts';
import {
  changeInstallation,
  findInstallation,
  lockInstallation,
  setInstallationJob,
  type Installation,
} from '../db/installations.ts';
import { insertInstallJob } from '../db/jobs.ts';
import { withTransaction } from '../db/pool.ts';
import type { Deps } from '../deps.ts';
import type { Actor } from '../domain/audit.ts';
import type { JobRef } from '../domain/job.ts';
import { NotFoundError } from '../errors.ts';
import { newId } from '../secrets/tokens.ts';
import { recordChanged } from './audit-installation.ts';
import { dispatchJob } from './dispatch-job.ts';
import { mergeSettings } from './installation-settings.ts';

export interface UpgradeInstallationInput {
  accountId: number;
  actor: Actor;
  id: number;
  versionId: number;
  /** Merged into those that are there, as the new version's parameters want them. */
  settings: Record<string, unknown>;
}

/**
 * Moves an installation to another version of its app: a job provisions what that one requires, and only then the
 * installation runs on it. Until then, and when the job fails, it runs on what it has. Seven statements in one
 * transaction, then one trip to the queue.
 *
 * @throws NotFoundError, InvalidRequestError
 */
export const upgradeInstallation = async (
  deps: Pick<Deps, 'db' | 'producer' | 'log' | 'cipher'>,
  { accountId, actor, id, versionId, settings }: UpgradeInstallationInput,
): Promise<Installation> => {
  const jobId = newId();
  const upgraded = await withTransaction(deps.db, async (tx) => {
    await lockInstallation(tx, accountId, id);
    const before = await findInstallation(tx, accountId, id);
    if (!before) throw new NotFoundError(`There is no installation ${id} in this account.`);
    const { appId, enabled, groupRestrictions, roleRestrictions } = before;
    const app = await findAppAt(tx, { accountId, id: appId, kind: null }, versionId);
    if (!app) throw new NotFoundError(`The app ${appId} has no version ${versionId}.`);
    const merged = mergeSettings(
      deps.cipher,
      { accountId, parameters: app.parameters, required: 'all' },
      before,
      settings,
    );
    await changeInstallation(tx, { accountId, id, ...merged, enabled, groupRestrictions, roleRestrictions });
    const total = app.requirementCount + 1;
    const job = { id: jobId, accountId, appId, installationId: id, actor, versionId };
    await insertInstallJob(tx, { ...job, state: 'queued', progress: 0, total, message: 'Waiting for a worker' });
    await setInstallationJob(tx, { accountId, id, jobId });
    const after = (await findInstallation(tx, accountId, id))!;
    await recordChanged(tx, actor, { before, after, newSecrets: Object.keys(merged.secrets) });
    return after;
  });
  const ref: JobRef = { id: jobId, accountId, kind: 'install', appId: upgraded.appId, installationId: id };
  await dispatchJob(deps, ref);
  return upgraded;
};
