import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Pool } from 'pg';
import { jittered } from '../jitter.ts';
import { isDeadlock, isLockTimeout } from './errors.ts';
import { withTransaction, type Queryable } from './pool.ts';

/** Any constant does; every process that migrates must use the same one. */
const MIGRATION_LOCK = 4_207_001;

/**
 * Brings the schema up to date: every numbered file that has not run yet, each in a transaction of its own, one process at a
 * time.
 *
 * @returns the names of the files that ran.
 */
export const migrate = async (pool: Pool, directory: string): Promise<string[]> => {
  const ran: string[] = [];
  for (const name of await pendingMigrations(pool, directory)) {
    const statements = await readFile(path.join(directory, name), 'utf8');
    if (await runWhenFree(pool, name, statements)) ran.push(name);
  }
  return ran;
};

/** A statement that waits for a table keeps everybody else from it who comes after: it gives way and comes again. */
const LOCK_TIMEOUT = '3s';
const TRIES = 20;
const BETWEEN_MS = 1_000;

const runWhenFree = async (pool: Pool, name: string, statements: string): Promise<boolean> => {
  for (let tries = 1; ; tries += 1) {
    try {
      return await run(pool, name, statements);
    } catch (err) {
      if (!(isLockTimeout(err) || isDeadlock(err)) || tries === TRIES) throw err;
      await sleep(jittered(BETWEEN_MS));
    }
  }
};

/** @returns false when another process has run it meanwhile. */
const run = (pool: Pool, name: string, statements: string): Promise<boolean> =>
  withTransaction(pool, async (tx) => {
    await tx.query('select pg_advisory_xact_lock($1)', [MIGRATION_LOCK]);
    await tx.query(
      'create table if not exists migrations (name text primary key, ran_at timestamptz not null default now())',
    );
    if ((await namesRun(tx)).has(name)) return false;
    await tx.query(`set local lock_timeout = '${LOCK_TIMEOUT}'`);
    await tx.query(statements);
    await tx.query('insert into migrations (name) values ($1)', [name]);
    return true;
  });

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
