import express, { Router, type ErrorRequestHandler, type Request, type RequestHandler } from 'express';
import { deleteExpiredTokens } from '../../../db/api-tokens.ts';
import type { Deps } from '../../../deps.ts';
import { AppError, OwnRuleError, UnauthenticatedError } from '../../../errors.ts';
import { newToken } from '../../../secrets/tokens.ts';
import { createDerivedToken } from '../../../use-cases/create-derived-token.ts';
import { clientAddressOf } from '../../client-address.ts';
import { OAUTH_FORM } from '../../body-limits.ts';
import { prepareError } from '../../errors.ts';

const HOUR_S = 3_600;
const LABEL = 'client credentials';
/** Tells the tokens that are given out here: none of them is good for getting another one, or none would ever end. */
const PREFIX = 'appyard_hour_';

/** RFC 6749 5.2. */
const refused = (code: string, message: string): AppError => new AppError(code, 400, message);

const acceptForm: RequestHandler[] = [
  (req, _res, next) => {
    if (req.is('application/x-www-form-urlencoded')) return next();
    throw refused('invalid_request', 'Send a form: application/x-www-form-urlencoded.');
  },
  express.urlencoded(OAUTH_FORM),
];

const fieldOf = (body: unknown, name: string): string => {
  const value = typeof body === 'object' && body !== null ? (body as Record<string, unknown>)[name] : undefined;
  if (typeof value !== 'string' || value === '')
    throw refused('invalid_request', `${name} is missing, or there twice.`);
  return value;
};

/**
 * Gives a token of an hour for client credentials: the e-mail address of a user as client id, one of the user's API
 * tokens as client secret. What it may do is what that user may. It ends with the API token, and not later.
 */
export const tokenRoutes = (deps: Deps): Router => {
  const router = Router();
  router.post('/', ...acceptForm, async (req, res) => {
    const body: unknown = req.body;
    if (fieldOf(body, 'grant_type') !== 'client_credentials')
      throw refused('unsupported_grant_type', 'grant_type must be client_credentials.');
    const client = await identifyClient(deps, req, {
      id: fieldOf(body, 'client_id'),
      secret: fieldOf(body, 'client_secret'),
    });
    const { user, parentId } = client;
    await deleteExpiredTokens(deps.db, user.id, LABEL);
    const token = newToken().replace('appyard_', PREFIX);
    const expiresAt = await createDerivedToken(deps, {
      user,
      actor: { userId: user.id, name: user.email, ip: clientAddressOf(req) },
      parentId,
      token,
      label: LABEL,
      expiresAt: new Date(Date.now() + HOUR_S * 1_000),
    }).catch(unknownClient);
    const expiresIn = Math.max(0, Math.round((expiresAt.getTime() - Date.now()) / 1_000));
    res.set('Cache-Control', 'no-store').json({ access_token: token, token_type: 'bearer', expires_in: expiresIn });
  });
  router.use(tokenErrors(deps));
  return router;
};

const identifyClient = async (
  { identify }: Pick<Deps, 'identify'>,
  req: Request,
  { id, secret }: { id: string; secret: string },
) => {
  // With a colon in the id, a part of it would be taken for a password.
  if (id.includes(':') || secret.startsWith(PREFIX)) throw invalidClient();
  const credentials = Buffer.from(`${id}/token:${secret}`).toString('base64');
  const principal = await identify(`Basic ${credentials}`, () => clientAddressOf(req));
  // A login may do less than its user: a token without its scopes would lift that.
  if (principal?.kind === 'user' && principal.login === null && principal.token?.derived === false)
    return { user: principal.user, parentId: principal.token.id };
  throw invalidClient();
};

const invalidClient = (): AppError =>
  refused('invalid_client', 'The client is not known, or its secret is another one.');

/** For a promise: the API token was revoked, and is believed for some seconds still. */
const unknownClient = (err: unknown): never => {
  throw err instanceof UnauthenticatedError ? invalidClient() : err;
};

const tokenErrors =
  (deps: Pick<Deps, 'log'>): ErrorRequestHandler =>
  (err: unknown, req, res, next) => {
    if (res.headersSent) return next(err);
    const error = prepareError(deps, { req, res }, err);
    const { status, code, message } = error;
    res.set('Cache-Control', 'no-store');
    if (status >= 500)
      return void res.status(status).json({
        error: status === 503 ? 'temporarily_unavailable' : 'server_error',
        error_description: message,
      });
    const known = code.startsWith('invalid_') || code === 'unsupported_grant_type' || error instanceof OwnRuleError;
    // What a parser says of a body is not passed on: it may quote it, secrets and all.
    res.status(400).json({
      error: known ? code : 'invalid_request',
      error_description: known ? message : 'The body cannot be read.',
    });
  };
