import { endLogins, revokeTokensOf, type EndedAccess } from '../../db/access.ts';
import { insertAuditEntry } from '../../db/audit-entries.ts';
import { withTransaction, type Queryable } from '../../db/pool.ts';
import { changeUser, countOtherAdmins, findUserByEmail, type Role, type UserWithCredentials } from '../../db/users.ts';
import type { Deps } from '../../deps.ts';
import { machineActor, type AuditState } from '../../domain/audit.ts';
import { NotFoundError } from '../../errors.ts';
import { hashPassword } from '../../secrets/passwords.ts';
import { checkPassword } from '../create-user.ts';
import { killOpenJobs } from '../kill-job.ts';

/** What a change of a user did besides. */
export interface ChangedUser extends EndedAccess {
  user: UserWithCredentials;
  /** Jobs of the user that were settled. */
  jobs: number;
  /** The account has no other admin who is not disabled. */
  lastAdmin: boolean;
}

const nothing: EndedAccess = { logins: 0, tokens: 0 };

interface Change {
  /** In the transaction, after the row is found. */
  apply: (tx: Queryable, user: UserWithCredentials) => Promise<EndedAccess>;
  before: (user: UserWithCredentials) => AuditState;
  after: AuditState;
}

const change = async (
  db: Deps['db'],
  email: string,
  { apply, before, after }: Change,
): Promise<Omit<ChangedUser, 'jobs'>> =>
  withTransaction(db, async (tx) => {
    const user = await findUserByEmail(tx, email);
    if (!user) throw new NotFoundError(`There is no user "${email}".`);
    const ended = await apply(tx, user);
    const told = {
      ...after,
      ...(ended.logins > 0 && { logins: ended.logins }),
      ...(ended.tokens > 0 && { tokens: ended.tokens }),
    };
    await insertAuditEntry(tx, {
      accountId: user.accountId,
      actor: machineActor,
      action: 'update',
      subject: { type: 'user', id: user.id, name: user.email },
      before: before(user),
      after: told,
    });
    return { user, ...ended, lastAdmin: user.role === 'admin' && (await countOtherAdmins(tx, user)) === 0 };
  });

/** Gives a user a role. It counts within the 10 s that credentials are believed. @throws NotFoundError */
export const setUserRole = async (
  { db }: Pick<Deps, 'db'>,
  { email, role }: { email: string; role: Role },
): Promise<ChangedUser> => ({
  ...(await change(db, email, {
    apply: async (tx, user) => {
      await changeUser(tx, user, { role });
      return nothing;
    },
    before: (user) => ({ role: user.role }),
    after: { role },
  })),
  jobs: 0,
});

/**
 * Lets a user sign in no more: API tokens are revoked and logins ended in the same transaction, and jobs that the user asked
 * for and that have not ended are settled after it. Enabling the user again gives none of that back.
 *
 * @throws NotFoundError
 */
export const disableUser = async ({ db }: Pick<Deps, 'db'>, email: string): Promise<ChangedUser> => {
  const changed = await change(db, email, {
    apply: async (tx, user) => {
      await changeUser(tx, user, { disabled: true });
      const access = { accountId: user.accountId, userId: user.id };
      return { logins: await endLogins(tx, access), tokens: await revokeTokensOf(tx, access) };
    },
    before: (user) => ({ disabled: user.disabled }),
    after: { disabled: true },
  });
  const { accountId, id: userId } = changed.user;
  return { ...changed, jobs: await killOpenJobs({ db }, { accountId, userId }) };
};

/** @throws NotFoundError */
export const enableUser = async ({ db }: Pick<Deps, 'db'>, email: string): Promise<ChangedUser> => ({
  ...(await change(db, email, {
    apply: async (tx, user) => {
      await changeUser(tx, user, { disabled: false });
      return nothing;
    },
    before: (user) => ({ disabled: user.disabled }),
    after: { disabled: false },
  })),
  jobs: 0,
});

/**
 * Gives a user another password, or none. Logins that were made with the old one end; API tokens, and logins that were made
 * with those, stay.
 *
 * @param password null: the user signs in with tokens only.
 * @throws NotFoundError, InvalidRequestError
 */
export const setUserPassword = async (
  { db }: Pick<Deps, 'db'>,
  { email, password }: { email: string; password: string | null },
): Promise<ChangedUser> => {
  if (password !== null) checkPassword(password);
  const passwordHash = password === null ? null : await hashPassword(password);
  const changed = await change(db, email, {
    apply: async (tx, user) => {
      await changeUser(tx, user, { passwordHash });
      const access = { accountId: user.accountId, userId: user.id };
      return { tokens: 0, logins: await endLogins(tx, access, { onlyWithPassword: true }) };
    },
    before: (user) => ({ password: user.passwordHash === null ? 'none' : '(hidden)' }),
    after: { password: password === null ? 'none' : '(hidden, changed)' },
  });
  return { ...changed, jobs: 0 };
};
