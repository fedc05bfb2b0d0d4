import pg from 'pg';
import type { Pool, PoolClient } from 'pg';

/** What a query function needs. A pool and a transaction's client both fit, so the caller decides. */
export type Queryable = Pick<Pool | PoolClient, 'query'>;

const INT8 = 20;

export interface PoolOptions {
  url: string;
  /** Connections at the most. BullMQ's PostgreSQL backend listens on one for each worker. */
  max: number;
  onError: (err: Error) => void;
}

/**
 * The process's one pool; it serves our queries and, where there is no Redis, BullMQ.
 * Ids come back as numbers (clients compare them strictly), and no statement waits for ever.
 */
export const createPool = ({ url, max, onError }: PoolOptions): Pool => {
  const pool = new pg.Pool({
    connectionString: url,
    max,
    options: '-c search_path=public,bullmq',
    connectionTimeoutMillis: 2_000,
    query_timeout: 30_000,
    types: {
      getTypeParser: (oid: number, format?: 'text' | 'binary'): unknown =>
        oid === INT8 ? Number : pg.types.getTypeParser(oid, format),
    } as pg.CustomTypesConfig,
  });
  // An idle connection that breaks is replaced by the pool; without a listener it would end the process.
  // Once the pool is being closed a connection may break as it likes.
  pool.on('error', (err) => {
    if (!pool.ending) onError(err);
  });
  // One that breaks while it is lent out, between two statements, would do so as well. Its next statement fails anyway.
  pool.on('connect', (client) => client.on('error', () => undefined));
  return pool;
};

/** pg reports its own time limit without a code. */
const isUnanswered = (err: unknown): err is Error => err instanceof Error && /query read timeout/i.test(err.message);

export const withTransaction = async <T>(pool: Pool, work: (tx: PoolClient) => Promise<T>): Promise<T> => {
  const tx = await pool.connect();
  let broken: Error | undefined;
  try {
    await tx.query('begin');
    const result = await work(tx);
    await tx.query('commit');
    return result;
  } catch (err) {
    // Keep the first error. A connection that cannot even roll back leaves the pool; the server rolls back for it. One
    // that did not answer is not asked again: that would take as long once more.
    if (isUnanswered(err)) broken = err;
    else
      await tx.query('rollback').catch((rollbackErr: Error) => {
        broken = rollbackErr;
      });
    throw err;
  } finally {
    tx.release(broken);
  }
};

/**
 * Runs `work` unless another process holds the lock, which a crash of its holder frees.
 *
 * @returns what `work` gave, or undefined when the lock is taken.
 */
export const withAdvisoryLock = async <T>(pool: Pool, key: number, work: () => Promise<T>): Promise<T | undefined> => {
  const client = await pool.connect();
  let broken: Error | undefined;
  try {
    const { rows } = await client.query<{ held: boolean }>('select pg_try_advisory_lock($1) as held', [key]);
    if (!rows[0]?.held) return undefined;
    try {
      return await work();
    } finally {
      await client.query('select pg_advisory_unlock($1)', [key]).catch((err: Error) => {
        broken = err;
      });
    }
  } finally {
    client.release(broken);
  }
};
