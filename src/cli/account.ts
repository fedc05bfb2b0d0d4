import type { Config } from '../config.ts';
import { createAccount } from '../use-cases/create-account.ts';
import { say } from './output.ts';
import { withDatabase } from './with-database.ts';

export const createAccountCommand = (config: Config, subdomain: string): Promise<void> =>
  withDatabase(config, async (db) => {
    await createAccount({ db }, subdomain);
    say(`Account ${subdomain} is there. Add an admin: appyard user create EMAIL --account ${subdomain} --role admin`);
  });
