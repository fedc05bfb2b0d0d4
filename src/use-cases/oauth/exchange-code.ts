import { lockCode, useCode, type Code } from '../../db/oauth-codes.ts';
import type { Grant } from '../../db/oauth-grants.ts';
import { withTransaction } from '../../db/pool.ts';
import type { Deps } from '../../deps.ts';
import { systemActor } from '../../domain/audit.ts';
import { OAuthError } from '../../domain/oauth/oauth-error.ts';
import { matchesChallenge } from '../../domain/oauth/pkce.ts';
import { tokenDigest } from '../../secrets/tokens.ts';
import { endLogin } from './end-login.ts';
import { issueTokens, TOKEN_ENDED, type TokenPair } from './issue-tokens.ts';

export interface ExchangeCodeInput {
  code: string;
  clientId: string;
  redirectUri: string;
  codeVerifier: string;
}

/**
 * Gives a login its first tokens. A code that comes a second time was seen by somebody else: its login ends (RFC 6749
 * 4.1.2), whoever came first.
 *
 * @throws OAuthError `invalid_grant`
 */
export const exchangeCode = async (deps: Pick<Deps, 'db'>, input: ExchangeCodeInput): Promise<TokenPair> => {
  const sha256 = tokenDigest(input.code);
  const outcome = await withTransaction(deps.db, async (tx): Promise<TokenPair | { replayed: Grant }> => {
    const code = await lockCode(tx, sha256);
    if (!code) throw new OAuthError('invalid_grant', 'This code is not known.');
    if (code.used) return { replayed: code.grant };
    refuseUnfit(code, input);
    return (await useCode(tx, sha256)) ? issueTokens(tx, code.grant, code.grant.scopes) : { replayed: code.grant };
  });
  if (!('replayed' in outcome)) return outcome;
  await endLogin(deps, outcome.replayed, { actor: systemActor, reason: 'its code was used twice' });
  throw new OAuthError('invalid_grant', 'This code was used before, so the login it belongs to has been ended.');
};

const refuseUnfit = (code: Code, input: ExchangeCodeInput): void => {
  const refuse = (message: string): never => {
    throw new OAuthError('invalid_grant', message);
  };
  if (code.grant.clientId !== input.clientId) refuse('This code was given to another client.');
  if (code.grant.revokedAt) refuse('This login has been ended.');
  if (!code.grant.tokenLives) refuse(TOKEN_ENDED);
  if (code.expired) refuse('This code has expired.');
  if (code.redirectUri !== input.redirectUri) refuse('redirect_uri is not the one that the code was asked for with.');
  if (!matchesChallenge(input.codeVerifier, code.codeChallenge))
    refuse('code_verifier does not belong to the code_challenge that the code was asked for with.');
};
