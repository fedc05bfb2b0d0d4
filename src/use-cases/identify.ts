import { hash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { Pool } from 'pg';
import { findTokenOwner, type TokenLogin, type TokenOwner } from '../db/api-tokens.ts';
import { findUserByEmail, type User, type UserWithCredentials } from '../db/users.ts';
import { readCredentials, type Credentials } from '../domain/credentials.ts';
import { ForbiddenError } from '../errors.ts';
import { tokenDigest } from '../secrets/tokens.ts';
import { verifyPassword } from '../secrets/passwords.ts';
import { within } from '../within.ts';
import { guardGuess, MAX_EMAIL, type GuessGuard } from './guess-guard.ts';

/** Who sends a request: a user of an account, or an operator, who belongs to none. */
export type Principal =
  /**
   * `login` is there for an access token: what it may do is less than what the user may. `token` is null for a password;
   * `derived`: it was given for another token. `onlyApp`: nothing but this app and its installation may be read.
   */
  | {
      kind: 'user';
      user: User;
      login: TokenLogin | null;
      token: { id: number; derived: boolean } | null;
      /** What the app's API calls it. */
      onlyApp?: string;
    }
  | { kind: 'operator'; tokenId: number };

/**
 * Takes an `Authorization` header, and what tells the address of whoever sends it; undefined: nobody we know.
 *
 * A header that was good is believed for 10 s, and not beyond the time of its token: polling costs no round trip and no password hash, and a token that is
 * revoked stops working within that time. The same header arriving many times at once is looked up once.
 *
 * @throws TooManyTriesError for passwords: those of somebody who guesses, and those that come when too many are being
 *   checked; ForbiddenError when the account is suspended; UnavailableError.
 */
export type Identify = (header: string, addressOf?: () => string | null) => Promise<Principal | undefined>;

interface IdentifyDeps {
  db: Pool;
  guesses: GuessGuard;
}

interface Sent {
  credentials: Credentials;
  addressOf: (() => string | null) | undefined;
}

const BELIEVED_MS = 10_000;
/** A database that hangs must not keep pollers waiting. */
const LIMIT_MS = 3_000;

export const createIdentify = (deps: IdentifyDeps, believedMs = BELIEVED_MS): Identify => {
  const known = new LRUCache<string, Principal, Sent>({
    max: 10_000,
    ttl: believedMs,
    // Undefined (nobody) is not kept: a token works the moment it is made.
    fetchMethod: async (_key, _stale, { context, options }) => {
      const { principal, expiresAt } = (await lookUp(deps, context)) ?? {};
      // A token is not believed after its time.
      if (expiresAt) options.ttl = Math.max(1, Math.min(believedMs, expiresAt.getTime() - Date.now()));
      return principal;
    },
  });
  return async (header, addressOf) => {
    // Keyed by a digest: a memory dump shows no secrets.
    const key = hash('sha256', header, 'base64');
    const principal = known.get(key);
    if (principal) return principal;
    const credentials = readCredentials(header);
    return credentials && known.fetch(key, { context: { credentials, addressOf } });
  };
};

interface Found {
  principal: Principal;
  /** When the credentials expire; null: never. */
  expiresAt: Date | null;
}

const lookUp = async (deps: IdentifyDeps, { credentials, addressOf }: Sent): Promise<Found | undefined> => {
  switch (credentials.kind) {
    case 'token': {
      const owner = await ownerOf(deps, credentials.token);
      return owner && foundOf(owner);
    }
    case 'user-token': {
      const owner = await ownerOf(deps, credentials.token);
      const named = owner?.user?.email.toLowerCase() === credentials.email.toLowerCase();
      return named && owner ? foundOf(owner) : undefined;
    }
    case 'password':
      return userOfPassword(deps, credentials, addressOf?.());
  }
};

const soon = <T>(query: Promise<T>): Promise<T> => within(LIMIT_MS, 'The database', query);

const ownerOf = ({ db }: IdentifyDeps, token: string): Promise<TokenOwner | undefined> =>
  soon(findTokenOwner(db, tokenDigest(token)));

/** Only for credentials that are right. @throws ForbiddenError */
export const refuseSuspended = ({ suspended, subdomain }: User): void => {
  if (suspended)
    throw new ForbiddenError(`The account "${subdomain}" is suspended. Contact the operator of this service.`);
};

const foundOf = ({ tokenId, user, login, derived, expiresAt }: TokenOwner): Found => {
  if (user) refuseSuspended(user);
  const principal: Principal = user
    ? { kind: 'user', user, login, token: { id: tokenId, derived } }
    : { kind: 'operator', tokenId };
  return { principal, expiresAt };
};

/** A disabled user has no password that is right. */
export const passwordHashOf = (found: UserWithCredentials | undefined): string | null | undefined =>
  found?.disabled ? null : found?.passwordHash;

export const withoutCredentials = (found: UserWithCredentials): User => {
  const { passwordHash: _, disabled: __, ...user } = found;
  return user;
};

/** Only the query has a time limit: what is hashed cannot be called back, and its line is short. */
const userOfPassword = async (
  { db, guesses }: IdentifyDeps,
  { email, password }: Extract<Credentials, { kind: 'password' }>,
  ip: string | null | undefined,
): Promise<Found | undefined> => {
  if (email.length > MAX_EMAIL) return undefined;
  const found = await soon(findUserByEmail(db, email));
  const right = await guardGuess(guesses, { email, user: found, ip }, (sender) =>
    verifyPassword(passwordHashOf(found), password, sender),
  );
  if (!right || !found) return undefined;
  refuseSuspended(found);
  const user = withoutCredentials(found);
  return { principal: { kind: 'user', user, login: null, token: null }, expiresAt: null };
};
