import type { Pool } from 'pg';
import type { Config } from '../config.ts';
import { createLogger, type Logger } from '../logger.ts';
import { openPool } from './open-deps.ts';

/** For the short commands that work on the database of a running system. */
export const withDatabase = async (
  config: Config,
  work: (db: Pool, log: Logger) => Promise<void>,
  way: 'usual' | 'direct' = 'usual',
): Promise<void> => {
  const log = createLogger(config.logLevel);
  const db = await openPool(config, log, { direct: way === 'direct' });
  try {
    await work(db, log);
  } finally {
    await db.end();
  }
};
