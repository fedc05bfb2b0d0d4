import type { Pool } from 'pg';
import { withTransaction } from './pool.ts';
import { standInFor } from './stand-in.ts';

/**
 * Runs `work` with a pool that is one transaction: all that it does with it, in as many transactions as it likes, is
 * committed together or not at all. What it leaves for after a commit (`afterCommit`) comes after this one.
 */
export const inOneTransaction = async <T>(pool: Pool, work: (db: Pool) => Promise<T>): Promise<T> => {
  const tasks: (() => Promise<void>)[] = [];
  const result = await withTransaction(pool, (tx) => work(standInFor(pool, tx, tasks)));
  for (const task of tasks) await task();
  return result;
};
