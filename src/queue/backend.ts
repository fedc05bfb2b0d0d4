import {
  createPostgresBackend,
  createRedisBackend,
  isPgPool,
  runMigrations,
  withBackend,
  type BackendFactory,
  type IQueueBackend,
  type Job,
  type JobsOptions,
  type Processor,
  type Queue as BullQueue,
  type Telemetry,
  type WorkerOptions,
} from 'bullmq';
import { Redis } from 'ioredis';
import type { Pool } from 'pg';

/** What Appyard uses of a queue, whichever store is behind it. */
interface JobQueue {
  add(name: string, data: unknown, options: JobsOptions): Promise<Job>;
  getJob(id: string): Promise<Job | undefined>;
  remove(id: string): Promise<number>;
  close(): Promise<void>;
  on(event: 'error', listener: (err: Error) => void): unknown;
}

interface JobWorker {
  cancelJob(id: string, reason?: string): boolean;
  close(force?: boolean): Promise<void>;
  on(event: 'error', listener: (err: Error) => void): unknown;
  on(event: 'stalled', listener: (jobId: string) => void): unknown;
  on(event: 'lockRenewalFailed', listener: (jobIds: string[]) => void): unknown;
}

export interface QueueBackend {
  queue(name: string): JobQueue;
  /** All of a queue, for a board that shows it. */
  shownQueue(name: string): BullQueue;
  worker(name: string, processor: Processor, options: Omit<WorkerOptions, 'connection' | 'prefix'>): JobWorker;
  /** Known without asking the store: a store that hangs costs nobody any time. */
  ready(): boolean;
  close(): Promise<void>;
}

/** How long a producer waits for its store, in milliseconds. */
const LIMIT_MS = 1_500;

/** Undefined: nothing is traced. */
type Traced = { telemetry?: Telemetry | undefined };

const build = <B extends IQueueBackend, C>(
  factory: BackendFactory<B, C>,
  { producers, consumers, prefix, telemetry }: { producers: C; consumers: C; prefix: string } & Traced,
): Pick<QueueBackend, 'queue' | 'shownQueue' | 'worker'> => {
  const { Queue, Worker } = withBackend(factory);
  const shared = { prefix, ...(telemetry && { telemetry }) };
  return {
    queue: (name) => new Queue(name, { ...shared, connection: producers }),
    // Its type names Redis although the class does not care which store it is on.
    shownQueue: (name) => new Queue(name, { ...shared, connection: producers }) as unknown as BullQueue,
    worker: (name, processor, options) => new Worker(name, processor, { ...options, ...shared, connection: consumers }),
  };
};

/**
 * BullMQ on Redis.
 *
 * The producers' connection is our own: its state is known at once, a Redis that hangs costs them 1.5 s and not for
 * ever, and it works by itself once Redis comes. The workers' connections wait as long as it takes.
 */
export const createRedisQueues = (
  url: string,
  { prefix, onError, telemetry }: { prefix: string; onError: (err: Error) => void } & Traced,
): QueueBackend => {
  const redis = new Redis(url, {
    enableOfflineQueue: false,
    maxRetriesPerRequest: 1,
    commandTimeout: LIMIT_MS,
    connectTimeout: LIMIT_MS,
  });
  redis.on('error', onError);
  const consumers = { url, maxRetriesPerRequest: null };
  return {
    ...build(createRedisBackend, { producers: redis, consumers, prefix, telemetry }),
    ready: () => redis.status === 'ready',
    close: async () => {
      redis.disconnect();
    },
  };
};

/**
 * BullMQ on the Postgres that holds everything else: our pool serves both. Its tables stand in the schema `bullmq`,
 * see {@link migratePostgresQueues}.
 */
export const createPostgresQueues = (pool: Pool, { telemetry }: Traced = {}): QueueBackend => {
  pool.setMaxListeners(0);
  const connection: unknown = withNamedStatements(pool);
  if (!isPgPool(connection)) throw new TypeError('not a pg.Pool');
  return {
    ...build(createPostgresBackend, { producers: connection, consumers: connection, prefix: 'appyard', telemetry }),
    ready: () => true,
    close: async () => undefined,
  };
};

export const migratePostgresQueues = async (pool: Pool): Promise<void> => {
  const client = await pool.connect();
  try {
    await runMigrations(client);
  } finally {
    client.release();
  }
};

/** BullMQ sends its statements without a name, so Postgres plans each call anew; named, getJob takes half the time. */
const withNamedStatements = (pool: Pool): Pool => {
  const names = new Map<string, string>();
  const nameOf = (text: string): string => {
    const name = names.get(text) ?? `bullmq_${names.size}`;
    names.set(text, name);
    return name;
  };
  return new Proxy(pool, {
    get(target, key) {
      if (key === 'query')
        return (text: string, values?: unknown[]) =>
          target.query({ name: nameOf(text), text, ...(values && { values }) });
      const value: unknown = Reflect.get(target, key, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
};
