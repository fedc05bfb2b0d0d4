import { z } from 'zod';
import { findAccountBySubdomain } from '../db/accounts.ts';
import { insertAuditEntry } from '../db/audit-entries.ts';
import { withTransaction } from '../db/pool.ts';
import { insertUser, type Role } from '../db/users.ts';
import type { Deps } from '../deps.ts';
import { machineActor } from '../domain/audit.ts';
import { InvalidRequestError, NotFoundError } from '../errors.ts';
import { hashPassword } from '../secrets/passwords.ts';
import { checkGroups } from './set-user-groups.ts';

export interface CreateUserInput {
  subdomain: string;
  email: string;
  role: Role;
  /** Null: signs in with tokens only. */
  password: string | null;
  /** None when it is left out. */
  groups?: string[];
}

const SHORTEST_PASSWORD = 8;

/** @throws InvalidRequestError for a password that is too short. */
export const checkPassword = (password: string): void => {
  if (password.length < SHORTEST_PASSWORD)
    throw new InvalidRequestError(`A password must have ${SHORTEST_PASSWORD} characters or more.`);
};

/**
 * Adds a user to an account.
 *
 * @returns the user's id.
 * @throws NotFoundError, InvalidRequestError, AppError `email_taken`
 */
export const createUser = async (
  { db }: Pick<Deps, 'db'>,
  { subdomain, email, role, password, groups = [] }: CreateUserInput,
): Promise<number> => {
  if (!z.email().safeParse(email).success) throw new InvalidRequestError(`"${email}" is not an e-mail address.`);
  if (password !== null) checkPassword(password);
  const account = await findAccountBySubdomain(db, subdomain);
  if (!account) throw new NotFoundError(`There is no account "${subdomain}"; make it with appyard account create.`);
  const passwordHash = password === null ? null : await hashPassword(password);
  const wanted = checkGroups(groups);
  return withTransaction(db, async (tx) => {
    const accountId = account.id;
    const id = await insertUser(tx, { accountId, email, role, passwordHash, groups: wanted });
    const subject = { type: 'user', id, name: email } as const;
    const after = { role, groups: wanted };
    await insertAuditEntry(tx, { accountId, actor: machineActor, action: 'create', subject, after });
    return id;
  });
};
