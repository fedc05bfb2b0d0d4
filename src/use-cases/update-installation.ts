import {
  changeInstallation,
  findInstallation,
  lockInstallation,
  type Installation,
  type Restriction,
} from '../db/installations.ts';
import { withTransaction } from '../db/pool.ts';
import type { Deps } from '../deps.ts';
import { NotFoundError } from '../errors.ts';
import { mergeSettings } from './installation-settings.ts';

export interface UpdateInstallationInput {
  accountId: number;
  id: number;
  /** Merged into those that are there. */
  settings: Record<string, unknown>;
  /** Undefined leaves what is there; so it does below. */
  enabled: boolean | undefined;
  groupRestrictions: Restriction[] | undefined;
  roleRestrictions: Restriction[] | null | undefined;
}

/**
 * Changes an installation; what is not given stays, secure settings included.
 *
 * @throws NotFoundError, InvalidRequestError
 */
export const updateInstallation = async (
  { db, cipher }: Pick<Deps, 'db' | 'cipher'>,
  { accountId, id, ...change }: UpdateInstallationInput,
): Promise<Installation> =>
  withTransaction(db, async (tx) => {
    await lockInstallation(tx, accountId, id);
    const current = await findInstallation(tx, accountId, id);
    if (!current) throw new NotFoundError(`There is no installation ${id} in this account.`);
    const { parameters } = current;
    await changeInstallation(tx, {
      accountId,
      id,
      ...mergeSettings(cipher, { accountId, parameters, required: 'given' }, current, change.settings),
      enabled: change.enabled ?? current.enabled,
      groupRestrictions: change.groupRestrictions ?? current.groupRestrictions,
      roleRestrictions: change.roleRestrictions === undefined ? current.roleRestrictions : change.roleRestrictions,
    });
    return (await findInstallation(tx, accountId, id))!;
  });
