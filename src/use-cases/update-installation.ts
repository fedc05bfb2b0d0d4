import { changeInstallation, findInstallation, lockInstallation, type Installation } from '../db/installations.ts';
import { withTransaction } from '../db/pool.ts';
import type { Deps } from '../deps.ts';
import type { Actor } from '../domain/audit.ts';
import type { Restriction } from '../domain/restrictions.ts';
import { InvalidRequestError, NotFoundError } from '../errors.ts';
import type { Also } from './also.ts';
import { recordChanged } from './audit-installation.ts';
import { mergeSettings } from './installation-settings.ts';

export interface UpdateInstallationInput {
  accountId: number;
  actor: Actor;
  id: number;
  /** The door it is changed through, which knows no others; null: any. */
  appKind: string | null;
  /** Which app it is of, for who wants to be sure; undefined: not said. */
  appId: number | undefined;
  /** Merged into those that are there. */
  settings: Record<string, unknown>;
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
 * @throws NotFoundError, InvalidRequestError
 */
export const updateInstallation = async (
  { db, cipher }: Pick<Deps, 'db' | 'cipher'>,
  { accountId, actor, id, appKind, ...change }: UpdateInstallationInput,
): Promise<Installation> =>
  withTransaction(db, async (tx) => {
    await lockInstallation(tx, accountId, id);
    const current = await findInstallation(tx, accountId, id);
    if (!current || (appKind !== null && current.appKind !== appKind))
      throw new NotFoundError(`There is no installation ${id} in this account.`);
    refuseOtherApp(current, change.appId);
    const { parameters } = current;
    const merged = mergeSettings(cipher, { accountId, parameters, required: 'given' }, current, change.settings);
    await changeInstallation(tx, {
      accountId,
      id,
      ...merged,
      enabled: change.enabled ?? current.enabled,
      groupRestrictions: change.groupRestrictions ?? current.groupRestrictions,
      roleRestrictions: change.roleRestrictions === undefined ? current.roleRestrictions : change.roleRestrictions,
    });
    const changed = (await findInstallation(tx, accountId, id))!;
    const besides = await change.also?.(tx, changed);
    await recordChanged(tx, actor, {
      before: current,
      after: changed,
      newSecrets: Object.keys(merged.secrets),
      besides,
    });
    return changed;
  });

const refuseOtherApp = ({ appId }: Installation, asked: number | undefined): void => {
  if (asked === undefined || asked === appId) return;
  const message = `cannot be changed; the installation is of the app ${appId}`;
  throw new InvalidRequestError(`app_id: ${message}`, { app_id: [message] });
};
