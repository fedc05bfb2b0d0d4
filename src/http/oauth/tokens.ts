import express, { Router, type ErrorRequestHandler, type RequestHandler } from 'express';
import type { Deps } from '../../deps.ts';
import type { OAuthClient } from '../../domain/oauth/client.ts';
import { OAuthError } from '../../domain/oauth/oauth-error.ts';
import { AppError, OwnRuleError } from '../../errors.ts';
import { endLoginOfToken } from '../../use-cases/oauth/end-login.ts';
import { exchangeCode } from '../../use-cases/oauth/exchange-code.ts';
import type { TokenPair } from '../../use-cases/oauth/issue-tokens.ts';
import { issueClientToken, type ClientToken } from '../../use-cases/oauth/issue-client-token.ts';
import { refreshTokens } from '../../use-cases/oauth/refresh-tokens.ts';
import { OAUTH_FORM, OAUTH_JSON } from '../body-limits.ts';
import { clientAddressOf } from '../client-address.ts';
import { prepareError } from '../errors.ts';
import { knownClient, read, readTokenRequest, revokeBody, type TokenRequest } from './token-bodies.ts';

const TYPES = ['application/json', 'application/x-www-form-urlencoded'];

/** A form, as RFC 6749 has it, or JSON, as command-line tools send it. */
const acceptFields: RequestHandler[] = [
  (req, _res, next) => {
    if (req.is(TYPES) === false) throw new AppError('unsupported_media_type', 415, '');
    next();
  },
  express.json(OAUTH_JSON),
  express.urlencoded(OAUTH_FORM),
];

/** Where a client gets tokens for a code (RFC 6749 4.1.3), new ones for old ones (6), and one for its secret (4.4). */
export const tokenRoutes = (deps: Deps, clients: readonly OAuthClient[]): Router => {
  const router = Router();
  router.post('/', ...acceptFields, async (req, res) => {
    const body = readTokenRequest(clients, req.body, req.get('authorization'));
    const pair = await tokensFor(deps, body, clientAddressOf(req));
    res.set(UNKEPT).json(presentPair(pair));
  });
  router.use(tokenErrors(deps));
  return router;
};

const tokensFor = (deps: Deps, body: TokenRequest, ip: string | null): Promise<TokenPair | ClientToken> => {
  switch (body.kind) {
    case 'code':
      return exchangeCode(deps, {
        code: body.code,
        clientId: body.clientId,
        redirectUri: body.redirect_uri,
        codeVerifier: body.code_verifier,
      });
    case 'refresh':
      return refreshTokens(deps, { refreshToken: body.refresh_token, clientId: body.clientId, scope: body.scope });
    case 'client':
      return issueClientToken(deps, { ...body, ip });
  }
};

/** Where a client ends its login (RFC 7009): 200 whether or not the token was one, for what it asked for is so. */
export const revocationRoutes = (deps: Deps, clients: readonly OAuthClient[]): Router => {
  const router = Router();
  router.post('/', ...acceptFields, async (req, res) => {
    const { token, client_id: given } = read(revokeBody, req.body);
    const clientId = given === undefined ? undefined : knownClient(clients, given);
    await endLoginOfToken(deps, { token, clientId, ip: clientAddressOf(req) });
    res.set(UNKEPT).json({});
  });
  router.use(tokenErrors(deps));
  return router;
};

const UNKEPT = { 'Cache-Control': 'no-store', Pragma: 'no-cache' };

const presentPair = ({ accessToken, expiresIn, scopes, ...pair }: TokenPair | ClientToken) => ({
  access_token: accessToken,
  ...('refreshToken' in pair && { refresh_token: pair.refreshToken }),
  token_type: 'bearer',
  expires_in: expiresIn,
  scope: scopes.join(' '),
});

const unreadable: Record<number, string> = {
  413: `The body must be at most ${OAUTH_FORM.limit} and have at most ${OAUTH_FORM.parameterLimit} fields.`,
  415: `Send the body as ${TYPES.join(' or ')}, in UTF-8 and not in another encoding.`,
};

/** In the words of RFC 6749 5.2. What a parser says of a body is not passed on: it quotes it, tokens and all. */
const tokenErrors =
  (deps: Pick<Deps, 'log'>): ErrorRequestHandler =>
  (err: unknown, req, res, next) => {
    if (res.headersSent) return next(err);
    const error = prepareError(deps, { req, res }, err);
    const { status } = error;
    res.status(status).set(UNKEPT);
    if (error instanceof OAuthError && error.code === 'invalid_client' && req.get('authorization') !== undefined)
      res.status(401).set('WWW-Authenticate', 'Basic realm="Appyard"');
    if (error instanceof OAuthError) return void res.json({ error: error.code, error_description: error.message });
    if (error instanceof OwnRuleError && status < 500)
      return void res.status(400).json({ error: error.code, error_description: error.message });
    if (status < 500)
      return void res.json({
        error: 'invalid_request',
        error_description: unreadable[status] ?? 'The body cannot be read.',
      });
    const code = status === 503 ? 'temporarily_unavailable' : 'server_error';
    res.json({ error: code, error_description: error.message });
  };
