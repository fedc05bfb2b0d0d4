import pg from 'pg';
import type { Pool, PoolClient, QueryResult, QueryResultRow } from 'pg';
import { whileHoldingConnection } from '../held-connection.ts';
import { parseDatabaseUrl } from './database-url.ts';
import { transactionOf } from './stand-in.ts';

/** What a query function needs. A pool and a transaction's client both fit, so the caller decides. */
export type Queryable = Pick<Pool | PoolClient, 'query'>;

const INT8 = 20;

export interface PoolOptions {
  /** See {@link parseDatabaseUrl}. */
  url: string;
  /** Certificates in PEM that the database's may be signed by, besides the well-known ones. */
  ca?: string | undefined;
  /** Whether BullMQ uses the pool, whose statements name its tables without their schema: `public` and `bullmq` are searched. */
  queue?: boolean;
  /** Connections at the most. BullMQ's PostgreSQL backend listens on one for each worker. */
  max: number;
  onError: (err: Error) => void;
}

/**
 * The process's one pool; it serves our queries and, where there is no Redis, BullMQ.
 * Ids come back as numbers (clients compare them strictly), and no statement waits for ever.
 */
export const createPool = ({ url, ca, queue = false, max, onError }: PoolOptions): Pool => {
  const { options, ...place } = parseDatabaseUrl(url, ca);
  const asked = [options, queue ? '-c search_path=public,bullmq' : undefined].filter((one) => one !== undefined);
  const pool = new pg.Pool({
    ...place,
    max,
    // A pooler takes no options, so none are sent unless they are needed.
    ...(asked.length > 0 && { options: asked.join(' ') }),
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
  // The pool listens only while a connection is idle. One that breaks between two statements of a transaction says so
  // as well, and with nobody to hear it that would end the process; the next statement fails and tells the caller.
  pool.on('connect', (client) => {
    client.on('error', () => undefined);
  });
  return pool;
};

/** Where its database is; of a socket, the folder and the number in its name. */
export const addressOf = ({ options }: Pool): { host: string; port: number } => {
  const { host, port } = new pg.Client(options);
  return { host, port };
};

/** pg reports its own time limit without a code. */
const isUnanswered = (err: unknown): err is Error => err instanceof Error && /query read timeout/i.test(err.message);

/**
 * Runs `work` in a transaction, which is rolled back when it throws. Slow work (keys, hashes, network, blobs, packages)
 * refuses to run in it. Where `pool` stands for a transaction, it becomes a
 * part of that one, which can be undone by itself.
 */
export const withTransaction = <T>(pool: Pool, work: (tx: PoolClient) => Promise<T>): Promise<T> =>
  begin(pool, '', (tx) => work(tx));

/**
 * As withTransaction, with something read in the round trip that begins it.
 *
 * @param select a statement without parameters.
 */
export const withTransactionReading = <Row extends QueryResultRow, T>(
  pool: Pool,
  select: string,
  work: (tx: PoolClient, rows: Row[]) => Promise<T>,
): Promise<T> => begin(pool, select, work);

const begin = <Row extends QueryResultRow, T>(
  pool: Pool,
  select: string,
  work: (tx: PoolClient, rows: Row[]) => Promise<T>,
): Promise<T> => {
  const outer = transactionOf(pool);
  return outer ? runPart(outer, select, work) : run(pool, select, work);
};

/** Sends `statement` and, in the same trip, `select`; gives the rows of that. */
const send = async <Row extends QueryResultRow>(tx: PoolClient, statement: string, select: string): Promise<Row[]> => {
  // Several statements in one text give a list of results, of which pg's types know nothing.
  const results: unknown = await tx.query(`${statement};${select}`);
  return Array.isArray(results) ? (results as QueryResult<Row>[]).at(-1)!.rows : [];
};

const run = async <Row extends QueryResultRow, T>(
  pool: Pool,
  select: string,
  work: (tx: PoolClient, rows: Row[]) => Promise<T>,
): Promise<T> => {
  const tx = await pool.connect();
  let broken: Error | undefined;
  try {
    const rows = await send<Row>(tx, 'begin', select);
    const result = await whileHoldingConnection(() => work(tx, rows));
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

const runPart = async <Row extends QueryResultRow, T>(
  tx: PoolClient,
  select: string,
  work: (tx: PoolClient, rows: Row[]) => Promise<T>,
): Promise<T> => {
  const rows = await send<Row>(tx, 'savepoint part', select);
  try {
    const result = await work(tx, rows);
    await tx.query('release savepoint part');
    return result;
  } catch (err) {
    // Keep the first error. Where this fails, so does whatever the outer transaction does next.
    if (!isUnanswered(err)) await tx.query('rollback to savepoint part; release savepoint part').catch(() => undefined);
    throw err;
  }
};

/**
 * Runs `work` unless another process holds the lock, which a crash of its holder frees. It is the lock of a transaction:
 * behind a pooler, the next statement of a session may run in another one. The transaction is open as long as the work
 * takes, does nothing and holds nothing else back.
 *
 * @returns what `work` gave, or undefined when the lock is taken.
 */
export const withAdvisoryLock = async <T>(pool: Pool, key: number, work: () => Promise<T>): Promise<T | undefined> => {
  const client = await pool.connect();
  let broken: Error | undefined;
  try {
    await client.query('begin; set local idle_in_transaction_session_timeout = 0');
    try {
      const { rows } = await client.query<{ held: boolean }>('select pg_try_advisory_xact_lock($1) as held', [key]);
      return rows[0]?.held ? await work() : undefined;
    } finally {
      await client.query('rollback').catch((err: Error) => {
        broken = err;
      });
    }
  } finally {
    client.release(broken);
  }
};
