import { createHash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { Pool } from 'pg';
import { findTokenOwner, type TokenLogin, type TokenOwner } from '../db/api-tokens.ts';
import { findUserByEmail, type User } from '../db/users.ts';
import { readCredentials, type Credentials } from '../domain/credentials.ts';
import { tokenDigest } from '../secrets/tokens.ts';
import { verifyPassword } from '../secrets/passwords.ts';
import { within } from '../within.ts';

/** Who sends a request: a user of an account, or an operator, who belongs to none. */
export type Principal =
  /** `login` is there for an access token: what it may do is less than what the user may. */
  { kind: 'user'; user: User; login: TokenLogin | null } | { kind: 'operator'; tokenId: number };

/**
 * Takes an `Authorization` header; undefined: nobody we know.
 *
 * A header that was good is believed for 10 s: polling costs no round trip and no password hash, and a token that is
 * revoked stops working within that time. The same header arriving many times at once is looked up once.
 */
export type Identify = (header: string) => Promise<Principal | undefined>;

const BELIEVED_MS = 10_000;
/** A database that hangs must not keep pollers waiting; an argon2 hash in a long line of them may take a second. */
const LIMIT_MS = 3_000;

export const createIdentify = (db: Pool, believedMs = BELIEVED_MS): Identify => {
  const known = new LRUCache<string, Principal, { credentials: Credentials }>({
    max: 10_000,
    ttl: believedMs,
    // Undefined (nobody) is not kept: a token works the moment it is made.
    fetchMethod: async (_key, _stale, { context }) => within(LIMIT_MS, 'The database', lookUp(db, context.credentials)),
  });
  return async (header) => {
    // Keyed by a digest: a memory dump shows no secrets.
    const key = createHash('sha256').update(header).digest('base64');
    const principal = known.get(key);
    if (principal) return principal;
    const credentials = readCredentials(header);
    return credentials && known.fetch(key, { context: { credentials } });
  };
};

const lookUp = async (db: Pool, credentials: Credentials): Promise<Principal | undefined> => {
  switch (credentials.kind) {
    case 'token': {
      const owner = await findTokenOwner(db, tokenDigest(credentials.token));
      return owner && principalOf(owner);
    }
    case 'user-token': {
      const owner = await findTokenOwner(db, tokenDigest(credentials.token));
      const named = owner?.user?.email.toLowerCase() === credentials.email.toLowerCase();
      return named && owner ? principalOf(owner) : undefined;
    }
    case 'password': {
      const found = await findUserByEmail(db, credentials.email);
      if (!(await verifyPassword(found?.passwordHash, credentials.password)) || !found) return undefined;
      const { passwordHash: _, ...user } = found;
      return { kind: 'user', user, login: null };
    }
  }
};

const principalOf = ({ tokenId, user, login }: TokenOwner): Principal =>
  user ? { kind: 'user', user, login } : { kind: 'operator', tokenId };
