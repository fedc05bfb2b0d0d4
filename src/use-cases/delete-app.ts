import { deleteApp as deleteAppRow, findApp, lockOwnApp } from '../db/apps.ts';
import { insertAuditEntry, insertRemovedEntries } from '../db/audit-entries.ts';
import { withTransaction } from '../db/pool.ts';
import type { Deps } from '../deps.ts';
import type { Actor } from '../domain/audit.ts';
import { NotFoundError } from '../errors.ts';

export interface DeleteAppInput {
  accountId: number;
  actor: Actor;
  id: number;
  /** The door it is deleted through, which knows no others; null: any. */
  appKind: string | null;
}

/**
 * Removes an app with its versions and, in every account, its installations: five statements in one transaction. The
 * collector frees the blobs later.
 *
 * @throws NotFoundError when the account owns no such app.
 */
export const deleteApp = async (
  { db }: Pick<Deps, 'db'>,
  { accountId, actor, id, appKind }: DeleteAppInput,
): Promise<void> => {
  const ref = { accountId, id, kind: appKind };
  await withTransaction(db, async (tx) => {
    const app = (await lockOwnApp(tx, ref)) ? await findApp(tx, ref) : undefined;
    if (!app) throw new NotFoundError(`There is no app ${id} of this account.`);
    await insertRemovedEntries(tx, { appId: id, accountId, actor });
    await deleteAppRow(tx, accountId, id);
    const subject = { type: 'app', id, name: app.name } as const;
    const before = { version: app.definition.version, visibility: app.visibility };
    await insertAuditEntry(tx, { accountId, actor, action: 'destroy', subject, before });
  });
};
