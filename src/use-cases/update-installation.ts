import { isDeepStrictEqual } from 'node:util';
import { changeInstallation, findInstallation, lockInstallation, type Installation } from '../db/installations.ts';
import type { Deps } from '../deps.ts';
import type { Actor } from '../domain/audit.ts';
import type { Restriction } from '../domain/restrictions.ts';
import { invalidField } from '../errors.ts';
import type { Also } from './also.ts';
import { hideAuditedSettings, recordChanged } from './audit-installation.ts';
import { getInstallation, type InstallationRef } from './get-installation.ts';
import { mergeSettings, type MergedSettings, type UnknownSettings } from './installation-settings.ts';
import { bytesOfInstallation, refuseOverQuota, withQuotas } from './quotas/with-quotas.ts';

export interface UpdateInstallationInput extends InstallationRef {
  actor: Actor;
  /** Which app it is of, for who wants to be sure; undefined: not said. */
  appId: number | undefined;
  /** Merged into those that are there. */
  settings: Record<string, unknown>;
  unknownSettings?: UnknownSettings;
  /** Undefined leaves what is there; so it does below. */
  enabled: boolean | undefined;
  groupRestrictions: Restriction[] | undefined;
  roleRestrictions: Restriction[] | null | undefined;
  also?: Also;
}

/**
 * Changes an installation; what is not given stays, secure settings included. Its state is its job's alone: one that
 * waits goes on waiting, one that failed stays failed (until a new version of the app asks for what is missing again), and
 * `enabled` says what comes afterwards.
 *
 * @throws NotFoundError, InvalidRequestError, OwnRuleError `quota_exceeded`
 */
export const updateInstallation = async (
  deps: Pick<Deps, 'db' | 'cipher' | 'config'>,
  { accountId, actor, id, kind, ...change }: UpdateInstallationInput,
): Promise<Installation> =>
  withQuotas(deps, accountId, async (tx, quotas) => {
    await lockInstallation(tx, accountId, id);
    const current = await getInstallation(tx, { accountId, id, kind });
    refuseOtherApp(current, change.appId);
    const { parameters } = current;
    const unknown = change.unknownSettings;
    const rules = { accountId, parameters, required: 'given', leftOvers: 'seal', unknown } as const;
    const merged = mergeSettings(deps.cipher, rules, current, change.settings);
    const next = {
      ...merged,
      enabled: change.enabled ?? current.enabled,
      groupRestrictions: change.groupRestrictions ?? current.groupRestrictions,
      roleRestrictions: change.roleRestrictions === undefined ? current.roleRestrictions : change.roleRestrictions,
    };
    // Clients save what they have read: that is no change, and nobody needs to hear of it.
    if (!change.also && isSame(current, next)) return current;
    const bytes = await bytesOfInstallation(tx, quotas, { id });
    await changeInstallation(tx, { accountId, id, ...next });
    const changed = (await findInstallation(tx, accountId, id))!;
    const besides = await change.also?.(tx, changed);
    await recordChanged(tx, actor, {
      before: current,
      after: changed,
      newSecrets: Object.keys(merged.secrets),
      besides,
    });
    const sealed = Object.keys(merged.secrets).filter((name) => Object.hasOwn(current.settings, name));
    if (sealed.length > 0) await hideAuditedSettings(tx, current.appId, sealed);
    await refuseOverQuota(tx, quotas, { bytes: (await bytesOfInstallation(tx, quotas, { id })) - bytes });
    return changed;
  });

type Next = MergedSettings & Pick<Installation, 'enabled' | 'groupRestrictions' | 'roleRestrictions'>;

const isSame = (current: Installation, { secrets, forgottenSecrets, ...next }: Next): boolean => {
  const pick = ({ title, settings, enabled, groupRestrictions, roleRestrictions }: typeof next | Installation) => ({
    title,
    settings,
    enabled,
    groupRestrictions,
    roleRestrictions,
  });
  const keepsSecrets = !forgottenSecrets.some((name) => current.secretNames.includes(name));
  return keepsSecrets && Object.keys(secrets).length === 0 && isDeepStrictEqual(pick(current), pick(next));
};

const refuseOtherApp = ({ appId }: Installation, asked: number | undefined): void => {
  if (asked === undefined || asked === appId) return;
  throw invalidField('app_id', `cannot be changed; the installation is of the app ${appId}`);
};
