import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import pg from 'pg';
import type { Releases } from '../../src/cli/releases.ts';
import { startEmbeddedPostgres } from '../../src/embedded/postgres.ts';
import { startRedis } from '../../test/support/redis-server.ts';
import { removeRedisKeys } from './redis-keys.ts';

export interface Services {
  /** Of a new, empty database. */
  createDatabase(name: string): Promise<string>;
  redisUrl: string;
  /** What the name of every key begins with. */
  redisPrefix: string;
  /** Everything that is written goes here, and is gone afterwards. */
  folder: string;
  releases: Releases;
}

const REMOVE_MS = 20_000;
const POSTGRES_STOP_MS = 15_000;

/** A Postgres that waits for the disk as it does in production, and a Redis. */
export const openServices = async (releases: Releases): Promise<Services> => {
  const folder = await mkdtemp(path.join(tmpdir(), 'appyard-bench-'));
  releases.add('the files', () => rm(folder, { recursive: true, force: true }), REMOVE_MS);
  // Run by root, Postgres is another user, who must be able to pass through.
  await chmod(folder, 0o711);
  const postgres = await startEmbeddedPostgres({ dataDir: path.join(folder, 'services'), log: () => undefined });
  releases.add('Postgres', () => postgres.stop(), POSTGRES_STOP_MS);
  const redis = await startRedis();
  releases.add('Redis', () => redis.stop());
  const redisPrefix = `appyard-bench-${process.pid}`;
  // A private one takes its keys with it.
  if (process.env['REDIS_URL']) releases.add('the keys', () => removeRedisKeys(redis.url, redisPrefix));

  const createDatabase = async (name: string): Promise<string> => {
    const client = new pg.Client({ connectionString: postgres.url });
    await client.connect();
    try {
      await client.query(`create database ${name}`);
    } finally {
      await client.end();
    }
    return postgres.url.replace('///postgres?', `///${name}?`);
  };
  return { createDatabase, redisUrl: redis.url, redisPrefix, folder, releases };
};
