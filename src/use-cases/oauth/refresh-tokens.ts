import { deleteExpiredTokensOfGrant } from '../../db/api-tokens.ts';
import type { Grant } from '../../db/oauth-grants.ts';
import {
  deleteExpiredRefreshTokens,
  lockRefreshToken,
  rotateRefreshToken,
  type RefreshToken,
} from '../../db/oauth-refresh-tokens.ts';
import { withTransaction } from '../../db/pool.ts';
import type { Deps } from '../../deps.ts';
import { systemActor } from '../../domain/audit.ts';
import { OAuthError } from '../../domain/oauth/oauth-error.ts';
import { readScopes, type Scope } from '../../domain/oauth/scopes.ts';
import { tokenDigest } from '../../secrets/tokens.ts';
import { endLogin } from './end-login.ts';
import { issueTokens, TOKEN_ENDED, type TokenPair } from './issue-tokens.ts';

export interface RefreshTokensInput {
  refreshToken: string;
  clientId: string;
  /** Less than the login has, for this access token alone; undefined: all of it. */
  scope: string | undefined;
}

/**
 * Gives a login new tokens. The refresh token of before stays good for a minute more; who comes with it later has stolen it,
 * or was stolen from, and the login ends (RFC 9700 4.14.2). The access token of before lives on to its own end.
 *
 * @throws OAuthError `invalid_grant`, `invalid_scope`
 */
export const refreshTokens = async (deps: Pick<Deps, 'db'>, input: RefreshTokensInput): Promise<TokenPair> => {
  const sha256 = tokenDigest(input.refreshToken);
  const outcome = await withTransaction(deps.db, async (tx): Promise<TokenPair | { stolenFrom: Grant }> => {
    const token = await lockRefreshToken(tx, sha256);
    if (!token) throw new OAuthError('invalid_grant', 'This refresh token is not known.');
    refuseUnfit(token, input.clientId);
    if (token.stale) return { stolenFrom: token.grant };
    const scopes = scopesOf(token.grant, input.scope);
    await rotateRefreshToken(tx, sha256);
    await deleteExpiredTokensOfGrant(tx, token.grant.id);
    await deleteExpiredRefreshTokens(tx, token.grant.id);
    return issueTokens(tx, token.grant, scopes);
  });
  if (!('stolenFrom' in outcome)) return outcome;
  await endLogin(deps, outcome.stolenFrom, { actor: systemActor, reason: 'a refresh token was used again' });
  throw new OAuthError(
    'invalid_grant',
    'This refresh token was used before, so the login it belongs to has been ended.',
  );
};

const refuseUnfit = ({ grant, expired }: RefreshToken, clientId: string): void => {
  if (grant.clientId !== clientId) throw new OAuthError('invalid_grant', 'This refresh token is of another client.');
  if (grant.revokedAt) throw new OAuthError('invalid_grant', 'This login has been ended.');
  if (!grant.tokenLives) throw new OAuthError('invalid_grant', TOKEN_ENDED);
  if (expired) throw new OAuthError('invalid_grant', 'This refresh token has expired.');
};

const scopesOf = ({ scopes }: Grant, asked: string | undefined): readonly Scope[] => {
  if (asked === undefined) return scopes;
  const some = readScopes(asked);
  if (some?.every((scope) => scopes.includes(scope))) return some;
  throw new OAuthError('invalid_scope', `scope must be one or more of these words: ${scopes.join(' ')}.`);
};
