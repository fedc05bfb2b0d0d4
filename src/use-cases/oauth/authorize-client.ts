import { holdLiveToken } from '../../db/api-tokens.ts';
import { insertAuditEntry } from '../../db/audit-entries.ts';
import { deleteOldCodes, insertCode } from '../../db/oauth-codes.ts';
import { insertGrant } from '../../db/oauth-grants.ts';
import { holdLiveUser } from '../../db/users.ts';
import type { Deps } from '../../deps.ts';
import type { AuthorizationRequest } from '../../domain/oauth/authorization-request.ts';
import { lifetimes, secondsFromNow } from '../../domain/oauth/lifetimes.ts';
import { UnauthenticatedError } from '../../errors.ts';
import { newToken, tokenDigest } from '../../secrets/tokens.ts';
import { refuseOverQuota, withQuotas } from '../quotas/with-quotas.ts';
import type { CheckedLogin } from './check-login.ts';

export interface AuthorizeClientInput {
  request: AuthorizationRequest;
  /** Who allows it. */
  login: CheckedLogin;
  ip: string | null;
}

/**
 * A login that is made with an API token ends with it.
 *
 * @returns the code that the browser takes to the client; only its digest is kept.
 * @throws UnauthenticatedError when that API token was revoked just now, or the user disabled; OwnRuleError `quota_exceeded`.
 */
export const authorizeClient = async (
  deps: Pick<Deps, 'db' | 'config'>,
  { request, login: { user, tokenId, passwordHash }, ip }: AuthorizeClientInput,
): Promise<string> => {
  const { client, scopes, redirectUri, codeChallenge } = request;
  const code = newToken();
  await withQuotas(deps, user.accountId, async (tx, quotas) => {
    if (tokenId !== null && !(await holdLiveToken(tx, tokenId)))
      throw new UnauthenticatedError('This API token is no longer good.');
    if (!(await holdLiveUser(tx, user, passwordHash)))
      throw new UnauthenticatedError('This user cannot sign in any more, or has another password.');
    const { accountId, id: userId } = user;
    const grantId = await insertGrant(tx, { accountId, userId, clientId: client.id, scopes, tokenId });
    const expiresAt = secondsFromNow(lifetimes.code);
    await insertCode(tx, { sha256: tokenDigest(code), grantId, redirectUri, codeChallenge, expiresAt });
    await insertAuditEntry(tx, {
      accountId,
      actor: { userId, name: user.email, ip },
      action: 'login',
      subject: { type: 'login', id: grantId, name: client.id },
      after: { scope: scopes.join(' ') },
    });
    await refuseOverQuota(tx, quotas, { sessions: 1 });
  });
  await deleteOldCodes(deps.db);
  return code;
};
