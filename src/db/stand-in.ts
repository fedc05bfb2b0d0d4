import type { Pool, PoolClient } from 'pg';

/** Work that must not be begun before the transaction is committed. It sees to its own failures. */
type Task = () => Promise<void>;

interface StandIn {
  tx: PoolClient;
  tasks: Task[];
}

const standIns = new WeakMap<object, StandIn>();

/**
 * A pool that is one transaction: whatever is asked of it, and every transaction that is begun on it, is part of that
 * one. One statement at a time: no `Promise.all` on it.
 *
 * @param tasks where what is left for after the commit is put.
 */
export const standInFor = (pool: Pool, tx: PoolClient, tasks: Task[]): Pool => {
  const refuse = (): never => {
    throw new Error('a transaction that stands in for the pool gives no connections');
  };
  // Everything but these two is the pool's.
  const db = Object.create(pool, { query: { value: tx.query.bind(tx) }, connect: { value: refuse } }) as Pool;
  standIns.set(db, { tx, tasks });
  return db;
};

/** The transaction that stands in for the pool; undefined: it is a pool. */
export const transactionOf = (db: Pool): PoolClient | undefined => standIns.get(db)?.tx;

/**
 * For what comes after a commit (a trip to the queue): runs it now, or, where `db` stands for a transaction that is not
 * committed yet, after that; never, when that is rolled back.
 */
export const afterCommit = async (db: Pool, task: Task): Promise<void> => {
  const standIn = standIns.get(db);
  if (standIn) standIn.tasks.push(task);
  else await task();
};
