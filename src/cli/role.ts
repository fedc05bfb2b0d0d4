import type { Config } from '../config.ts';
import { createRole } from '../use-cases/environments/create-role.ts';
import { say } from './output.ts';
import { withDatabase } from './with-database.ts';

export interface CreateRoleOptions {
  account: string;
  environment?: string;
  id: string;
  codename: string;
  name: string;
}

export const createRoleCommand = (
  config: Config,
  { account, environment, ...role }: CreateRoleOptions,
): Promise<void> =>
  withDatabase(config, async (db) => {
    const { id, codename } = await createRole(
      { db, config },
      { subdomain: account, environmentId: environment, ...role },
    );
    say(`Role ${codename} is there, with the id ${id}.`);
  });
