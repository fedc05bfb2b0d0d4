import type { Pool } from 'pg';
import type { Config } from '../config.ts';
import { createPool } from '../db/pool.ts';
import { getInstallationId, probeDatabase } from '../db/installation.ts';
import { pendingMigrations } from '../db/migrate.ts';
import type { Deps } from '../deps.ts';
import { embeddedPostgresUrl } from '../embedded/postgres-url.ts';
import { createPostJson } from '../http-client/post-json.ts';
import type { Logger } from '../logger.ts';
import { createMetrics } from '../metrics/metrics.ts';
import type { ProcessRole } from '../metrics/process-metrics.ts';
import { usualBuildMemory } from '../packages/build-memory.ts';
import { createMemoryBudget } from '../packages/memory-budget.ts';
import { createPackageChecker } from '../packages/package-checker.ts';
import { createPackageReader } from '../packages/package-reader.ts';
import type { QueueBackend, Traced } from '../queue/backend.ts';
import { createQueueBoard } from '../queue/board.ts';
import { createDeliveryQueue } from '../queue/deliveries.ts';
import { createPostgresQueues } from '../queue/postgres-backend.ts';
import { createProducer } from '../queue/producer.ts';
import { createRateLimits } from '../queue/rate-limits.ts';
import { createRedisQueues } from '../queue/redis-backend.ts';
import { createTextQueue } from '../queue/texts.ts';
import { createCipher } from '../secrets/cipher.ts';
import { keepRemovingLeftovers } from '../storage/incoming.ts';
import { openBlobStore } from '../storage/open-blob-store.ts';
import { createGuessGuard } from '../use-cases/guess-guard.ts';
import { createIdentify } from '../use-cases/identify.ts';
import { readKeyFile } from './data-files.ts';
import { openTracing } from './open-tracing.ts';
import { migrationsDir } from './project-root.ts';
import { readCertificates } from './read-tls.ts';
import type { Releases } from './releases.ts';
import { waitForDatabase } from './wait-for-database.ts';

export interface Opened {
  deps: Deps;
  backend: QueueBackend;
}

/** Our queries, the sweep's lock, and the connection on which BullMQ listens where there is no Redis. */
const POOL_MAX = 20;

interface PoolWay {
  /** By DATABASE_DIRECT_URL, where there is one. */
  direct?: boolean;
  /** For the queue in Postgres too. */
  queue?: boolean;
}

/** Opens the pool of DATABASE_URL. */
export const openPool = async (
  config: Config,
  log: Logger,
  { direct = false, queue = false }: PoolWay = {},
): Promise<Pool> => {
  const { databaseUrl = embeddedPostgresUrl(config.dataDir), databaseDirectUrl, databaseCa } = config;
  return createPool({
    url: direct ? (databaseDirectUrl ?? databaseUrl) : databaseUrl,
    ca: databaseCa === undefined ? undefined : await readCertificates('DATABASE_CA', databaseCa),
    queue,
    max: POOL_MAX,
    onError: (err) => log.warn('database connection', { err }),
  });
};

/** The pool that the queue in Postgres uses: one of its own where there is a way around a pooler. */
const openQueuePool = async (config: Config, db: Pool, log: Logger, releases: Releases): Promise<Pool> => {
  if (config.redisUrl !== undefined || config.databaseDirectUrl === undefined) return db;
  const pool = await openPool(config, log, { direct: true, queue: true });
  await waitForDatabase(config, { db: pool, log });
  releases.add('the connections of the queue', () => pool.end());
  return pool;
};

/** The composition root: opens everything a process works with, and registers how it is closed. */
export const openDeps = async (
  config: Config,
  log: Logger,
  releases: Releases,
  role: ProcessRole = 'start',
): Promise<Opened> => {
  const { tracing, telemetry } = await openTracing(config, role, log, releases);
  const queue = config.redisUrl === undefined && config.databaseDirectUrl === undefined;
  const db = await openPool(config, log, { queue });
  // Not to be released before: closing a pool waits for the try that is under way.
  await waitForDatabase(config, { db, log });
  releases.add('the database', () => db.end());
  const pending = await pendingMigrations(db, migrationsDir);
  if (pending.length > 0)
    throw new Error(`The database lacks ${pending.length} migration(s), first ${pending[0]!}: run appyard migrate.`);

  const queueDb = await openQueuePool(config, db, log, releases);
  const backend = await openBackend(config, { db, queueDb }, { log, telemetry });
  releases.add('the queue connection', () => backend.close());
  await backend.checkStore();
  const producer = createProducer(backend, { log, tracing });
  releases.add('the queue', () => producer.close());
  const deliveryQueue = createDeliveryQueue(backend, log);
  releases.add('the queue of deliveries', () => deliveryQueue.close());
  const textQueue = createTextQueue(backend, log);
  releases.add('the queue of texts', () => textQueue.close());
  const queueBoard = createQueueBoard(backend, log);
  releases.add('the queue board', () => queueBoard.close());
  const postJson = createPostJson({ allowPrivate: config.deliveryAllowPrivate, timeoutMs: config.deliveryTimeoutMs });

  const packages = createPackageReader(config.limits, config.workerConcurrency);
  releases.add('the package threads', () => packages.close());
  const buildMemory = createMemoryBudget(config.buildMemoryBytes ?? usualBuildMemory());
  const checker = createPackageChecker({
    limits: config.limits,
    threads: config.checkThreads,
    timeoutMs: config.buildTimeoutMs,
  });
  releases.add('the threads of requests', () => checker.close());
  const { blobs, incomingDir } = await openBlobStore(config.blobUrl, config.dataDir);
  const stopRemoving = keepRemovingLeftovers(incomingDir, (err) => log.warn('leftovers not removed', { err }));
  releases.add('the removal of leftovers', async () => stopRemoving());
  const cipher = createCipher(await secretsKeys(config));
  const guesses = createGuessGuard();
  const identify = createIdentify({ db, guesses });
  const rateLimits = createRateLimits(backend, config.rateLimits, log);
  const stores = { db, producer, deliveryQueue, textQueue, blobs, incomingDir };
  const access = { cipher, identify, guesses, rateLimits };
  const seen = { queueBoard, metrics: createMetrics(db), tracing, log };
  return { backend, deps: { config, ...stores, ...access, postJson, packages, buildMemory, checker, ...seen } };
};

export const openBackend = async (
  { redisUrl, redisPrefix, redisCa, databasePrepared }: Config,
  { db, queueDb }: { db: Pool; queueDb: Pool },
  { log, telemetry }: { log: Logger } & Traced,
): Promise<QueueBackend> => {
  if (redisUrl === undefined)
    return createPostgresQueues(queueDb, {
      telemetry,
      prepared: databasePrepared,
      check: () => probeDatabase(queueDb),
    });
  const ca = redisCa === undefined ? undefined : await readCertificates('REDIS_CA', redisCa);
  const installation = await getInstallationId(db);
  return createRedisQueues(redisUrl, { prefix: redisPrefix, installation, ca, log, telemetry });
};

/**
 * The keys of the environment, or else those that `appyard start` keeps in the data folder.
 *
 * @throws Error when there are none.
 */
export const secretsKeys = async ({ secretsKeys: given, dataDir }: Config): Promise<Buffer[]> => {
  if (given.length > 0) return given;
  const saved = await readKeyFile(dataDir);
  if (saved) return saved;
  throw new Error('SECRETS_KEY is not set: make one with "openssl rand -base64 32" and give it to every process.');
};
