import { text } from 'node:stream/consumers';
import type { Config } from '../config.ts';
import { listUsers, type ListedUser, type Role } from '../db/users.ts';
import { createUser } from '../use-cases/create-user.ts';
import { setUserGroups } from '../use-cases/set-user-groups.ts';
import {
  disableUser,
  enableUser,
  setUserPassword,
  setUserRole,
  type ChangedUser,
} from '../use-cases/users/change-user.ts';
import { removeUser } from '../use-cases/users/remove-user.ts';
import { say } from './output.ts';
import { withDatabase } from './with-database.ts';

export interface CreateUserOptions {
  account: string;
  role: Role;
  passwordStdin?: boolean;
  /** Each one or several, separated by commas. */
  group?: string[];
}

/** A password comes on standard input: arguments can be read by everyone on the machine. */
export const createUserCommand = (
  config: Config,
  email: string,
  { account, role, passwordStdin = false, group = [] }: CreateUserOptions,
): Promise<void> =>
  withDatabase(config, async (db) => {
    const password = passwordStdin ? await readPassword() : null;
    await createUser({ db }, { subdomain: account, email, role, password, groups: group.flatMap(split) });
    say(`User ${email} is ${role} of ${account}. Make a token: appyard token create --user ${email}`);
  });

const readPassword = async (): Promise<string> => (await text(process.stdin)).replace(/\r?\n$/, '');

const split = (names: string): string[] => names.split(',');

export interface UserGroupsOptions {
  /** Separated by commas; empty: none. */
  set: string;
}

export const setUserGroupsCommand = (config: Config, email: string, { set }: UserGroupsOptions): Promise<void> =>
  withDatabase(config, async (db) => {
    const groups = set.trim() === '' ? [] : split(set);
    await setUserGroups({ db }, { email, groups });
    say(`User ${email} is in ${groups.length === 0 ? 'no group' : groups.map((group) => group.trim()).join(', ')}.`);
  });

const MOST_USERS = 10_000;

export const listUsersCommand = (
  config: Config,
  { account, json = false }: { account?: string; json?: boolean },
): Promise<void> =>
  withDatabase(config, async (db) => {
    const users = await listUsers(db, { subdomain: account, limit: MOST_USERS });
    if (json) return say(JSON.stringify(users, null, 2));
    say(['id', 'account', 'email', 'role', 'state', 'password', 'created', 'groups'].join('\t'));
    for (const user of users) say(rowOf(user));
  });

const rowOf = ({ id, account, email, role, state, hasPassword, createdAt, groups }: ListedUser): string =>
  [
    id,
    account,
    email,
    role,
    state,
    hasPassword ? 'yes' : 'no',
    createdAt.toISOString().slice(0, 10),
    groups.join(', '),
  ].join('\t');

export const setUserRoleCommand = (config: Config, email: string, role: Role): Promise<void> =>
  withDatabase(config, async (db) => {
    const changed = await setUserRole({ db }, { email, role });
    say(`User ${email} has the role ${role}; it counts within 10 seconds.`);
    warnOfLastAdmin(changed, role !== 'admin');
  });

export const disableUserCommand = (config: Config, email: string): Promise<void> =>
  withDatabase(config, async (db) => {
    const changed = await disableUser({ db }, email);
    say(`User ${email} is disabled${endedBy(changed)}. Credentials stop working within 10 seconds.`);
    warnOfLastAdmin(changed, true);
  });

export const enableUserCommand = (config: Config, email: string): Promise<void> =>
  withDatabase(config, async (db) => {
    await enableUser({ db }, email);
    say(`User ${email} is enabled. Tokens that were revoked stay revoked: appyard token create --user ${email}`);
  });

export const removeUserCommand = (config: Config, email: string): Promise<void> =>
  withDatabase(config, async (db) => {
    const changed = await removeUser({ db }, email);
    say(`User ${email} is removed${endedBy(changed)}. Credentials stop working within 10 seconds.`);
    warnOfLastAdmin(changed, true);
  });

export interface PasswordOptions {
  passwordStdin?: boolean;
  none?: boolean;
}

/** @throws Error unless exactly one of the two is given. */
export const setUserPasswordCommand = (
  config: Config,
  email: string,
  { passwordStdin = false, none = false }: PasswordOptions,
): Promise<void> => {
  if (passwordStdin === none) throw new Error('give either --password-stdin or --none.');
  return withDatabase(config, async (db) => {
    const password = none ? null : await readPassword();
    const { logins } = await setUserPassword({ db }, { email, password });
    const ended = logins === 0 ? '' : `; ${counted(logins, 'login')} ended`;
    say(`User ${email} has ${none ? 'no password' : 'a new password'}${ended}. API tokens stay valid.`);
  });
};

const counted = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`;

const endedBy = ({ tokens, logins, jobs }: ChangedUser): string =>
  `: ${counted(tokens, 'token')} revoked, ${counted(logins, 'login')} ended, ${counted(jobs, 'job')} cancelled`;

const warnOfLastAdmin = ({ lastAdmin, user }: ChangedUser, isGone: boolean): void => {
  if (lastAdmin && isGone)
    say(`The account ${user.subdomain} has no admin now: appyard user role EMAIL --set admin, or appyard user create.`);
};
