import { insertAuditEntry } from '../../db/audit-entries.ts';
import {
  deleteClient,
  deleteTokensOfClient,
  findClientById,
  setClientSecret,
  type ConfidentialClient,
} from '../../db/oauth-clients.ts';
import { withTransaction } from '../../db/pool.ts';
import type { Deps } from '../../deps.ts';
import type { Actor } from '../../domain/audit.ts';
import { NotFoundError } from '../../errors.ts';
import { tokenDigest } from '../../secrets/tokens.ts';
import { newClientSecret, type ClientWithSecret } from './create-client.ts';

interface ClientRef {
  accountId: number;
  actor: Actor;
  id: number;
}

/** @throws NotFoundError when the account has no such client. */
export const getClient = async (
  { db }: { db: Parameters<typeof findClientById>[0] },
  accountId: number,
  id: number,
): Promise<ConfidentialClient> => {
  const client = await findClientById(db, accountId, id);
  if (!client) throw new NotFoundError(`Client ${id} not found.`);
  return client;
};

/** Removes a client with its tokens, which stop within the 10 s that credentials are believed. @throws NotFoundError */
export const removeClient = ({ db }: Pick<Deps, 'db'>, { accountId, actor, id }: ClientRef): Promise<void> =>
  withTransaction(db, async (tx) => {
    const { identifier, name, scopes } = await getClient({ db: tx }, accountId, id);
    await deleteClient(tx, accountId, id);
    const subject = { type: 'client', id, name: identifier } as const;
    const before = { name, scopes: scopes.join(' ') };
    await insertAuditEntry(tx, { accountId, actor, action: 'destroy', subject, before });
  });

/** Gives a client another secret; the one before and the tokens that it gave end. @throws NotFoundError */
export const replaceClientSecret = (
  { db }: Pick<Deps, 'db'>,
  { accountId, actor, id }: ClientRef,
): Promise<ClientWithSecret> => {
  const secret = newClientSecret();
  return withTransaction(db, async (tx) => {
    const { identifier } = await getClient({ db: tx }, accountId, id);
    await setClientSecret(tx, { accountId, id, sha256: tokenDigest(secret) });
    await deleteTokensOfClient(tx, id);
    const subject = { type: 'client', id, name: identifier } as const;
    const after = { secret: '(hidden, changed)' };
    await insertAuditEntry(tx, { accountId, actor, action: 'update', subject, after });
    return { client: await getClient({ db: tx }, accountId, id), secret };
  });
};
