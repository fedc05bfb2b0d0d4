import type { Config } from '../config.ts';
import { findAccountBySubdomain } from '../db/accounts.ts';
import { createEnvironment } from '../use-cases/environments/create-environment.ts';
import { listEnvironments } from '../use-cases/environments/list-environments.ts';
import { say } from './output.ts';
import { withDatabase } from './with-database.ts';

export interface CreateEnvironmentOptions {
  account: string;
  name: string;
  id?: string;
}

/** Prints the id alone, so that a script can take it as it comes. */
export const createEnvironmentCommand = (
  config: Config,
  { account, name, id }: CreateEnvironmentOptions,
): Promise<void> =>
  withDatabase(config, async (db) =>
    say((await createEnvironment({ db, config }, { subdomain: account, name, id })).id),
  );

export const listEnvironmentsCommand = (
  config: Config,
  { account, json = false }: { account: string; json?: boolean },
): Promise<void> =>
  withDatabase(config, async (db) => {
    const found = await findAccountBySubdomain(db, account);
    if (!found) throw new Error(`there is no account "${account}".`);
    const environments = await listEnvironments({ db }, found.id);
    if (json) return say(JSON.stringify(environments, null, 2));
    for (const { id, name } of environments) say(`${id}\t${name}`);
  });
