import path from 'node:path';
import type { Pool } from 'pg';
import { runProgram } from '../bench/support/program.ts';
import type { QueueKind } from '../bench/support/system.ts';
import { projectRoot } from '../src/cli/project-root.ts';
import type { Releases } from '../src/cli/releases.ts';
import { createPool } from '../src/db/pool.ts';
import { freePort } from '../test/support/redis-server.ts';
import { makeTenants, type Tenant } from './accounts.ts';
import { startSupervised, type Supervised } from './processes/supervised.ts';
import { openPostgres, type PostgresStore } from './stores/postgres.ts';
import { openRedis, type RedisStore } from './stores/redis.ts';
import { openS3, type S3Store } from './stores/s3.ts';

/** Appyard as it is run on several machines: real stores, and the built program in processes that share no disk. */
export interface System {
  apis: Supervised[];
  workers: Supervised[];
  origins: string[];
  postgres: PostgresStore;
  /** Undefined: the queue lives in Postgres. */
  redis: RedisStore | undefined;
  s3: S3Store;
  /** For our own look into the database. */
  db: Pool;
  tenants: Tenant[];
  /** The settings of its processes, without what is each one's own. */
  env: Record<string, string>;
  logDir: string;
}

export interface SystemOptions {
  queue: QueueKind;
  /** Everything that is written goes here. */
  folder: string;
  logDir: string;
  deadlineMs: number;
  releases: Releases;
  /** Runs when the tables are there and nobody works on them yet. */
  prepare?: (db: Pool) => Promise<void>;
}

const APIS = 2;
const WORKERS = 3;
const TENANTS = 10;
const STOP_MS = 12_000;
const MAIN = path.join(projectRoot, 'dist', 'src', 'cli', 'main.js');

export const openSystem = async (options: SystemOptions): Promise<System> => {
  const { folder, logDir, releases } = options;
  const log = (name: string): string => path.join(logDir, `${name}.log`);
  const opened = await Promise.all([
    openPostgres(path.join(folder, 'postgres'), log('postgres')),
    openS3(path.join(folder, 's3'), log('s3')),
    options.queue === 'redis' ? openRedis(path.join(folder, 'redis'), log('redis')) : undefined,
  ]);
  const [postgres, s3, redis] = opened;
  releases.add('Postgres', () => postgres.stop('fast'), STOP_MS);
  releases.add('the S3 server', () => s3.stop());
  if (redis) releases.add('Redis', () => redis.stop('SIGTERM'));

  const env = {
    DATABASE_URL: postgres.url,
    BLOB_URL: s3.blobUrl,
    SECRETS_KEY: Buffer.alloc(32, 7).toString('base64'),
    BUILD_TIMEOUT_MS: String(options.deadlineMs),
    INSTALL_TIMEOUT_MS: String(options.deadlineMs),
    ...(redis && { REDIS_URL: redis.url }),
  };
  await runProgram({ name: 'appyard migrate', args: [MAIN, 'migrate'], env: { ...env, DATA_DIR: folder } });
  const db = createPool({ url: postgres.url, max: 4, onError: () => undefined });
  releases.add('our look into the database', () => db.end());
  await options.prepare?.(db);
  const tenants = await makeTenants(db, TENANTS);

  const start = (part: 'api' | 'worker', number: number, own: Record<string, string>): Supervised => {
    const name = `${part}-${number}`;
    const settings = { ...env, DATA_DIR: path.join(folder, name), ...own };
    const ready = part === 'api' ? '"listening"' : '"working"';
    const program = startSupervised({ name, args: [MAIN, part], env: settings, ready, logPath: log(name) });
    releases.add(name, () => program.stop(), STOP_MS);
    return program;
  };
  const ports = await Promise.all(Array.from({ length: APIS }, freePort));
  const apis = ports.map((port, i) => start('api', i + 1, { PORT: String(port) }));
  const workers = Array.from({ length: WORKERS }, (_, i) => start('worker', i + 1, {}));
  await Promise.all([...apis, ...workers].map((program) => program.untilReady()));
  const origins = ports.map((port) => `http://127.0.0.1:${port}`);
  return { apis, workers, origins, postgres, redis, s3, db, tenants, env: { ...env, DATA_DIR: folder }, logDir };
};

/** Removes what no version refers to. @throws Error with its last words when it fails. */
export const collectGarbage = ({ env }: Pick<System, 'env'>): Promise<void> =>
  runProgram({ name: 'appyard collect', args: [MAIN, 'collect', '--grace', '0'], env });
