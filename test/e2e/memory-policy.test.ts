import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { admin, databaseUrl } from '../support/harness.ts';
import { createPrograms, services } from '../support/program.ts';
import { startEvictingRedis, type TestEvictingRedis } from '../support/redis-topologies.ts';

const database = `appyard_test_${randomUUID().replaceAll('-', '')}`;
let redis: TestEvictingRedis;
beforeAll(async () => {
  await admin(`create database ${database} template appyard_test_template`);
  redis = await startEvictingRedis();
});
afterAll(async () => {
  await redis.close();
  await admin(`drop database ${database} with (force)`);
});

it.each([
  ['api', services.api],
  ['worker', services.worker],
])('%s does not start on a Redis that may forget jobs, and says what to do', async (_name, words) => {
  const env = { DATABASE_URL: databaseUrl(database), REDIS_URL: redis.url, SECRETS_KEY: 'ab'.repeat(32) };
  const { code, stderr } = await createPrograms(env).run(words);
  expect(code).toBe(1);
  expect(stderr).toMatch(/^appyard: Redis at 127\.0\.0\.1:\d+ has maxmemory-policy allkeys-lru and may forget jobs/m);
  expect(stderr).toContain(`  redis-cli -h 127.0.0.1 -p ${redis.port} CONFIG SET maxmemory-policy noeviction\n`);
});
