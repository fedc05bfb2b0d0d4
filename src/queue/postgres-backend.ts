import { createPostgresBackend, isPgPool, runMigrations } from 'bullmq';
import type { Pool } from 'pg';
import { RateLimiterPostgres } from 'rate-limiter-flexible';
import { buildQueues, type QueueBackend, type Traced } from './backend.ts';

/**
 * BullMQ on the Postgres that holds everything else: our pool serves both. Its tables stand in the schema `bullmq`,
 * see {@link migratePostgresQueues}.
 */
export const createPostgresQueues = (pool: Pool, { telemetry }: Traced = {}): QueueBackend => {
  pool.setMaxListeners(0);
  const connection: unknown = withNamedStatements(pool);
  if (!isPgPool(connection)) throw new TypeError('not a pg.Pool');
  return {
    ...buildQueues(createPostgresBackend, {
      producers: connection,
      consumers: () => connection,
      prefix: 'appyard',
      telemetry,
    }),
    limiter: ({ name, points, seconds }) =>
      new RateLimiterPostgres({
        storeClient: pool,
        storeType: 'pool',
        tableName: 'rate_limits',
        tableCreated: true,
        // A row for each account and limit, written again and again: there is nothing to clear.
        clearExpiredByTimeout: false,
        keyPrefix: name,
        points,
        duration: seconds,
        inMemoryBlockOnConsumed: points,
      }),
    ready: () => true,
    check: () => pool.query('select 1'),
    checkStore: async () => undefined,
    // The queue is in the database whose id the mark would be.
    adoptStore: async () => undefined,
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
