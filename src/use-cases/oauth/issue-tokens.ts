import { insertToken } from '../../db/api-tokens.ts';
import type { Grant } from '../../db/oauth-grants.ts';
import { insertRefreshToken } from '../../db/oauth-refresh-tokens.ts';
import type { Queryable } from '../../db/pool.ts';
import { lifetimes, secondsFromNow } from '../../domain/oauth/lifetimes.ts';
import type { Scope } from '../../domain/oauth/scopes.ts';
import { newToken, tokenDigest, tokenPrefix } from '../../secrets/tokens.ts';

/** Neither token is in any other place afterwards: only their digests are kept. */
export interface TokenPair {
  accessToken: string;
  refreshToken: string;
  /** Of the access token, in seconds. */
  expiresIn: number;
  scopes: readonly Scope[];
}

/** Call it with the login locked. */
export const issueTokens = async (tx: Queryable, grant: Grant, scopes: readonly Scope[]): Promise<TokenPair> => {
  const [accessToken, refreshToken] = [newToken(), newToken()];
  await insertToken(tx, {
    userId: grant.userId,
    sha256: tokenDigest(accessToken),
    prefix: tokenPrefix(accessToken),
    label: `${grant.clientId}, login ${grant.id}`,
    expiresAt: secondsFromNow(lifetimes.accessToken),
    login: { grantId: grant.id, scopes },
  });
  await insertRefreshToken(tx, {
    sha256: tokenDigest(refreshToken),
    grantId: grant.id,
    expiresAt: secondsFromNow(lifetimes.refreshToken),
  });
  return { accessToken, refreshToken, expiresIn: lifetimes.accessToken, scopes };
};
