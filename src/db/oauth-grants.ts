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
}

export interface NewGrant {
  accountId: number;
  userId: number;
  clientId: string;
  scopes: readonly Scope[];
}

/** Of `oauth_grants g join users u`. */
export const grantColumns = `g.id, g.account_id as "accountId", g.user_id as "userId", u.email,
  g.client_id as "clientId", g.scopes, g.revoked_at as "revokedAt"`;

export const insertGrant = async (db: Queryable, grant: NewGrant): Promise<number> => {
  const { rows } = await db.query<{ id: number }>(
    'insert into oauth_grants (account_id, user_id, client_id, scopes) values ($1, $2, $3, $4) returning id',
    [grant.accountId, grant.userId, grant.clientId, grant.scopes],
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

/** Waits for an exchange that is under way, so that its tokens can be ended too. False: there is none, or it ended before. */
export const endGrant = async (db: Queryable, accountId: number, id: number): Promise<boolean> => {
  const { rowCount } = await db.query(
    'update oauth_grants set revoked_at = now() where account_id = $1 and id = $2 and revoked_at is null',
    [accountId, id],
  );
  return rowCount === 1;
};
