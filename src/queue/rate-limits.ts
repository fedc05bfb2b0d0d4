import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import type { Logger } from '../logger.ts';
import { within } from '../within.ts';
import type { Limit, QueueBackend } from './backend.ts';

/** What a request leaves of a limit. */
interface Spent {
  limit: number;
  remaining: number;
  /** Until all of it is there again, in whole seconds. */
  resetSeconds: number;
  /** The request is one too many. */
  over: boolean;
}

/** Counts a request of an account. It never fails: without its store a process counts for itself. */
export type CountRequest = (accountId: number) => Promise<Spent>;

/** Undefined: there is no such limit. */
export interface RateLimits {
  requests: CountRequest | undefined;
  /** Of asking how far jobs are: those who wait ask once a second. */
  polls: CountRequest | undefined;
}

const WINDOW_SECONDS = 60;
/** A store that hangs costs a request no more than this, */
const STORE_LIMIT_MS = 250;
/** and the next ones nothing for so long. */
const AWAY_MS = 5_000;

/** @param perMinute how many requests of an account a minute, all processes together; undefined: as many as come. */
export const createRateLimits = (
  backend: Pick<QueueBackend, 'limiter'>,
  perMinute: { requests: number | undefined; polls: number | undefined },
  log: Pick<Logger, 'warn'>,
): RateLimits => {
  const counter = (name: string, points: number | undefined): CountRequest | undefined =>
    points === undefined ? undefined : createCounter(backend, { name, points, seconds: WINDOW_SECONDS }, log);
  return { requests: counter('requests', perMinute.requests), polls: counter('polls', perMinute.polls) };
};

/**
 * One round trip for a request. None for one that is too many, until the minute is over: a flood stays in this process.
 *
 * The library's own insurance would come after the store's time limit, each time: here a store that hangs is left alone.
 */
const createCounter = (
  backend: Pick<QueueBackend, 'limiter'>,
  limit: Limit,
  log: Pick<Logger, 'warn'>,
): CountRequest => {
  const store = backend.limiter(limit);
  const memory = new RateLimiterMemory({ points: limit.points, duration: limit.seconds });
  let awayUntil = 0;

  const consume = async (key: string): Promise<RateLimiterRes> => {
    if (performance.now() < awayUntil) return memory.consume(key);
    try {
      return await within(STORE_LIMIT_MS, 'The store of the rate limits', store.consume(key));
    } catch (err) {
      if (err instanceof RateLimiterRes) throw err;
      // Of many that have waited together one tells.
      if (performance.now() >= awayUntil)
        log.warn('rate limits are counted in this process', { limit: limit.name, err });
      awayUntil = performance.now() + AWAY_MS;
      return memory.consume(key);
    }
  };

  const spentOf = ({ remainingPoints, msBeforeNext }: RateLimiterRes, over: boolean): Spent => ({
    limit: limit.points,
    remaining: remainingPoints,
    resetSeconds: Math.max(1, Math.ceil(msBeforeNext / 1_000)),
    over,
  });

  return async (accountId) => {
    try {
      return spentOf(await consume(String(accountId)), false);
    } catch (err) {
      if (err instanceof RateLimiterRes) return spentOf(err, true);
      throw err;
    }
  };
};
