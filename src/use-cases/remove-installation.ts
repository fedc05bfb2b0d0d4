import { deleteInstallation, findInstallation, lockInstallation } from '../db/installations.ts';
import { withTransaction } from '../db/pool.ts';
import type { Deps } from '../deps.ts';
import type { Actor } from '../domain/audit.ts';
import { NotFoundError } from '../errors.ts';
import type { Also } from './also.ts';
import { recordRemoved } from './audit-installation.ts';

export interface RemoveInstallationInput {
  accountId: number;
  actor: Actor;
  id: number;
  /** The door it is removed through, which knows no others; null: any. */
  appKind: string | null;
  also?: Also;
}

/**
 * Takes an app away from an account, with what was provisioned for it.
 *
 * @throws NotFoundError when the account has no such installation.
 */
export const removeInstallation = async (
  { db }: Pick<Deps, 'db'>,
  { accountId, actor, id, appKind, also }: RemoveInstallationInput,
): Promise<void> => {
  await withTransaction(db, async (tx) => {
    const installation = (await lockInstallation(tx, accountId, id))
      ? await findInstallation(tx, accountId, id)
      : undefined;
    if (!installation || (appKind !== null && installation.appKind !== appKind))
      throw new NotFoundError(`There is no installation ${id} in this account.`);
    await deleteInstallation(tx, accountId, id);
    await also?.(tx, installation);
    await recordRemoved(tx, actor, installation);
  });
};
