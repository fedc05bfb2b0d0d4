import { deleteInstallation, lockInstallation } from '../db/installations.ts';
import { withTransaction } from '../db/pool.ts';
import type { Deps } from '../deps.ts';
import type { Actor } from '../domain/audit.ts';
import type { Also } from './also.ts';
import { recordRemoved } from './audit-installation.ts';
import { getInstallation, type InstallationRef } from './get-installation.ts';

export interface RemoveInstallationInput extends InstallationRef {
  actor: Actor;
  also?: Also;
}

/**
 * Takes an app away from an account, with what was provisioned for it.
 *
 * @throws NotFoundError when the account has no such installation.
 */
export const removeInstallation = async (
  { db }: Pick<Deps, 'db'>,
  { accountId, actor, id, kind, also }: RemoveInstallationInput,
): Promise<void> => {
  await withTransaction(db, async (tx) => {
    await lockInstallation(tx, accountId, id);
    const installation = await getInstallation(tx, { accountId, id, kind });
    await deleteInstallation(tx, accountId, id);
    await also?.(tx, installation);
    await recordRemoved(tx, actor, installation);
  });
};
