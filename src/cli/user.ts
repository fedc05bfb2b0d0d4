import { text } from 'node:stream/consumers';
import type { Config } from '../config.ts';
import type { Role } from '../db/users.ts';
import { createUser } from '../use-cases/create-user.ts';
import { setUserGroups } from '../use-cases/set-user-groups.ts';
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
    const password = passwordStdin ? (await text(process.stdin)).replace(/\r?\n$/, '') : null;
    await createUser({ db }, { subdomain: account, email, role, password, groups: group.flatMap(split) });
    say(`User ${email} is ${role} of ${account}. Make a token: appyard token create --user ${email}`);
  });

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
