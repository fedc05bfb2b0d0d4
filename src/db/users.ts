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
}

export interface NewUser {
  accountId: number;
  email: string;
  role: Role;
  passwordHash: string | null;
  /** None when it is left out. */
  groups?: string[];
}

export const userColumns = `u.id, u.account_id as "accountId", a.subdomain, u.email, u.role, u.groups`;

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

export const findUserByEmail = async (
  db: Queryable,
  email: string,
): Promise<(User & { passwordHash: string | null }) | undefined> => {
  const { rows } = await db.query<User & { passwordHash: string | null }>(
    `select ${userColumns}, u.password_hash as "passwordHash"
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
