import { setTimeout as sleep } from 'node:timers/promises';
import { UnavailableError } from './errors.ts';

/**
 * Gives `work` a time limit in milliseconds. The work itself goes on: a store may still do what was asked of it.
 *
 * @throws UnavailableError
 */
export const within = async <T>(ms: number, what: string, work: Promise<T>): Promise<T> => {
  const timer = new AbortController();
  const limit = sleep(ms, undefined, { signal: timer.signal }).then(() => {
    throw new UnavailableError(what, new Error(`no answer within ${ms} ms`));
  });
  try {
    return await Promise.race([work, limit]);
  } finally {
    timer.abort();
    // Whichever of the two comes second is nobody's news any more.
    limit.catch(() => undefined);
    work.catch(() => undefined);
  }
};
