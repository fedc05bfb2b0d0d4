import { findTokenOwner } from '../../db/api-tokens.ts';
import { findUserByEmail, type User } from '../../db/users.ts';
import type { Deps } from '../../deps.ts';
import { isStorable } from '../../domain/storable-text.ts';
import { AppError, UnauthenticatedError } from '../../errors.ts';
import { verifyPassword } from '../../secrets/passwords.ts';
import { tokenDigest } from '../../secrets/tokens.ts';
import type { GuessGuard } from './guess-guard.ts';

export interface Login {
  email: string;
  /** A password, or an API token. */
  secret: string;
  /** The account that the address of the page names; undefined: none. */
  subdomain: string | undefined;
}

/** Carries how long to wait, in seconds. */
export class TooManyTriesError extends AppError {
  readonly retryAfter: number;

  constructor(retryAfter: number) {
    super('too_many_requests', 429, `Too many tries for this address. Wait ${retryAfter} seconds, then try again.`);
    this.retryAfter = retryAfter;
  }
}

/** Nobody's address is longer (RFC 5321 4.5.3.1); the guard keeps them in memory. */
const MAX_EMAIL = 320;

/**
 * Who signs in.
 *
 * @throws UnauthenticatedError, TooManyTriesError
 */
export const checkLogin = async (
  deps: Pick<Deps, 'db'> & { guesses: GuessGuard },
  { email, secret, subdomain }: Login,
): Promise<User> => {
  if (email.length > MAX_EMAIL || !isStorable(email)) throw new UnauthenticatedError(WRONG);
  const wait = deps.guesses.countTry(email);
  if (wait > 0) throw new TooManyTriesError(wait);
  const user = await findLogin(deps, email, secret);
  if (!user) throw new UnauthenticatedError(WRONG);
  deps.guesses.forget(email);
  if (subdomain !== undefined && subdomain !== user.subdomain)
    throw new UnauthenticatedError(`You are not a user of the account "${subdomain}".`);
  return user;
};

const WRONG = 'The e-mail address and the password do not belong together.';

/** Two round trips and a password hash, whoever asks: the time does not tell who exists. */
const findLogin = async ({ db }: Pick<Deps, 'db'>, email: string, secret: string): Promise<User | undefined> => {
  const [found, owner] = await Promise.all([findUserByEmail(db, email), findTokenOwner(db, tokenDigest(secret))]);
  const hasPassword = await verifyPassword(found?.passwordHash, secret);
  if (!found) return undefined;
  // An access token of a login is not good for another one: that could be allowed more.
  const hasToken = owner?.login === null && owner.user?.id === found.id;
  if (!hasPassword && !hasToken) return undefined;
  const { passwordHash: _, ...user } = found;
  return user;
};
