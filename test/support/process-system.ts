import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Redis } from 'ioredis';
import { expect, inject, onTestFinished, vi } from 'vitest';
import { createPool } from '../../src/db/pool.ts';
import { createApp, pollJob } from './client.ts';
import { admin, databaseUrl, type QueueKind, type RequestOptions } from './harness.ts';
import { buildArchive } from './packages.ts';
import { createPrograms, services, type Programs, type RunningProgram } from './program.ts';
import { freePort } from './redis-server.ts';
import { startS3 } from './s3-server.ts';

/** The first account, which `migrate` makes. */
export const first = {
  account: 'acme',
  email: 'ada@acme.example',
  password: 'correct horse',
  token: 'a-token-of-our-own-choice',
};

export interface System extends Programs {
  env: Record<string, string>;
  /** As the first account's admin, unless a header says otherwise. */
  request(route: string, options?: RequestOptions): Promise<Response>;
  query<Row extends object>(sql: string): Promise<Row[]>;
  startApi(): Promise<RunningProgram>;
  startWorker(): Promise<RunningProgram>;
}

/** `disk`: the processes share a folder. `s3`: each has one of its own, and they share nothing but the stores. */
export type StoreKind = 'disk' | 's3';

/**
 * What docker-compose.yml describes, as processes of the built program: on an empty database, nothing started yet.
 *
 * @param settings more of them, or others.
 */
export const createSystem = async (
  queue: QueueKind,
  store: StoreKind = 'disk',
  settings: Record<string, string> = {},
): Promise<System> => {
  const id = randomUUID().replaceAll('-', '');
  const database = `appyard_test_${id}`;
  await admin(`create database ${database}`);
  const dataDir = await mkdtemp(path.join(tmpdir(), 'appyard-data-'));
  const s3 = store === 's3' ? await startS3(path.join(dataDir, 's3')) : undefined;
  const port = String(await freePort());
  const env = {
    DATABASE_URL: databaseUrl(database),
    DATA_DIR: dataDir,
    PORT: port,
    SECRETS_KEY: randomBytes(32).toString('base64'),
    WORKER_CONCURRENCY: '1',
    BOOTSTRAP_ACCOUNT: first.account,
    BOOTSTRAP_EMAIL: first.email,
    BOOTSTRAP_PASSWORD: first.password,
    BOOTSTRAP_TOKEN: first.token,
    ...(queue === 'redis' && { REDIS_URL: inject('redisUrl'), REDIS_PREFIX: `test-${id}` }),
    ...(s3 && { BLOB_URL: s3.blobUrl }),
    ...settings,
  };
  const programs = createPrograms(env);
  const db = createPool({ url: env.DATABASE_URL, max: 1, onError: () => undefined });
  const started = async (words: readonly string[], line: RegExp): Promise<RunningProgram> => {
    const own: Record<string, string> = s3 ? { DATA_DIR: await mkdtemp(path.join(dataDir, 'own-')) } : {};
    const running = programs.start(words, own);
    await running.untilLine(line);
    return running;
  };
  return {
    ...programs,
    env,
    request: (route, { json, headers, ...init } = {}) =>
      fetch(`http://127.0.0.1:${port}${route}`, {
        ...init,
        ...(json !== undefined && { body: JSON.stringify(json) }),
        headers: {
          authorization: `Bearer ${first.token}`,
          ...(json !== undefined && { 'content-type': 'application/json' }),
          ...headers,
        },
      }),
    query: async <Row extends object>(sql: string) => (await db.query<Row>(sql)).rows,
    startApi: () => started(services.api, /listening/),
    startWorker: () => started(services.worker, /"working"/),
    async close() {
      await programs.close();
      await s3?.stop();
      await db.end();
      await admin(`drop database ${database} with (force)`);
      await rm(dataDir, { recursive: true });
      if (queue === 'redis') await deleteKeys(`test-${id}:*`);
    },
  };
};

const deleteKeys = async (pattern: string): Promise<void> => {
  const redis = new Redis(inject('redisUrl'));
  const keys = await redis.keys(pattern);
  if (keys.length > 0) await redis.del(...keys);
  redis.disconnect();
};

/** As {@link createSystem}, with its tables and its first account. */
export const migratedSystem = async (
  queue: QueueKind,
  store?: StoreKind,
  settings?: Record<string, string>,
): Promise<System> => {
  const system = await createSystem(queue, store, settings);
  expect(await system.run(services.migrate)).toMatchObject({ code: 0, stderr: '' });
  return system;
};

/**
 * Lets no build end: each waits in the transaction that publishes, with everything done and nothing to be seen.
 *
 * @param atEnd of the test; one that runs beside others has a hook of its own.
 * @returns what lets them go on.
 */
export const holdBuilds = async (
  { env }: System,
  atEnd: (work: () => Promise<void>) => void = onTestFinished,
): Promise<() => Promise<void>> => {
  const pool = createPool({ url: env['DATABASE_URL']!, max: 1, onError: () => undefined });
  const holder = await pool.connect();
  await holder.query('begin');
  await holder.query('lock table app_versions in share mode');
  let held = true;
  const letGo = async (): Promise<void> => {
    if (!held) return;
    held = false;
    holder.release(true);
    await pool.end();
  };
  atEnd(letGo);
  return letGo;
};

/** Asks for a build and waits until a worker stands before its last step. */
export const startBuild = async (system: System, name: string): Promise<string> => {
  const id = await createApp(system, buildArchive({ manifest: { name } }));
  await vi.waitFor(
    async () => expect(await pollJob(system, id)).toMatchObject({ status: 'working', message: 'Publishing' }),
    { timeout: 60_000 },
  );
  return id;
};
