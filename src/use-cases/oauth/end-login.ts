import { revokeTokensOfGrant } from '../../db/api-tokens.ts';
import { insertAuditEntry } from '../../db/audit-entries.ts';
import { endGrant, findGrantOfToken, type Grant } from '../../db/oauth-grants.ts';
import { withTransaction, type Queryable } from '../../db/pool.ts';
import type { Deps } from '../../deps.ts';
import type { Actor } from '../../domain/audit.ts';
import { tokenDigest } from '../../secrets/tokens.ts';

/** Who ends a login, and why where that is not plain. */
export interface Ending {
  actor: Actor;
  reason?: string;
}

/** Ends a login with everything it was given; its access tokens stop within the 10 s that credentials are believed. */
export const endLogin = ({ db }: Pick<Deps, 'db'>, grant: Grant, ending: Ending): Promise<void> =>
  withTransaction(db, (tx) => endLoginWithin(tx, grant, ending));

/** Does it in a transaction that there is already. */
export const endLoginWithin = async (tx: Queryable, grant: Grant, { actor, reason }: Ending): Promise<void> => {
  if (!(await endGrant(tx, grant.accountId, grant.id))) return;
  await revokeTokensOfGrant(tx, grant.id);
  await insertAuditEntry(tx, {
    accountId: grant.accountId,
    actor,
    action: 'destroy',
    subject: { type: 'login', id: grant.id, name: grant.clientId },
    before: { scope: grant.scopes.join(' ') },
    ...(reason !== undefined && { after: { reason } }),
  });
};

interface TokenOfLogin {
  /** An access or a refresh token. */
  token: string;
  /** Whose it must be; undefined: any client's. */
  clientId: string | undefined;
  ip: string | null;
}

/** Ends the login of a token, for whoever holds that; nothing happens when it is of none. */
export const endLoginOfToken = async (deps: Pick<Deps, 'db'>, { token, clientId, ip }: TokenOfLogin): Promise<void> => {
  const grant = await findGrantOfToken(deps.db, tokenDigest(token));
  if (!grant || (clientId !== undefined && clientId !== grant.clientId)) return;
  await endLogin(deps, grant, { actor: { userId: grant.userId, name: grant.email, ip } });
};
