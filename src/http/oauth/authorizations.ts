import express, { Router, type ErrorRequestHandler, type Request, type Response } from 'express';
import type { Deps } from '../../deps.ts';
import {
  readAuthorizationRequest,
  type AuthorizationRequest,
  type ReadAuthorizationRequest,
} from '../../domain/oauth/authorization-request.ts';
import type { OAuthClient } from '../../domain/oauth/client.ts';
import { AppError, ForbiddenError, TooManyTriesError, UnauthenticatedError } from '../../errors.ts';
import { authorizeClient } from '../../use-cases/oauth/authorize-client.ts';
import { checkLogin } from '../../use-cases/oauth/check-login.ts';
import { OAUTH_FORM } from '../body-limits.ts';
import { clientAddressOf } from '../client-address.ts';
import { prepareError } from '../errors.ts';
import { subdomainOf } from '../host.ts';
import { consentPage, problemPage, type Consent } from './consent-page.ts';
import { answerPrivately, sendPage } from './page.ts';

const FORM = 'application/x-www-form-urlencoded';

/**
 * Where a person lets a client in (RFC 6749 4.1, RFC 7636): a page with a form, and what the form is sent to.
 *
 * No cookie is set or read: whoever sends the form proves who they are in it, so a form that another site sends (CSRF)
 * can do nothing that the site could not do by itself.
 */
export const authorizationRoutes = (deps: Deps, clients: readonly OAuthClient[]): Router => {
  const router = Router();
  const { host: place, hostname } = new URL(deps.config.publicUrl);
  const consentOf = (req: Request, request: AuthorizationRequest): Consent => {
    const account = subdomainOf(req.get('host'), hostname);
    return { request, account, place: account === undefined ? place : `${account}.${place}` };
  };

  router.use(answerPrivately);

  router.get('/new', (req, res) => {
    const read = readAuthorizationRequest(clients, req.query);
    if (read.kind !== 'good') return refuse(res, read);
    sendPage(res, 200, consentPage(consentOf(req, read.request)));
  });

  router.post('/', express.urlencoded(OAUTH_FORM), async (req, res) => {
    if (req.is(FORM) === false) throw new AppError('unsupported_media_type', 415, `Send the form as ${FORM}.`);
    const form = (req.body ?? {}) as Record<string, unknown>;
    const read = readAuthorizationRequest(clients, form);
    if (read.kind !== 'good') return refuse(res, read);
    const { request } = read;
    if (form['decision'] === 'deny')
      return refuse(res, { ...request, kind: 'refused', error: 'access_denied', description: 'The user said no.' });

    const consent = { ...consentOf(req, request), email: textOf(form['email']) };
    const secret = textOf(form['password']);
    const again = (status: number, problem: string): void =>
      sendPage(res, status, consentPage({ ...consent, problem }));
    if (form['decision'] !== 'allow') return again(400, 'Choose Allow or Deny.');
    if (consent.email === '' || secret === '') return again(400, 'Type both your e-mail address and your password.');
    try {
      const { email, account: subdomain } = consent;
      const ip = clientAddressOf(req);
      const login = await checkLogin(deps, { email, secret, subdomain, ip });
      const code = await authorizeClient(deps, { request, login, ip });
      sendBack(res, request, { code });
    } catch (err) {
      if (err instanceof TooManyTriesError) res.set('Retry-After', String(err.retryAfter));
      else if (!(err instanceof UnauthenticatedError || err instanceof ForbiddenError)) throw err;
      // Without WWW-Authenticate: a browser would ask for a password in a window of its own.
      again(err.status, err.message);
    }
  });

  router.use(pageErrors(deps));
  return router;
};

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

const refuse = (res: Response, read: Exclude<ReadAuthorizationRequest, { kind: 'good' }>): void => {
  if (read.kind === 'unknown') return sendPage(res, 400, problemPage(read.description));
  sendBack(res, read, { error: read.error, error_description: read.description });
};

/** 303: the browser fetches the address, and does not send the form there. */
const sendBack = (
  res: Response,
  { redirectUri, state }: Pick<AuthorizationRequest, 'redirectUri' | 'state'>,
  answer: Record<string, string>,
): void => {
  const url = new URL(redirectUri);
  for (const [name, value] of Object.entries({ ...answer, ...(state !== undefined && { state }) }))
    url.searchParams.set(name, value);
  res.status(303).location(url.href).end();
};

const pageErrors =
  (deps: Pick<Deps, 'log'>): ErrorRequestHandler =>
  (err: unknown, req, res, next) => {
    if (res.headersSent) return next(err);
    const { status, message } = prepareError(deps, { req, res }, err);
    sendPage(res, status, problemPage(message));
  };
