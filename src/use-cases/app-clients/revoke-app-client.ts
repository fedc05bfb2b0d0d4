import { deleteAppClient, type AppClientRef } from '../../db/app-clients.ts';
import { insertAuditEntry } from '../../db/audit-entries.ts';
import { withTransaction } from '../../db/pool.ts';
import type { Deps } from '../../deps.ts';
import type { Actor } from '../../domain/audit.ts';
import { NotFoundError } from '../../errors.ts';

/** Revokes the credentials of an app; tokens that were issued for them end with them. @throws NotFoundError */
export const revokeAppClient = async (
  { db }: Pick<Deps, 'db'>,
  { actor, ...ref }: AppClientRef & { actor: Actor },
): Promise<void> =>
  withTransaction(db, async (tx) => {
    const client = await deleteAppClient(tx, ref);
    if (!client) throw new NotFoundError(`The app "${ref.app}" has no credentials.`);
    const { id, accountId, app, url, clientId } = client;
    const subject = { type: 'token', id, name: `app client ${clientId}` } as const;
    await insertAuditEntry(tx, { accountId, actor, action: 'destroy', subject, before: { app, url } });
  });
