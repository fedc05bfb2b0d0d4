import { createHash } from 'node:crypto';
import { closeSync, openSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Redis } from 'ioredis';
import { vi } from 'vitest';
import { createLogger, type Logger } from '../../src/logger.ts';
import type { Harness } from './harness.ts';
import type { Finding } from './planted.ts';

/** Every row of every table of ours and of the queue's, as text. */
export const dumpDatabase = async ({ deps }: Pick<Harness, 'deps'>): Promise<Finding[]> => {
  const { rows: tables } = await deps.db.query<{ table: string }>(
    `select format('%I.%I', table_schema, table_name) as table from information_schema.tables
     where table_schema in ('public', 'bullmq') and table_type = 'BASE TABLE'`,
  );
  const dumps = tables.map(async ({ table }) => {
    const { rows } = await deps.db.query<{ row: string }>(`select t::text as row from ${table} t`);
    return rows.map(({ row }) => ({ where: `table ${table}`, content: row }));
  });
  return (await Promise.all(dumps)).flat();
};

/** Every key of this system's prefix with its value. Nothing where the queue is in Postgres. */
export const dumpRedis = async ({ env }: Pick<Harness, 'env'>): Promise<Finding[]> => {
  if (env['REDIS_URL'] === undefined) return [];
  const redis = new Redis(env['REDIS_URL']);
  try {
    const findings: Finding[] = [];
    for await (const keys of redis.scanStream({ match: `${env['REDIS_PREFIX']}:*` }))
      for (const key of keys as string[])
        findings.push({ where: `Redis ${key}`, content: `${key} ${JSON.stringify(await valueOf(redis, key))}` });
    return findings;
  } finally {
    redis.disconnect();
  }
};

const valueOf = async (redis: Redis, key: string): Promise<unknown> => {
  const type = await redis.type(key);
  if (type === 'string') return redis.get(key);
  if (type === 'hash') return redis.hgetall(key);
  if (type === 'list') return redis.lrange(key, 0, -1);
  if (type === 'set') return redis.smembers(key);
  if (type === 'zset') return redis.zrange(key, '0', '-1', 'WITHSCORES');
  if (type === 'stream') return redis.xrange(key, '-', '+');
  // It has expired meanwhile.
  if (type === 'none') return null;
  throw new Error(`${key} is a ${type}, which is not looked into`);
};

/** Every file below a folder, by its path in it. */
export const dumpFolder = async (folder: string): Promise<(Finding & { sha256: string })[]> => {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => path.join(entry.parentPath, entry.name));
  return Promise.all(
    files.map(async (file) => {
      const content = await readFile(file);
      const sha256 = createHash('sha256').update(content).digest('hex');
      return { where: `file ${path.relative(folder, file)}`, content, sha256 };
    }),
  );
};

/** What the real logger makes of everything that was logged, line by line, at the level debug. */
export const dumpLog = async (log: Logger): Promise<Finding[]> => {
  const folder = await mkdtemp(path.join(tmpdir(), 'appyard-log-'));
  const file = path.join(folder, 'log');
  const fd = openSync(file, 'w');
  try {
    const real = createLogger('debug', { fd });
    for (const level of ['debug', 'info', 'warn', 'error'] as const)
      for (const [message, fields] of vi.mocked(log[level]).mock.calls) real[level](message, fields);
    const lines = (await readFile(file, 'utf8')).split('\n').filter((line) => line !== '');
    return lines.map((content) => ({ where: 'log', content }));
  } finally {
    closeSync(fd);
    await rm(folder, { recursive: true });
  }
};
