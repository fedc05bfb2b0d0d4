import { setTimeout as sleep } from 'node:timers/promises';
import type { Pool } from 'pg';
import type { Config } from '../config.ts';
import { isDatabaseAway } from '../db/errors.ts';
import { addressOf } from '../db/pool.ts';
import { jittered } from '../jitter.ts';
import type { Logger } from '../logger.ts';

/** A machine that starts all its services at once, or a fail-over, is done by then. */
const LIMIT_MS = 60_000;
const BETWEEN_MS = 1_000;

/**
 * Waits for the database that DATABASE_URL names, as long as what keeps it away may pass: one or two tries a second, a
 * warning with the first that fails, and a line when it is there. An embedded one is there, or nobody starts it.
 *
 * @throws Error with its host and port when it has not come within `limitMs`; what pg reports, at once, when it is of another
 *   kind: a wrong password, no such database.
 */
export const waitForDatabase = async (
  { databaseUrl }: Pick<Config, 'databaseUrl'>,
  { db, log }: { db: Pool; log: Logger },
  limitMs = LIMIT_MS,
): Promise<void> => {
  if (databaseUrl === undefined) return;
  const { host, port } = addressOf(db);
  const giveUpAt = performance.now() + limitMs;
  let waits = false;
  for (let err = await whyAway(db); err !== undefined; err = await whyAway(db)) {
    if (!waits) log.warn('waiting for the database', { host, port, err });
    waits = true;
    if (performance.now() >= giveUpAt) throw unreachable(`${host}:${port}`, err);
    await sleep(jittered(BETWEEN_MS));
  }
  if (waits) log.info('the database is there', { host, port });
};

/** Undefined: it takes connections. */
const whyAway = async (db: Pool): Promise<unknown> => {
  try {
    (await db.connect()).release();
    return undefined;
  } catch (err) {
    if (refusesOptions(err))
      throw new Error(
        'DATABASE_URL leads through a pooler that takes no options: leave ?options= out of it; where the queue is in Postgres, set DATABASE_DIRECT_URL to the database itself, or REDIS_URL.',
        { cause: err },
      );
    if (!isDatabaseAway(err)) throw err;
    return err;
  }
};

/** PgBouncer's words. */
const refusesOptions = (err: unknown): boolean =>
  err instanceof Error && /unsupported startup parameter/i.test(err.message);

const unreachable = (address: string, cause: unknown): Error => {
  const reason = cause instanceof Error && 'code' in cause && typeof cause.code === 'string' ? cause.code : 'no answer';
  return new Error(`The database at ${address} cannot be reached (${reason}): start it, or set DATABASE_URL.`, {
    cause,
  });
};
