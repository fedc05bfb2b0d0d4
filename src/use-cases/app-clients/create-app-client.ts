import { countAppClients, insertAppClient, type AppClient, type AppClientRef } from '../../db/app-clients.ts';
import { insertAuditEntry } from '../../db/audit-entries.ts';
import { withTransaction } from '../../db/pool.ts';
import type { Deps } from '../../deps.ts';
import type { Actor } from '../../domain/audit.ts';
import { OwnRuleError } from '../../errors.ts';
import { newId, newToken } from '../../secrets/tokens.ts';

/** Of an account. Two requests at once may exceed it by one. */
const MOST_CLIENTS = 1_000;

/** Binds an encrypted secret to its place. */
export const appClientContext = (accountId: number, clientId: string): string => `app-client/${accountId}/${clientId}`;

export interface CreateAppClientInput extends AppClientRef {
  actor: Actor;
  url: string | null;
}

/**
 * Issues credentials for an app, which need not be registered yet. The secret is returned once, and kept encrypted.
 *
 * @throws AppError `key_taken` when the app has credentials; OwnRuleError `quota_exceeded`
 */
export const createAppClient = async (
  { db, cipher }: Pick<Deps, 'db' | 'cipher'>,
  { actor, ...client }: CreateAppClientInput,
): Promise<{ client: AppClient; secret: string }> => {
  const { accountId, app, url } = client;
  const clientId = newId();
  const secret = newToken();
  const sealed = cipher.seal(secret, appClientContext(accountId, clientId));
  return withTransaction(db, async (tx) => {
    if ((await countAppClients(tx, accountId)) >= MOST_CLIENTS)
      throw new OwnRuleError('quota_exceeded', 403, `An account can have credentials for ${MOST_CLIENTS} apps.`);
    const created = await insertAppClient(tx, { ...client, clientId, secret: sealed });
    const subject = { type: 'token', id: created.id, name: `app client ${clientId}` } as const;
    await insertAuditEntry(tx, { accountId, actor, action: 'create', subject, after: { app, url } });
    return { client: created, secret };
  });
};
