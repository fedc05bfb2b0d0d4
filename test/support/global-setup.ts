import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import pg from 'pg';
import type { TestProject } from 'vitest/node';
import { migrateDatabase } from '../../src/cli/migrate.ts';
import { readConfig } from '../../src/config.ts';
import { createPool } from '../../src/db/pool.ts';
import { startEmbeddedPostgres } from '../../src/embedded/postgres.ts';
import { startRedis } from './redis-server.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** With the database's name left to be filled in, see databaseUrl. */
    postgresUrl: string;
    redisUrl: string;
  }
}

export const TEMPLATE = 'appyard_test_template';

/** Real services for all tests: a Postgres of our own with one migrated template database, and a Redis. */
export default async function setup({ provide }: TestProject): Promise<() => Promise<void>> {
  const dataDir = await mkdtemp(path.join(tmpdir(), 'appyard-test-'));
  const postgres = await startEmbeddedPostgres({ dataDir, log: () => undefined, sync: false });
  const redis = await startRedis();
  await makeTemplate(postgres.url);
  provide('postgresUrl', postgres.url);
  provide('redisUrl', redis.url);
  return async () => {
    await redis.stop();
    await postgres.stop();
    await rm(dataDir, { recursive: true });
  };
}

/** Migrated once; a test's database is a copy of it, which costs milliseconds. */
const makeTemplate = async (url: string): Promise<void> => {
  const admin = new pg.Client({ connectionString: url });
  await admin.connect();
  await admin.query(`drop database if exists ${TEMPLATE}`);
  await admin.query(`create database ${TEMPLATE}`);
  await admin.end();
  const pool = createPool({ url: url.replace('///postgres?', `///${TEMPLATE}?`), max: 2, onError: () => undefined });
  await migrateDatabase(pool, readConfig({}));
  await pool.end(); // A database cannot be copied while anyone is connected to it.
};
