import { deleteSomeAccess } from '../../db/access.ts';
import { insertAuditEntry } from '../../db/audit-entries.ts';
import { withTransaction } from '../../db/pool.ts';
import { deleteUser } from '../../db/users.ts';
import type { Deps } from '../../deps.ts';
import { machineActor } from '../../domain/audit.ts';
import { disableUser, type ChangedUser } from './change-user.ts';

/** Rows of one statement. */
const BATCH = 200;

/**
 * Removes a user: first the user is disabled, then logins and tokens are deleted in batches, then the user. What is broken off
 * goes on when it is asked for again. Apps, installations and uploads belong to the account and stay; entries of the audit log
 * keep the user's address.
 *
 * @throws NotFoundError
 */
export const removeUser = async ({ db }: Pick<Deps, 'db'>, email: string): Promise<ChangedUser> => {
  const changed = await disableUser({ db }, email);
  const { accountId, id, role } = changed.user;
  const access = { accountId, userId: id };
  while ((await deleteSomeAccess(db, access, BATCH)) > 0);
  await withTransaction(db, async (tx) => {
    await deleteUser(tx, { accountId, id });
    const subject = { type: 'user', id, name: changed.user.email } as const;
    await insertAuditEntry(tx, { accountId, actor: machineActor, action: 'destroy', subject, before: { role } });
  });
  return changed;
};
