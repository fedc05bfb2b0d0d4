import { AppError } from '../errors.ts';
import { isUniqueViolation } from './errors.ts';
import type { Queryable } from './pool.ts';

export type Role = 'admin' | 'agent';

/** A user together with the account it belongs to: a credential names both. */
export interface User {
  id: number;
  accountId: number;
  subdomain: string;
  email: string;
  role: Role;
  /** Ids or names, as the operator of the machine gave them. */
  groups: string[];
  /** Of the account. */
  suspended: boolean;
}

export interface NewUser {
  accountId: number;
  email: string;
  role: Role;
  passwordHash: string | null;
  /** None when it is left out. */
  groups?: string[];
}

export const userColumns = `u.id, u.account_id as "accountId", a.subdomain, u.email, u.role, u.groups,
  a.suspended_at is not null as suspended`;

/** @throws AppError `email_taken`: an address belongs to one user of the whole system. */
export const insertUser = async (db: Queryable, user: NewUser): Promise<number> => {
  try {
    const { rows } = await db.query<{ id: number }>(
      `insert into users (account_id, email, role, password_hash, groups) values ($1, $2, $3, $4, $5) returning id`,
      [user.accountId, user.email, user.role, user.passwordHash, user.groups ?? []],
    );
    return rows[0]!.id;
  } catch (err) {
    if (isUniqueViolation(err, 'users_email_key'))
      throw new AppError(
        'email_taken',
        409,
        `There is a user "${user.email}" already; an address belongs to one user.`,
      );
    throw err;
  }
};

/** With what only the command line and a sign-in need to know. */
export interface UserWithCredentials extends User {
  passwordHash: string | null;
  disabled: boolean;
}

export const findUserByEmail = async (db: Queryable, email: string): Promise<UserWithCredentials | undefined> => {
  const { rows } = await db.query<UserWithCredentials>(
    `select ${userColumns}, u.password_hash as "passwordHash", u.disabled_at is not null as disabled
     from users u join accounts a on a.id = u.account_id where lower(u.email) = lower($1)`,
    [email],
  );
  return rows[0];
};

export const findUserById = async (db: Queryable, accountId: number, id: number): Promise<User | undefined> => {
  const { rows } = await db.query<User>(
    `select ${userColumns} from users u join accounts a on a.id = u.account_id where u.account_id = $1 and u.id = $2`,
    [accountId, id],
  );
  return rows[0];
};

/** The account's owner: its first admin. */
export const findOwnerEmail = async (db: Queryable, accountId: number): Promise<string | null> => {
  const { rows } = await db.query<{ email: string }>(
    `select email from users where account_id = $1 and role = 'admin' order by id limit 1`,
    [accountId],
  );
  return rows[0]?.email ?? null;
};

export const setUserGroups = async (
  db: Queryable,
  { accountId, id, groups }: { accountId: number; id: number; groups: string[] },
): Promise<void> => {
  await db.query('update users set groups = $3 where account_id = $1 and id = $2', [accountId, id, groups]);
};

/** What the command line shows of a user. */
export interface ListedUser extends Pick<User, 'id' | 'email' | 'role' | 'groups'> {
  account: string;
  state: 'enabled' | 'disabled';
  hasPassword: boolean;
  createdAt: Date;
}

/** @param subdomain undefined: users of all accounts. For the operator of the machine. */
export const listUsers = async (
  db: Queryable,
  { subdomain, limit }: { subdomain: string | undefined; limit: number },
): Promise<ListedUser[]> => {
  const { rows } = await db.query<ListedUser>(
    `select u.id, u.email, a.subdomain as account, u.role, u.groups, u.created_at as "createdAt",
       case when u.disabled_at is null then 'enabled' else 'disabled' end as state,
       u.password_hash is not null as "hasPassword"
     from users u join accounts a on a.id = u.account_id where $1::text is null or a.subdomain = $1
     order by a.subdomain, lower(u.email) limit $2`,
    [subdomain ?? null, limit],
  );
  return rows;
};

interface UserRef {
  accountId: number;
  id: number;
}

/** What of a user's row the command line changes; what is left out stays. */
export interface UserChange {
  role?: Role;
  disabled?: boolean;
  passwordHash?: string | null;
}

/** Changes a user, and holds the row: {@link holdLiveUser} of others waits for the end of the transaction. */
export const changeUser = async (
  tx: Queryable,
  { accountId, id }: UserRef,
  { role, disabled, passwordHash }: UserChange,
): Promise<void> => {
  await tx.query(
    `update users set role = coalesce($3, role),
       disabled_at = case $4::boolean when true then coalesce(disabled_at, now()) when false then null else disabled_at end,
       password_hash = case when $5 then $6 else password_hash end
     where account_id = $1 and id = $2`,
    [accountId, id, role ?? null, disabled ?? null, passwordHash !== undefined, passwordHash ?? null],
  );
};

/**
 * Holds a user against being disabled, removed or given another password until the transaction ends: credentials that are
 * made meanwhile are seen by that then.
 *
 * @param passwordHash that was checked; undefined: no password was.
 * @returns false when the user may not sign in any more, or not with that password.
 */
export const holdLiveUser = async (
  tx: Queryable,
  { accountId, id }: UserRef,
  passwordHash?: string | null,
): Promise<boolean> => {
  const { rowCount } = await tx.query(
    `select from users u join accounts a on a.id = u.account_id
     where u.account_id = $1 and u.id = $2 and u.disabled_at is null and a.suspended_at is null
       and ($3::text is null or u.password_hash = $3) for share of u`,
    [accountId, id, passwordHash ?? null],
  );
  return rowCount === 1;
};

export const countOtherAdmins = async (tx: Queryable, { accountId, id }: UserRef): Promise<number> => {
  const { rows } = await tx.query<{ count: number }>(
    `select count(*) from users where account_id = $1 and id <> $2 and role = 'admin' and disabled_at is null`,
    [accountId, id],
  );
  return rows[0]!.count;
};

export const deleteUser = async (tx: Queryable, { accountId, id }: UserRef): Promise<void> => {
  await tx.query('delete from users where account_id = $1 and id = $2', [accountId, id]);
};
