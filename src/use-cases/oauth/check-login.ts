import { findTokenOwner } from '../../db/api-tokens.ts';
import { findUserByEmail, type User } from '../../db/users.ts';
import type { Deps } from '../../deps.ts';
import { isStorable } from '../../domain/storable-text.ts';
import { UnauthenticatedError } from '../../errors.ts';
import { verifyPassword } from '../../secrets/passwords.ts';
import { tokenDigest } from '../../secrets/tokens.ts';
import { guardGuess, MAX_EMAIL } from '../guess-guard.ts';
import { passwordHashOf, refuseSuspended, withoutCredentials } from '../identify.ts';

export interface Login {
  email: string;
  /** A password, or an API token. */
  secret: string;
  /** The account that the address of the page names; undefined: none. */
  subdomain: string | undefined;
  ip: string | null;
}

export interface CheckedLogin {
  user: User;
  /** The API token that was typed; null: the password was. */
  tokenId: number | null;
  /** Of the password that was typed; null: the API token was. */
  passwordHash: string | null;
}

/**
 * Finds out who signs in. Two round trips, and a password hash unless the secret is a valid token: the time does not tell
 * who exists.
 *
 * @throws UnauthenticatedError, TooManyTriesError; ForbiddenError when the account is suspended
 */
export const checkLogin = async (
  { db, guesses }: Pick<Deps, 'db' | 'guesses'>,
  { email, secret, subdomain, ip }: Login,
): Promise<CheckedLogin> => {
  if (email.length > MAX_EMAIL || !isStorable(email)) throw new UnauthenticatedError(WRONG);
  const [found, owner] = await Promise.all([findUserByEmail(db, email), findTokenOwner(db, tokenDigest(secret))]);
  // An access token of a login is not good for another one: that could be allowed more.
  const tokenId = found && owner?.login === null && owner.user?.id === found.id ? owner.tokenId : null;
  // A valid token is no guess: it neither waits for passwords of strangers nor is refused because of them.
  const right =
    tokenId !== null ||
    (await guardGuess(guesses, { email, user: found, ip }, (sender) =>
      verifyPassword(passwordHashOf(found), secret, sender),
    ));
  if (!right || !found) throw new UnauthenticatedError(WRONG);
  if (subdomain !== undefined && subdomain !== found.subdomain)
    throw new UnauthenticatedError(`You are not a user of the account "${subdomain}".`);
  refuseSuspended(found);
  const passwordHash = tokenId === null ? found.passwordHash : null;
  return { user: withoutCredentials(found), tokenId, passwordHash };
};

const WRONG = 'The e-mail address and the password do not belong together.';
