import { LRUCache } from 'lru-cache';

/** Slows down whoever guesses passwords. */
export interface GuessGuard {
  /**
   * Counts a try, before it is known how it ends: many at once are counted as well.
   *
   * @returns the seconds to wait when there were too many, else 0.
   */
  countTry(email: string): number;
  /** A try that was no guess. */
  forget(email: string): void;
}

const MAX_TRIES = 5;
const PAUSE_MS = 60_000;

/**
 * Five tries for an address, then a pause of a minute; a minute without a try is a pause as well.
 *
 * Counted in the memory of the process, not in Postgres: a row for each guess would let anybody write into the database,
 * and what is to be stopped is thousands of guesses, not five more for each process that serves the API.
 *
 * @param clock for tests.
 */
export const createGuessGuard = (clock: { now(): number } = performance): GuessGuard => {
  const tries = new LRUCache<string, number>({
    // Pushing an address out takes as many password hashes, a minute and a half of a processor.
    max: 10_000,
    ttl: PAUSE_MS,
    ttlResolution: 0,
    perf: clock,
  });
  const keyOf = (email: string): string => email.toLowerCase();
  return {
    countTry(email) {
      const key = keyOf(email);
      const before = tries.get(key) ?? 0;
      // The pause is not made longer by trying.
      if (before >= MAX_TRIES) return Math.max(1, Math.ceil(tries.getRemainingTTL(key) / 1_000));
      tries.set(key, before + 1);
      return 0;
    },
    forget: (email) => void tries.delete(keyOf(email)),
  };
};
