import { findAppAt, type Parameter } from '../db/apps.ts';
import { changeInstallation, lockInstallation, setInstallationJob, type Installation } from '../db/installations.ts';
import { insertInstallJob } from '../db/jobs.ts';
import { takeTurnsFor } from '../db/job-turns.ts';
import type { Queryable } from '../db/pool.ts';
import type { Deps } from '../deps.ts';
import type { Actor } from '../domain/audit.ts';
import { checkSettings, defaultSettings, secretNamesOf } from '../domain/settings.ts';
import { NotFoundError } from '../errors.ts';
import { newId } from '../secrets/tokens.ts';
import { recordChanged } from './audit-installation.ts';
import { dispatchJobs } from './dispatch-jobs.ts';
import { getInstallation } from './get-installation.ts';
import { mergeSettings } from './installation-settings.ts';
import { bytesOfInstallation, refuseOverQuota, withQuotas, type AccountQuotas } from './quotas/with-quotas.ts';
import { openDefaults } from './secret-defaults.ts';

/** Of parameters that the version adds. A default of the wrong type is the package's fault: it is left out. */
const newDefaults = (before: Installation, parameters: Parameter[]): Record<string, unknown> => {
  const known = new Set(before.parameters.map(({ name }) => name));
  const added = parameters.filter(({ name }) => !known.has(name));
  return checkSettings(added, defaultSettings(added)).values;
};

export interface UpgradeInstallationInput {
  accountId: number;
  actor: Actor;
  id: number;
  versionId: number;
  /** Merged into those that are there, as the new version's parameters want them. */
  settings: Record<string, unknown>;
  /** Whether required settings may be left without a value, for somebody to give later. */
  mayLackSettings?: boolean;
}

/**
 * Moves an installation to another version of its app: a job provisions what that one requires, and only then the
 * installation runs on it. Until then, and when the job fails, it runs on what it has. Settings that are given take effect
 * at once, for both; what is there and turns secret is sealed with the move. Nine or ten statements in one
 * transaction, then one trip to the queue.
 *
 * @throws NotFoundError, InvalidRequestError, OwnRuleError `quota_exceeded`
 */
export const upgradeInstallation = async (
  deps: Pick<Deps, 'db' | 'producer' | 'log' | 'cipher' | 'config' | 'tracing'>,
  { accountId, actor, id, versionId, settings, mayLackSettings = false }: UpgradeInstallationInput,
): Promise<Installation> => {
  const jobId = newId();
  const { upgraded, turns } = await withQuotas(deps, accountId, async (tx, quotas) => {
    await lockInstallation(tx, accountId, id);
    const before = await getInstallation(tx, { accountId, id, kind: null });
    const { appId, enabled, groupRestrictions, roleRestrictions } = before;
    const app = await findAppAt(tx, { accountId, id: appId, kind: null }, versionId);
    if (!app) throw new NotFoundError(`The app ${appId} has no version ${versionId}.`);
    const required = mayLackSettings ? 'given' : 'all';
    const rules = { accountId, parameters: app.parameters, required, leftOvers: 'keep' } as const;
    const parameters = await openDefaults(tx, deps, app);
    const merged = mergeSettings(deps.cipher, rules, before, { ...newDefaults(before, parameters), ...settings });
    const bytes = await bytesOfInstallation(tx, quotas, { id });
    await changeInstallation(tx, { accountId, id, ...merged, enabled, groupRestrictions, roleRestrictions });
    const steps = app.requirementCount + 1;
    const traceParent = deps.tracing.current();
    const job = { id: jobId, accountId, appId, installationId: id, actor, versionId, traceParent };
    await insertInstallJob(tx, { ...job, state: 'queued', progress: 0, total: steps, message: 'Waiting for a worker' });
    await setInstallationJob(tx, { accountId, id, jobId });
    const after = await getInstallation(tx, { accountId, id, kind: null });
    const hidden = secretNamesOf(app.parameters);
    await recordChanged(tx, actor, { before, after, newSecrets: Object.keys(merged.secrets), hidden });
    const who = { accountId, userId: actor.userId };
    const turns = await takeTurnsFor(tx, who, deps.config.maxRunningPerAccount);
    await refuseGrowth(tx, quotas, { id, versionId, bytes });
    return { upgraded: after, turns };
  });
  await dispatchJobs(deps, turns);
  return upgraded;
};

/** What the settings take more is there now, what the requirements take more comes with the version. */
const refuseGrowth = async (
  tx: Queryable,
  quotas: AccountQuotas,
  { id, versionId, bytes: before }: { id: number; versionId: number; bytes: number },
): Promise<void> => {
  const now = await bytesOfInstallation(tx, quotas, { id });
  const then = await bytesOfInstallation(tx, quotas, { id, versionId });
  await refuseOverQuota(tx, quotas, { bytes: now - before });
  await refuseOverQuota(tx, quotas, { bytes: then - now }, { yetToCome: true });
};
