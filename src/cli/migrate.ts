import type { Pool } from 'pg';
import type { Config } from '../config.ts';
import type { Logger } from '../logger.ts';
import { migrate as runMigrations } from '../db/migrate.ts';
import { migratePostgresQueues } from '../queue/postgres-backend.ts';
import { bootstrapAccount, chooseCredentials } from '../use-cases/bootstrap-account.ts';
import { say } from './output.ts';
import { migrationsDir } from './project-root.ts';
import { waitForDatabase } from './wait-for-database.ts';
import { withDatabase } from './with-database.ts';

/** Our schema, and BullMQ's where the queue lives in Postgres. @returns the names of the files that ran. */
export const migrateDatabase = async (db: Pool, { redisUrl }: Config): Promise<string[]> => {
  const ran = await runMigrations(db, migrationsDir);
  if (redisUrl === undefined) await migratePostgresQueues(db);
  return ran;
};

/** A step of its own before the other processes start; running it again changes nothing. */
export const migrate = (config: Config): Promise<void> =>
  withDatabase(config, (db, log) => migrateWith(config, db, log), 'direct');

const migrateWith = async (config: Config, db: Pool, log: Logger): Promise<void> => {
  await waitForDatabase(config, { db, log });
  const ran = await migrateDatabase(db, config);
  say(ran.length === 0 ? 'The database is up to date.' : `Migrated: ${ran.join(', ')}`);
  if (config.bootstrap.account === undefined) return;
  const first = chooseCredentials(config.bootstrap);
  if (!(await bootstrapAccount({ db }, first))) return;
  say(`Account ${first.account} with the admin ${first.email}.`);
  // What was given is known already; what was made up is shown this once.
  if (config.bootstrap.password === undefined) say(`Password: ${first.password}`);
  if (config.bootstrap.token === undefined) say(`API token: ${first.token}`);
};
