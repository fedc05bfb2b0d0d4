import type { Request, RequestHandler, Response } from 'express';
import type { Role, User } from '../db/users.ts';
import type { Deps } from '../deps.ts';
import type { Actor } from '../domain/audit.ts';
import { scopeOfMethod } from '../domain/oauth/scopes.ts';
import { ForbiddenError, MalformedRequestError, UnauthenticatedError } from '../errors.ts';
import type { Principal } from '../use-cases/identify.ts';
import { clientAddressOf } from './client-address.ts';
import { refuseCrossSiteWrite } from './cross-site.ts';
import { hostnameOf, subdomainOf } from './host.ts';
import { spendRequest } from './rate-limit.ts';

export interface AuthenticateOptions {
  /** For a route that every login may use, whatever it was allowed. */
  anyScope?: boolean;
  /** Where a door's clients put their credentials, in the form of an `Authorization` header. */
  headerOf?: (req: Request) => string | undefined;
  /** For a route that is asked again and again how far a job is: it has a limit of its own. */
  polls?: boolean;
}

const authorizationOf = (req: Request): string | undefined => req.get('authorization');

/** For doors whose keys are sent in one way only. Some clients write the scheme in small letters. */
export const bearerOf = (req: Request): string | undefined => {
  const header = req.get('authorization');
  return header !== undefined && /^bearer[ \t]/i.test(header) ? header : undefined;
};

/**
 * Mount first: nothing of an anonymous request is read. No round trip while the credentials are known (10 s), and one
 * where the account's requests are limited; operators' are not.
 */
export const authenticate = (
  { identify, config, rateLimits }: Pick<Deps, 'identify' | 'config' | 'rateLimits'>,
  { anyScope = false, headerOf = authorizationOf, polls = false }: AuthenticateOptions = {},
): RequestHandler => {
  const domain = new URL(config.publicUrl).hostname;
  const count = polls ? rateLimits.polls : rateLimits.requests;
  return async (req, res, next) => {
    const host = req.get('host');
    if (host !== undefined && host !== '' && hostnameOf(host) === undefined)
      throw new MalformedRequestError('The Host header is not a hostname.');
    const header = headerOf(req);
    if (header !== undefined) refuseCrossSiteWrite(req, config.publicUrl);
    const principal = header === undefined ? undefined : await identify(header, () => clientAddressOf(req));
    if (!principal) throw new UnauthenticatedError();
    const subdomain = subdomainOf(host, domain);
    if (principal.kind === 'user' && subdomain !== undefined && subdomain !== principal.user.subdomain)
      throw new UnauthenticatedError(`These credentials are not of the account "${subdomain}".`);
    if (count && principal.kind === 'user') await spendRequest(count, principal.user.accountId, res);
    if (!anyScope) refuseBeyondScope(principal, req.method);
    res.locals['principal'] = principal;
    next();
  };
};

const refuseBeyondScope = (principal: Principal, method: string): void => {
  if (principal.kind !== 'user' || !principal.login) return;
  const scope = scopeOfMethod(method);
  if (!principal.login.scopes.includes(scope))
    throw new ForbiddenError(
      `This needs a login with the scope "${scope}"; yours has "${principal.login.scopes.join(' ')}".`,
    );
};

const principalOf = (res: Response): Principal => res.locals['principal'] as Principal;

/** Lets users of these roles pass. */
export const allow =
  (...roles: Role[]): RequestHandler =>
  (_req, res, next) => {
    const { role } = userOf(res);
    if (!roles.includes(role))
      throw new ForbiddenError(`This is allowed for ${roles.join(' and ')}s only; you are ${role}.`);
    next();
  };

/**
 * The user who sends the request.
 *
 * @throws ForbiddenError for an operator, who belongs to no account.
 */
export const userOf = (res: Response): User => {
  const principal = principalOf(res);
  if (principal.kind === 'user') return principal.user;
  throw new ForbiddenError("An operator's token belongs to no account; use a token of one of its users here.");
};

/** Whose account the request was made for, once it was found out; an operator and nobody have none. */
export const accountIdOf = (res: Response): number | undefined => {
  const principal = res.locals['principal'] as Principal | undefined;
  return principal?.kind === 'user' ? principal.user.accountId : undefined;
};

/** The app whose token the request has, and of which alone it may read; undefined: it may read of all. */
export const onlyAppOf = (res: Response): string | undefined => {
  const principal = principalOf(res);
  return principal.kind === 'user' ? principal.onlyApp : undefined;
};

/** The login that the request's access token belongs to; undefined: other credentials. */
export const grantIdOf = (res: Response): number | undefined => {
  const principal = principalOf(res);
  return principal.kind === 'user' ? (principal.login?.grantId ?? undefined) : undefined;
};

/**
 * Refuses credentials that were given for other ones: what is made here would outlive those.
 *
 * @throws ForbiddenError
 */
export const requireOwnCredentials: RequestHandler = (_req, res, next) => {
  const principal = principalOf(res);
  if (principal.kind === 'user' && (principal.login || principal.token?.derived))
    throw new ForbiddenError(
      'This needs an API token or a password, not the token of a login, of a client or of an hour.',
    );
  next();
};

/** Who acts, for the audit log. */
export const actorOf = (req: Request, res: Response): Actor => {
  const principal = principalOf(res);
  const ip = clientAddressOf(req);
  return principal.kind === 'user'
    ? { userId: principal.user.id, name: principal.user.email, ip }
    : { userId: null, name: `operator (token ${principal.tokenId})`, ip };
};

/** Whether an operator sends the request, who belongs to no account. */
export const isOperator = (res: Response): boolean => principalOf(res).kind === 'operator';

export const requireOperator: RequestHandler = (_req, res, next) => {
  if (principalOf(res).kind !== 'operator')
    throw new ForbiddenError("This needs an operator's token (appyard operator create).");
  next();
};
