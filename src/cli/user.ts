import { text } from 'node:stream/consumers';
import type { Config } from '../config.ts';
import type { Role } from '../db/users.ts';
import { createUser } from '../use-cases/create-user.ts';
import { say } from './output.ts';
import { withDatabase } from './with-database.ts';

export interface CreateUserOptions {
  account: string;
  role: Role;
  passwordStdin?: boolean;
}

/** A password comes on standard input: arguments can be read by everyone on the machine. */
export const createUserCommand = (
  config: Config,
  email: string,
  { account, role, passwordStdin = false }: CreateUserOptions,
): Promise<void> =>
  withDatabase(config, async (db) => {
    const password = passwordStdin ? (await text(process.stdin)).replace(/\r?\n$/, '') : null;
    await createUser({ db }, { subdomain: account, email, role, password });
    say(`User ${email} is ${role} of ${account}. Make a token: appyard token create --user ${email}`);
  });
