import { insertToken } from '../../db/api-tokens.ts';
import { insertAuditEntry } from '../../db/audit-entries.ts';
import { deleteTokensOfClient, findClientByIdentifier, holdClient } from '../../db/oauth-clients.ts';
import { holdLiveUser } from '../../db/users.ts';
import type { Deps } from '../../deps.ts';
import { lifetimes, secondsFromNow } from '../../domain/oauth/lifetimes.ts';
import { OAuthError } from '../../domain/oauth/oauth-error.ts';
import { readScopes, type Scope } from '../../domain/oauth/scopes.ts';
import { isStorable } from '../../domain/storable-text.ts';
import { newToken, tokenDigest, tokenPrefix } from '../../secrets/tokens.ts';
import { refuseOverQuota, withQuotas } from '../quotas/with-quotas.ts';
import type { TokenPair } from './issue-tokens.ts';

interface ClientTokenInput {
  identifier: string;
  secret: string;
  /** Undefined: all that the client may ask for. */
  scope: string | undefined;
  ip: string | null;
}

/** An access token without a refresh token: the client asks again. */
export type ClientToken = Omit<TokenPair, 'refreshToken'>;

const unknownClient = (): OAuthError =>
  new OAuthError('invalid_client', 'The client is not known, or its secret is another one.');

/**
 * Gives a confidential client an access token (RFC 6749 4.4). It acts as the admin who made the client, within its scopes,
 * and ends with the client, with its secret and with that admin.
 *
 * @throws OAuthError `invalid_client`, `invalid_scope`; OwnRuleError `quota_exceeded`
 */
export const issueClientToken = async (
  deps: Pick<Deps, 'db' | 'config'>,
  { identifier, secret, scope, ip }: ClientTokenInput,
): Promise<ClientToken> => {
  const found = isStorable(identifier) ? await findClientByIdentifier(deps.db, identifier) : undefined;
  if (!found) throw unknownClient();
  const token = newToken();
  return withQuotas(deps, found.accountId, async (tx, quotas) => {
    const client = await holdClient(tx, { identifier, sha256: tokenDigest(secret) });
    if (!client) throw unknownClient();
    const { id, accountId, userId, email } = client;
    if (!(await holdLiveUser(tx, { accountId, id: userId }))) throw unknownClient();
    const scopes = scopesOf(client.scopes, scope);
    await deleteTokensOfClient(tx, id, { onlyExpired: true });
    await insertToken(tx, {
      userId,
      sha256: tokenDigest(token),
      prefix: tokenPrefix(token),
      label: `client ${identifier}`,
      expiresAt: secondsFromNow(lifetimes.accessToken),
      login: { grantId: null, clientId: id, scopes },
    });
    await insertAuditEntry(tx, {
      accountId,
      actor: { userId, name: email, ip },
      action: 'login',
      subject: { type: 'client', id, name: identifier },
      after: { scope: scopes.join(' ') },
    });
    await refuseOverQuota(tx, quotas, { sessions: 1 });
    return { accessToken: token, expiresIn: lifetimes.accessToken, scopes };
  });
};

const scopesOf = (allowed: readonly Scope[], asked: string | undefined): readonly Scope[] => {
  if (asked === undefined) return allowed;
  const some = readScopes(asked);
  if (some?.every((scope) => allowed.includes(scope))) return some;
  throw new OAuthError('invalid_scope', `scope must be one or more of these words: ${allowed.join(' ')}.`);
};
