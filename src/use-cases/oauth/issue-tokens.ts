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

export const TOKEN_ENDED = 'The API token that this login was made with is revoked or has expired.';

/** Not later than the API token with which the login was made. */
const inTime = (seconds: number, { endsAt }: Grant): Date => {
  const date = secondsFromNow(seconds);
  return endsAt && endsAt < date ? endsAt : date;
};

/** Call it with the login locked. */
export const issueTokens = async (tx: Queryable, grant: Grant, scopes: readonly Scope[]): Promise<TokenPair> => {
  const [accessToken, refreshToken] = [newToken(), newToken()];
  const expiresAt = inTime(lifetimes.accessToken, grant);
  await insertToken(tx, {
    userId: grant.userId,
    sha256: tokenDigest(accessToken),
    prefix: tokenPrefix(accessToken),
    label: `${grant.clientId}, login ${grant.id}`,
    expiresAt,
    login: { grantId: grant.id, scopes },
  });
  await insertRefreshToken(tx, {
    sha256: tokenDigest(refreshToken),
    grantId: grant.id,
    expiresAt: inTime(lifetimes.refreshToken, grant),
  });
  const expiresIn = Math.max(0, Math.round((expiresAt.getTime() - Date.now()) / 1_000));
  return { accessToken, refreshToken, expiresIn, scopes };
};
