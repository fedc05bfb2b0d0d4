import { AsyncLocalStorage } from 'node:async_hooks';

const held = new AsyncLocalStorage<true>();

/** Marks everything that `work` calls as code that holds a database connection. */
export const whileHoldingConnection = <T>(work: () => Promise<T>): Promise<T> => held.run(true, work);

/**
 * Keeps slow work out of transactions: a process has 20 connections, and one that waits for a key, a hash, the network or a
 * blob is missing to every other account.
 *
 * @param operation names the slow work in the error.
 * @throws Error inside a transaction. This is a fault of the caller, never of a request.
 */
export const refuseInTransaction = (operation: string): void => {
  if (held.getStore()) throw new Error(`${operation} must not run inside a transaction: do it before or after.`);
};
