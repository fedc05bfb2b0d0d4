import type { Pool } from 'pg';
import type { Config } from '../config.ts';
import { createLogger } from '../logger.ts';
import { openPool } from './open-deps.ts';

/** For the short commands that work on the database of a running system. */
export const withDatabase = async (config: Config, work: (db: Pool) => Promise<void>): Promise<void> => {
  const db = openPool(config, createLogger(config.logLevel));
  try {
    await work(db);
  } finally {
    await db.end();
  }
};
