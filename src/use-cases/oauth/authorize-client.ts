import { insertAuditEntry } from '../../db/audit-entries.ts';
import { deleteOldCodes, insertCode } from '../../db/oauth-codes.ts';
import { insertGrant } from '../../db/oauth-grants.ts';
import { withTransaction } from '../../db/pool.ts';
import type { User } from '../../db/users.ts';
import type { Deps } from '../../deps.ts';
import type { AuthorizationRequest } from '../../domain/oauth/authorization-request.ts';
import { lifetimes, secondsFromNow } from '../../domain/oauth/lifetimes.ts';
import { newToken, tokenDigest } from '../../secrets/tokens.ts';

export interface AuthorizeClientInput {
  request: AuthorizationRequest;
  /** Who allows it. */
  user: User;
  ip: string | null;
}

/** @returns the code that the browser takes to the client; only its digest is kept. */
export const authorizeClient = async (
  { db }: Pick<Deps, 'db'>,
  { request, user, ip }: AuthorizeClientInput,
): Promise<string> => {
  const { client, scopes, redirectUri, codeChallenge } = request;
  const code = newToken();
  await withTransaction(db, async (tx) => {
    const grantId = await insertGrant(tx, { accountId: user.accountId, userId: user.id, clientId: client.id, scopes });
    const expiresAt = secondsFromNow(lifetimes.code);
    await insertCode(tx, { sha256: tokenDigest(code), grantId, redirectUri, codeChallenge, expiresAt });
    await insertAuditEntry(tx, {
      accountId: user.accountId,
      actor: { userId: user.id, name: user.email, ip },
      action: 'login',
      subject: { type: 'login', id: grantId, name: client.id },
      after: { scope: scopes.join(' ') },
    });
  });
  await deleteOldCodes(db);
  return code;
};
