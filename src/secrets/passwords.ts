import { hash, verify } from '@node-rs/argon2';
import { TooManyTriesError } from '../errors.ts';
import { createFairQueue } from '../fair-queue.ts';
import { refuseInTransaction } from '../held-connection.ts';

/** The parameters OWASP recommends for argon2id: 19 MiB, two passes, one lane; some 9 ms, off the event loop. */
const COST = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

/** Where a password comes from, for the queue of passwords to check. */
export interface PasswordSender {
  /** Senders with different keys take turns. */
  key: string;
  /** The password of this user was right from this place in the last day. */
  known: boolean;
  /** How long a check holds its turn, of two, at least. */
  paceMs: number;
}

/**
 * Each check takes one of libuv's four threads, and files are read on the same four. Senders take turns, so one address with
 * any number of connections waits for itself; the last of its 150 waits a second, or four when it is slowed down. Known
 * senders have a lane of their own.
 */
const checks = createFairQueue({
  running: 2,
  runningPerKey: 2,
  waiting: 1_000,
  waitingPerKey: 150,
  full: () => new TooManyTriesError('Too many passwords are being checked right now.', 1),
});

/** @throws Error inside a transaction. */
export const hashPassword = async (password: string): Promise<string> => {
  refuseInTransaction('Hashing a password');
  return hash(password, COST);
};

/** Whoever has no password takes as long to refuse as whoever has one: the time does not tell who exists. */
let decoy: Promise<string> | undefined;

const decoyHash = (): Promise<string> =>
  (decoy ??= hashPassword('nobody has this one').catch((err: unknown) => {
    // A failure that is kept would be everybody's from then on.
    decoy = undefined;
    throw err;
  }));

/**
 * Compares a password with a hash; null and undefined are the hash of nobody. The time does not depend on whether there is a
 * hash.
 *
 * @throws TooManyTriesError, without hashing, when too many passwords of this sender wait, or too many in all; Error inside
 *   a transaction.
 */
export const verifyPassword = async (
  passwordHash: string | null | undefined,
  password: string,
  { key, known, paceMs }: PasswordSender,
): Promise<boolean> => {
  refuseInTransaction('Checking a password');
  const check = async (): Promise<boolean> => verify(passwordHash ?? (await decoyHash()), password);
  const matches = await checks.run(key, check, { lane: known ? 'known' : 'other', paceMs });
  return matches && passwordHash !== null && passwordHash !== undefined;
};
