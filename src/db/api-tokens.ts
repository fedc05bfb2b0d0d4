import type { Scope } from '../domain/oauth/scopes.ts';
import { AppError } from '../errors.ts';
import { isUniqueViolation } from './errors.ts';
import type { Queryable } from './pool.ts';
import { userColumns, type User } from './users.ts';

export interface ApiToken {
  id: number;
  prefix: string;
  label: string;
  /** Null: an operator's. */
  email: string | null;
  createdAt: Date;
  expiresAt: Date | null;
  revokedAt: Date | null;
}

export interface NewApiToken {
  /** Null: an operator's, of no account. */
  userId: number | null;
  sha256: Buffer;
  prefix: string;
  label: string;
  expiresAt: Date | null;
  login?: TokenLogin | undefined;
  /** The API token that it was given for, and ends with. */
  parentId?: number | undefined;
}

/** The login or the client that an access token belongs to, and what it may do. */
export interface TokenLogin {
  /** Null: of a client, without a login. */
  grantId: number | null;
  clientId?: number | undefined;
  scopes: readonly Scope[];
}

/** Whose token it is; `user` is null for an operator's, `login` for every token that somebody made. */
export interface TokenOwner {
  tokenId: number;
  user: User | null;
  login: TokenLogin | null;
  /** It was given for another token, and ends with it. */
  derived: boolean;
  /** Null: never. */
  expiresAt: Date | null;
}

/** @throws AppError `token_taken` when the very same token exists; possible only for one that somebody chose. */
export const insertToken = async (db: Queryable, token: NewApiToken): Promise<number> => {
  try {
    const { rows } = await db.query<{ id: number }>(
      `insert into api_tokens (user_id, sha256, prefix, label, expires_at, grant_id, scopes, parent_id, client_id)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9) returning id`,
      [
        token.userId,
        token.sha256,
        token.prefix,
        token.label,
        token.expiresAt,
        token.login?.grantId ?? null,
        token.login?.scopes ?? null,
        token.parentId ?? null,
        token.login?.clientId ?? null,
      ],
    );
    return rows[0]!.id;
  } catch (err) {
    if (isUniqueViolation(err, 'api_tokens_sha256_key'))
      throw new AppError('token_taken', 409, 'This token exists already; choose another one.');
    throw err;
  }
};

/** A token of a user who is not disabled that is neither revoked nor expired; nor is the one that it was given for. */
export const findTokenOwner = async (db: Queryable, sha256: Buffer): Promise<TokenOwner | undefined> => {
  const { rows } = await db.query<
    User &
      Pick<TokenOwner, 'tokenId' | 'derived' | 'expiresAt'> & {
        userId: number | null;
        grantId: number | null;
        clientId: number | null;
        scopes: Scope[] | null;
      }
  >(
    `select t.id as "tokenId", t.user_id as "userId", t.grant_id as "grantId", t.client_id as "clientId", t.scopes, t.expires_at as "expiresAt",
       t.parent_id is not null as derived, ${userColumns}
     from api_tokens t left join users u on u.id = t.user_id left join accounts a on a.id = u.account_id
     where t.sha256 = $1 and u.disabled_at is null and t.revoked_at is null and (t.expires_at is null or t.expires_at > now())
       and not exists (select from api_tokens p
         where p.id = t.parent_id and (p.revoked_at is not null or p.expires_at <= now()))`,
    [sha256],
  );
  if (!rows[0]) return undefined;
  const { tokenId, userId, grantId, clientId, scopes, derived, expiresAt, ...user } = rows[0];
  return {
    tokenId,
    user: userId === null ? null : user,
    login:
      grantId === null && clientId === null ? null : { grantId, clientId: clientId ?? undefined, scopes: scopes ?? [] },
    derived,
    expiresAt,
  };
};

/** The newest first. */
export const listTokens = async (db: Queryable, limit: number): Promise<ApiToken[]> => {
  const { rows } = await db.query<ApiToken>(
    `select t.id, t.prefix, t.label, u.email, t.created_at as "createdAt", t.expires_at as "expiresAt",
       t.revoked_at as "revokedAt"
     from api_tokens t left join users u on u.id = t.user_id order by t.id desc limit $1`,
    [limit],
  );
  return rows;
};

/** A token that is revoked now. */
export interface RevokedToken {
  prefix: string;
  label: string;
  /** Whose it is, by address and account; null: an operator's, of no account. */
  email: string | null;
  accountId: number | null;
  /** It was good until this transaction. */
  justNow: boolean;
}

/** @returns undefined when there is no such token; revoking one twice is fine. */
export const revokeToken = async (db: Queryable, id: number): Promise<RevokedToken | undefined> => {
  const { rows } = await db.query<RevokedToken>(
    `with revoked as (update api_tokens set revoked_at = coalesce(revoked_at, now()) where id = $1
       returning prefix, label, user_id, revoked_at = now() as just_now)
     select r.prefix, r.label, u.email, u.account_id as "accountId", r.just_now as "justNow"
     from revoked r left join users u on u.id = r.user_id`,
    [id],
  );
  return rows[0];
};

/**
 * Waits for a revocation, and makes one wait until the transaction ends: what is made with the token meanwhile is seen
 * by it then. Undefined: the token is revoked or has expired.
 */
export const holdLiveToken = async (tx: Queryable, id: number): Promise<{ expiresAt: Date | null } | undefined> => {
  const { rows } = await tx.query<{ expiresAt: Date | null }>(
    `select expires_at as "expiresAt" from api_tokens
     where id = $1 and revoked_at is null and (expires_at is null or expires_at > now()) for share`,
    [id],
  );
  return rows[0];
};

/** Revokes the tokens that were given for this one. Call it once that is revoked. @returns their ids. */
export const revokeDerivedTokens = async (tx: Queryable, parentId: number): Promise<number[]> => {
  const { rows } = await tx.query<{ id: number }>(
    'update api_tokens set revoked_at = now() where parent_id = $1 and revoked_at is null returning id',
    [parentId],
  );
  return rows.map(({ id }) => id);
};

/** Call it once the login has ended, in the same transaction: a token that was given out just before is seen then. */
export const revokeTokensOfGrant = async (tx: Queryable, grantId: number): Promise<void> => {
  await tx.query('update api_tokens set revoked_at = now() where grant_id = $1 and revoked_at is null', [grantId]);
};

/** A login gets a token an hour; the list is to show those that matter. */
export const deleteExpiredTokensOfGrant = async (tx: Queryable, grantId: number): Promise<void> => {
  await tx.query('delete from api_tokens where grant_id = $1 and expires_at < now()', [grantId]);
};

/** @returns how many access tokens of logins expired that many days ago, `limit` at the most. */
export const deleteOldTokensOfGrants = async (db: Queryable, days: number, limit: number): Promise<number> => {
  const { rowCount } = await db.query(
    `delete from api_tokens where id in (select id from api_tokens
       where grant_id is not null and expires_at < now() - make_interval(days => $1) limit $2)`,
    [days, limit],
  );
  return rowCount ?? 0;
};

/** A client gets a token an hour under one label; the list is to show those that matter. */
export const deleteExpiredTokens = async (db: Queryable, userId: number, label: string): Promise<void> => {
  await db.query('delete from api_tokens where user_id = $1 and label = $2 and expires_at < now()', [userId, label]);
};
