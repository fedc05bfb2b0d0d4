import type { Queryable } from './pool.ts';

/** Whose access: that of a user, or of all users of an account. */
export interface AccessOf {
  accountId: number;
  /** Undefined: all users of the account. */
  userId?: number | undefined;
}

/** How much ended. */
export interface EndedAccess {
  logins: number;
  tokens: number;
}

/**
 * Ends logins, with the access tokens and refresh tokens that they were given. Hold the users first: what is made at the same
 * moment is seen then. Two statements, however many there are; a refresh takes its login and its tokens in the same order.
 *
 * @param onlyWithPassword leaves the logins that were made with an API token.
 */
export const endLogins = async (
  tx: Queryable,
  { accountId, userId }: AccessOf,
  { onlyWithPassword = false } = {},
): Promise<number> => {
  const { rows } = await tx.query<{ id: number }>(
    `update oauth_grants set revoked_at = now()
     where account_id = $1 and ($2::bigint is null or user_id = $2) and revoked_at is null
       and ($3 or token_id is null) returning id`,
    [accountId, userId ?? null, !onlyWithPassword],
  );
  const ids = rows.map(({ id }) => id);
  if (ids.length > 0)
    await tx.query('update api_tokens set revoked_at = now() where grant_id = any($1) and revoked_at is null', [ids]);
  return ids.length;
};

/**
 * Revokes tokens of users that are not of a login.
 *
 * @param which `derived`: only tokens that were given for another token.
 */
export const revokeTokensOf = async (
  tx: Queryable,
  { accountId, userId }: AccessOf,
  which: 'all' | 'derived' = 'all',
): Promise<number> => {
  const { rowCount } = await tx.query(
    `update api_tokens set revoked_at = now() where revoked_at is null and grant_id is null
       and user_id in (select id from users where account_id = $1 and ($2::bigint is null or id = $2))
       and ($3 or parent_id is not null)`,
    [accountId, userId ?? null, which === 'all'],
  );
  return rowCount ?? 0;
};

/** Deletes some of a user's logins and tokens, with what belongs to them. @returns how many, `limit` at the most of each. */
export const deleteSomeAccess = async (
  db: Queryable,
  { accountId, userId }: AccessOf,
  limit: number,
): Promise<number> => {
  const ofUsers = `(select id from users where account_id = $1 and ($2::bigint is null or id = $2))`;
  const values = [accountId, userId ?? null, limit];
  const grants = `select id from oauth_grants where account_id = $1 and ($2::bigint is null or user_id = $2)`;
  let deleted = 0;
  for (const statement of [
    `delete from oauth_refresh_tokens where sha256 in (
       select sha256 from oauth_refresh_tokens where grant_id in (${grants}) limit $3)`,
    `delete from api_tokens where id in (select id from api_tokens where user_id in ${ofUsers} limit $3)`,
    `delete from oauth_grants where id in (${grants} limit $3)`,
  ])
    deleted += (await db.query(statement, values)).rowCount ?? 0;
  return deleted;
};
