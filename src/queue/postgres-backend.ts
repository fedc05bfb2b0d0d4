import { createPostgresBackend, isPgPool, runMigrations } from 'bullmq';
import { DatabaseError, type Pool } from 'pg';
import { RateLimiterPostgres } from 'rate-limiter-flexible';
import { buildQueues, type QueueBackend, type Traced } from './backend.ts';

interface PostgresQueuesOptions extends Traced {
  /** Whether statements are prepared by name: it halves the time of a poll, and not every pooler takes it. */
  prepared: boolean;
  /** Tries whether the database takes writes. */
  check: () => Promise<unknown>;
}

/**
 * BullMQ on the Postgres that holds everything else: our pool serves both. Its tables stand in the schema `bullmq`,
 * see {@link migratePostgresQueues}.
 */
export const createPostgresQueues = (
  pool: Pool,
  { telemetry, prepared, check }: PostgresQueuesOptions,
): QueueBackend => {
  pool.setMaxListeners(0);
  const connection: unknown = prepared ? withNamedStatements(pool) : pool;
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
    check,
    checkStore: () => refusePooler(pool),
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

/**
 * A pooler that hands its connections on after each transaction keeps no setting of a session and passes no notification
 * on: workers would find neither their tables nor their jobs.
 *
 * @throws Error that says what to set.
 */
const refusePooler = async (pool: Pool): Promise<void> => {
  const { rows } = await pool.query<{ path: string }>(`select current_setting('search_path') as path`);
  if (!rows[0]!.path.includes(SCHEMA))
    throw new Error(
      'DATABASE_URL leads through a pooler, and the queue is in Postgres: set DATABASE_DIRECT_URL to the database itself, or REDIS_URL.',
    );
};

const SCHEMA = 'bullmq';

/** What a pooler makes of statements that are prepared by name. */
const NOT_PREPARED = new Set(['26000', '42P05', '08P01']);

const sayHowToMend = (err: unknown): never => {
  if (err instanceof DatabaseError && NOT_PREPARED.has(err.code ?? ''))
    err.message += ' (behind a pooler, set DATABASE_PREPARED=off, or DATABASE_DIRECT_URL)';
  throw err;
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
          target.query({ name: nameOf(text), text, ...(values && { values }) }).catch(sayHowToMend);
      const value: unknown = Reflect.get(target, key, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
};
