import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Pool } from 'pg';
import { withTransaction, type Queryable } from './pool.ts';

/** Any constant does; every process that migrates must use the same one. */
const MIGRATION_LOCK = 4_207_001;

/**
 * Brings the schema up to date: every numbered file that has not run yet, in one transaction, one process at a time.
 *
 * @returns the names of the files that ran.
 */
export const migrate = async (pool: Pool, directory: string): Promise<string[]> => {
  const files = await listMigrations(directory);
  return withTransaction(pool, async (tx) => {
    await tx.query('select pg_advisory_xact_lock($1)', [MIGRATION_LOCK]);
    await tx.query(
      'create table if not exists migrations (name text primary key, ran_at timestamptz not null default now())',
    );
    const done = await namesRun(tx);
    const pending = files.filter((name) => !done.has(name));
    for (const name of pending) {
      await tx.query(await readFile(path.join(directory, name), 'utf8'));
      await tx.query('insert into migrations (name) values ($1)', [name]);
    }
    return pending;
  });
};

/** What {@link migrate} would run. */
export const pendingMigrations = async (db: Queryable, directory: string): Promise<string[]> => {
  const { rows } = await db.query<{ any: boolean }>("select to_regclass('migrations') is not null as any");
  const done = rows[0]!.any ? await namesRun(db) : new Set();
  return (await listMigrations(directory)).filter((name) => !done.has(name));
};

const listMigrations = async (directory: string): Promise<string[]> =>
  (await readdir(directory)).filter((name) => /^\d{6}_[a-z0-9_]+\.sql$/.test(name)).sort();

const namesRun = async (db: Queryable): Promise<Set<string>> => {
  const { rows } = await db.query<{ name: string }>('select name from migrations');
  return new Set(rows.map((row) => row.name));
};
