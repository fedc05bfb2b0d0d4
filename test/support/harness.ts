import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Redis } from 'ioredis';
import pg from 'pg';
import { inject, vi } from 'vitest';
import { localUrl } from '../../src/cli/addresses.ts';
import { openDeps } from '../../src/cli/open-deps.ts';
import { openTls } from '../../src/cli/open-tls.ts';
import { createReleases } from '../../src/cli/releases.ts';
import { sendRequest } from '../../src/cli/send-request.ts';
import { readConfig } from '../../src/config.ts';
import type { Deps } from '../../src/deps.ts';
import { startServer } from '../../src/http/server.ts';
import type { Logger } from '../../src/logger.ts';
import type { QueueBackend } from '../../src/queue/backend.ts';
import { startWorker, type RunningWorker } from '../../workers/start.ts';
import { seedAccounts, type Person, type Seeded } from './accounts.ts';
import { freePort } from './redis-server.ts';

export const queueBackends = ['redis', 'postgres'] as const;
export type QueueKind = (typeof queueBackends)[number];

export interface RequestOptions extends Omit<RequestInit, 'headers'> {
  /** Null: nobody. */
  as?: Person | null;
  headers?: Record<string, string>;
  /** Sent as JSON. */
  json?: unknown;
}

export interface Harness extends Seeded {
  deps: Deps;
  backend: QueueBackend;
  origin: string;
  /** The environment of this system, for processes of its own. */
  env: Record<string, string>;
  request(route: string, options?: RequestOptions): Promise<Response>;
  startWorker(concurrency?: number): RunningWorker;
  close(): Promise<void>;
}

/** The real system on a database, a Redis prefix, a data folder and a port of its own. */
export const createHarness = async (
  queue: QueueKind,
  overrides: { env?: Record<string, string>; deps?: Partial<Deps>; https?: boolean } = {},
): Promise<Harness> => {
  const failures: unknown[] = [];
  const releases = createReleases((_name, err) => failures.push(err));
  const id = randomUUID().replaceAll('-', '');

  const database = `appyard_test_${id}`;
  await admin(`create database ${database} template appyard_test_template`);
  releases.add('database', () => admin(`drop database ${database} with (force)`));
  const dataDir = await mkdtemp(path.join(tmpdir(), 'appyard-data-'));
  releases.add('data', () => rm(dataDir, { recursive: true }));

  const port = await freePort();
  const redisPrefix = `test-${id}`;
  const env = {
    DATABASE_URL: databaseUrl(database),
    DATA_DIR: dataDir,
    PORT: String(port),
    SECRETS_KEY: Buffer.alloc(32, 7).toString('base64'),
    LOG_LEVEL: 'warn',
    ...(queue === 'redis' && { REDIS_URL: inject('redisUrl'), REDIS_PREFIX: redisPrefix }),
    ...overrides.env,
  };
  if (queue === 'redis') releases.add('keys', () => deleteKeys(`${redisPrefix}:*`));
  const config = readConfig(env, { https: overrides.https === true });
  const tls = await openTls(config);
  const opened = await openDeps(config, quietLog(), releases);
  const deps = { ...opened.deps, ...overrides.deps };
  const seeded = await seedAccounts(deps);
  const server = await startServer(deps, { port, host: '127.0.0.1', tls });
  releases.add('server', () => server.close());
  const origin = localUrl(config);
  const send = (url: string, init: RequestInit): Promise<Response> =>
    tls ? sendRequest(new Request(url, init), tls.cert) : fetch(url, init);

  return {
    ...seeded,
    deps,
    backend: opened.backend,
    origin,
    env,
    request: (route, { as = 'admin', json, headers, ...init } = {}) =>
      send(origin + route, {
        ...init,
        ...(json !== undefined && { body: JSON.stringify(json) }),
        headers: {
          ...(as !== null && { authorization: `Bearer ${seeded.tokens[as]}` }),
          ...(json !== undefined && { 'content-type': 'application/json' }),
          ...headers,
        },
      }),
    startWorker(concurrency = 2) {
      const worker = startWorker(deps, opened.backend, concurrency);
      releases.add('worker', () => worker.close(1_000));
      return worker;
    },
    async close() {
      await releases.run();
      if (failures.length > 0) throw new AggregateError(failures, 'something could not be released');
    },
  };
};

export const databaseUrl = (database: string): string =>
  inject('postgresUrl').replace('///postgres?', `///${database}?`);

export const quietLog = (): Logger => ({
  debug: vi.fn<Logger['debug']>(),
  info: vi.fn<Logger['info']>(),
  warn: vi.fn<Logger['warn']>(),
  error: vi.fn<Logger['error']>(),
});

export const admin = async (sql: string): Promise<void> => {
  const client = new pg.Client({ connectionString: inject('postgresUrl') });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
};

const deleteKeys = async (pattern: string): Promise<void> => {
  const client = new Redis(inject('redisUrl'));
  for await (const keys of client.scanStream({ match: pattern })) {
    if (keys.length > 0) await client.del(...(keys as string[]));
  }
  client.disconnect();
};
