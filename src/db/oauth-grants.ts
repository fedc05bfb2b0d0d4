import type { Scope } from '../domain/oauth/scopes.ts';
import type { Queryable } from './pool.ts';

/** One login: what a user allowed a client to do. */
export interface Grant {
  id: number;
  accountId: number;
  userId: number;
  /** The user's. */
  email: string;
  clientId: string;
  scopes: Scope[];
  revokedAt: Date | null;
  /** When the API token expires with which it was made; null: never, or it was made with a password. */
  endsAt: Date | null;
  /** Is that API token neither revoked nor expired? True where there is none. */
  tokenLives: boolean;
}

export interface NewGrant {
  accountId: number;
  userId: number;
  clientId: string;
  scopes: readonly Scope[];
  /** The API token with which the user signed in; null: with the password. */
  tokenId: number | null;
}

/** Of `oauth_grants g join users u`. */
export const grantColumns = `g.id, g.account_id as "accountId", g.user_id as "userId", u.email,
  g.client_id as "clientId", g.scopes, g.revoked_at as "revokedAt",
  (select k.expires_at from api_tokens k where k.id = g.token_id) as "endsAt",
  not exists (select from api_tokens k
    where k.id = g.token_id and (k.revoked_at is not null or k.expires_at <= now())) as "tokenLives"`;

export const insertGrant = async (db: Queryable, grant: NewGrant): Promise<number> => {
  const { rows } = await db.query<{ id: number }>(
    `insert into oauth_grants (account_id, user_id, client_id, scopes, token_id)
     values ($1, $2, $3, $4, $5) returning id`,
    [grant.accountId, grant.userId, grant.clientId, grant.scopes, grant.tokenId],
  );
  return rows[0]!.id;
};

export const findGrant = async (db: Queryable, accountId: number, id: number): Promise<Grant | undefined> => {
  const { rows } = await db.query<Grant>(
    `select ${grantColumns} from oauth_grants g join users u on u.id = g.user_id where g.account_id = $1 and g.id = $2`,
    [accountId, id],
  );
  return rows[0];
};

/** The login that an access or a refresh token belongs to. Who holds the token needs no other proof. */
export const findGrantOfToken = async (db: Queryable, sha256: Buffer): Promise<Grant | undefined> => {
  const { rows } = await db.query<Grant>(
    `select ${grantColumns} from oauth_grants g join users u on u.id = g.user_id
     where g.id in (select grant_id from api_tokens where sha256 = $1
       union all select grant_id from oauth_refresh_tokens where sha256 = $1)`,
    [sha256],
  );
  return rows[0];
};

/** For the machine's own operator, who sees the tokens of all accounts; undefined: no token of a login. */
export const findGrantOfTokenId = async (db: Queryable, tokenId: number): Promise<Grant | undefined> => {
  const { rows } = await db.query<Grant>(
    `select ${grantColumns} from oauth_grants g join users u on u.id = g.user_id
     where g.id = (select grant_id from api_tokens where id = $1)`,
    [tokenId],
  );
  return rows[0];
};

/** The logins that were made with these API tokens, and have not ended. For the machine's own operator. */
export const listGrantsMadeWith = async (db: Queryable, tokenIds: readonly number[]): Promise<Grant[]> => {
  const { rows } = await db.query<Grant>(
    `select ${grantColumns} from oauth_grants g join users u on u.id = g.user_id
     where g.token_id = any($1) and g.revoked_at is null order by g.id`,
    [tokenIds],
  );
  return rows;
};

/** Waits for an exchange that is under way, so that its tokens can be ended too. False: there is none, or it ended before. */
export const endGrant = async (db: Queryable, accountId: number, id: number): Promise<boolean> => {
  const { rowCount } = await db.query(
    'update oauth_grants set revoked_at = now() where account_id = $1 and id = $2 and revoked_at is null',
    [accountId, id],
  );
  return rowCount === 1;
};

/**
 * Logins that ended, or for which nothing has been good any more, that many days ago, with all they were given.
 *
 * @returns how many there were, `limit` at the most.
 */
export const deleteEndedGrants = async (db: Queryable, days: number, limit: number): Promise<number> => {
  const { rowCount } = await db.query(
    `with line as (select now() - make_interval(days => $1) as past)
     delete from oauth_grants where id in (
       select g.id from oauth_grants g, line where g.revoked_at < past or (g.created_at < past
         and not exists (select from oauth_codes c where c.grant_id = g.id and c.expires_at >= past)
         and not exists (select from oauth_refresh_tokens r where r.grant_id = g.id and r.expires_at >= past)
         and not exists (select from api_tokens t where t.grant_id = g.id and t.expires_at >= past))
       limit $2)`,
    [days, limit],
  );
  return rowCount ?? 0;
};
