import type { RequestHandler, Response } from 'express';
import type { Role, User } from '../db/users.ts';
import type { Deps } from '../deps.ts';
import { ForbiddenError, UnauthenticatedError } from '../errors.ts';
import type { Principal } from '../use-cases/identify.ts';
import { subdomainOf } from './host.ts';

/** Mount first: nothing of an anonymous request is read. No round trip while the credentials are known (10 s). */
export const authenticate = ({ identify, config }: Pick<Deps, 'identify' | 'config'>): RequestHandler => {
  const domain = new URL(config.publicUrl).hostname;
  return async (req, res, next) => {
    const header = req.get('authorization');
    const principal = header === undefined ? undefined : await identify(header);
    if (!principal) throw new UnauthenticatedError();
    const subdomain = subdomainOf(req.get('host'), domain);
    if (principal.kind === 'user' && subdomain !== undefined && subdomain !== principal.user.subdomain)
      throw new UnauthenticatedError(`These credentials are not of the account "${subdomain}".`);
    res.locals['principal'] = principal;
    next();
  };
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

export const requireOperator: RequestHandler = (_req, res, next) => {
  if (principalOf(res).kind !== 'operator')
    throw new ForbiddenError("This needs an operator's token (appyard operator create).");
  next();
};
