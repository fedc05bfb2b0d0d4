import ipaddr from 'ipaddr.js';
import { LRUCache } from 'lru-cache';
import type { User } from '../db/users.ts';
import { TooManyTriesError } from '../errors.ts';
import type { PasswordSender } from '../secrets/passwords.ts';

/** Who is said to sign in, and from where. */
export interface Guess {
  email: string;
  /** Whom the look-up takes the address for: it may be spelt in more ways than one. Undefined: nobody. */
  user: Pick<User, 'id'> | undefined;
  ip: string | null | undefined;
}

/** Slows down whoever guesses passwords: one guard for every way in. */
export interface GuessGuard {
  /**
   * Counts a try, before it is known how it ends: many at once are counted as well.
   *
   * @returns the seconds to wait when there were too many, else 0.
   */
  countTry(guess: Guess): number;
  /** For a try that was no wrong guess. */
  takeBack(guess: Guess): void;
  /** Where the guess stands in the queue of passwords to check. Ask after {@link countTry}. */
  senderOf(guess: Guess): PasswordSender;
  /** Strangers cannot keep somebody out of a place where the password was known in the last day. */
  trust(guess: Guess): void;
}

const WINDOW_MS = 60_000;
/** In a minute, for a user from one place. */
const MOST_FROM_ONE_PLACE = 5;
/** In a minute, for a user from anywhere else than trusted places: what a botnet has. */
const MOST_FROM_ANYWHERE = 30;
/**
 * In a minute, from one place, for any users. More are slowed down rather than refused: people who share an address with
 * whoever guesses wait a few seconds, and sign in.
 */
const MOST_FROM_ONE_PLACE_FOR_ALL = 60;
/** Forty a second at most, in two turns. */
const SLOW_PACE_MS = 50;
const TRUSTED_MS = 86_400_000;
/** Pushing a count out takes as many password hashes, a minute and a half of a processor. */
const MOST_COUNTS = 10_000;
/** Nobody's address is longer (RFC 5321 4.5.3.1); the guard keeps them in memory. */
export const MAX_EMAIL = 320;

interface Counter {
  /** The seconds until there is another try, or 0. */
  wait(key: string): number;
  add(key: string, tries: 1 | -1): void;
}

type Clock = { now(): number };

const createCounter = (most: number, clock: Clock): Counter => {
  const tries = new LRUCache<string, number>({ max: MOST_COUNTS, ttl: WINDOW_MS, ttlResolution: 0, perf: clock });
  return {
    wait: (key) => {
      if ((tries.get(key) ?? 0) < most) return 0;
      return Math.max(1, Math.ceil(tries.getRemainingTTL(key) / 1_000));
    },
    add: (key, by) => {
      const before = tries.get(key);
      if (before === undefined && by < 0) return;
      // The minute runs from the first try: trying on makes it no longer.
      tries.set(key, Math.max(0, (before ?? 0) + by), { noUpdateTTL: before !== undefined });
    },
  };
};

/**
 * Five tries a minute for a user from one place, thirty from all places together. Sixty for any users from one place; then
 * it is slowed down.
 *
 * Counted in the memory of the process, not in Postgres: a row for each guess would let anybody write into the database,
 * and what is to be stopped is thousands of guesses, not five more for each process that serves the API.
 *
 * @param clock for tests.
 */
export const createGuessGuard = (clock: Clock = performance): GuessGuard => {
  const [here, anywhere] = [createCounter(MOST_FROM_ONE_PLACE, clock), createCounter(MOST_FROM_ANYWHERE, clock)];
  const everybody = createCounter(MOST_FROM_ONE_PLACE_FOR_ALL, clock);
  const trusted = new LRUCache<string, true>({ max: MOST_COUNTS, ttl: TRUSTED_MS, ttlResolution: 0, perf: clock });
  const keysOf = ({ email, user, ip }: Guess) => {
    const who = user ? `id ${user.id}` : `address ${email.toLowerCase()}`;
    const from = placeOf(ip);
    return { who, from, place: `${from} ${who}` };
  };
  const add = ({ who, from, place }: ReturnType<typeof keysOf>, by: 1 | -1): void => {
    here.add(place, by);
    if (trusted.has(place)) return;
    anywhere.add(who, by);
    everybody.add(from, by);
  };
  return {
    countTry(guess) {
      const keys = keysOf(guess);
      const wait = Math.max(here.wait(keys.place), trusted.has(keys.place) ? 0 : anywhere.wait(keys.who));
      if (wait === 0) add(keys, 1);
      return wait;
    },
    senderOf(guess) {
      const { from, place } = keysOf(guess);
      if (trusted.has(place)) return { key: place, known: true, paceMs: 0 };
      return { key: from, known: false, paceMs: everybody.wait(from) > 0 ? SLOW_PACE_MS : 0 };
    },
    takeBack: (guess) => add(keysOf(guess), -1),
    trust: (guess) => void trusted.set(keysOf(guess).place, true),
  };
};

/** Whoever has one address of IPv6 has the 2^64 of its network. */
const placeOf = (ip: string | null | undefined): string => {
  if (!ip || !ipaddr.isValid(ip)) return '';
  const address = ipaddr.process(ip);
  return address.kind() === 'ipv4' ? address.toString() : address.toNormalizedString().split(':', 4).join(':');
};

/**
 * Lets `isRight` decide, unless there were too many wrong guesses. It gets what the check of a password needs to know of the
 * sender.
 *
 * @throws TooManyTriesError
 */
export const guardGuess = async (
  guesses: GuessGuard,
  guess: Guess,
  isRight: (sender: PasswordSender) => Promise<boolean>,
): Promise<boolean> => {
  const wait = guesses.countTry(guess);
  if (wait > 0) throw new TooManyTriesError('Too many tries for this address.', wait);
  let wrong = false;
  try {
    wrong = !(await isRight(guesses.senderOf(guess)));
  } finally {
    // Neither was one that nobody could look at.
    if (!wrong) guesses.takeBack(guess);
  }
  if (!wrong) guesses.trust(guess);
  return !wrong;
};
