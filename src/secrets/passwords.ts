import { hash, verify } from '@node-rs/argon2';
import pLimit from 'p-limit';
import { refuseInTransaction } from '../held-connection.ts';
import { TooManyTriesError } from '../errors.ts';

/** The parameters OWASP recommends for argon2id: 19 MiB, two passes, one lane; some 9 ms, off the event loop. */
const COST = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

/** Each takes one of libuv's four threads, and files are read on the same four. */
const MOST_RUNNING = 2;
/** The last of them waits a quarter of a second, a second on a slow machine; a refused one costs nothing. */
const MOST_WAITING = 50;
const limit = pLimit(MOST_RUNNING);

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
 * Compares a password with a hash; null and undefined are the hash of nobody.
 *
 * @throws TooManyTriesError, without hashing, when too many wait already: anybody can send passwords.
 */
export const verifyPassword = async (passwordHash: string | null | undefined, password: string): Promise<boolean> => {
  refuseInTransaction('Checking a password');
  if (limit.activeCount + limit.pendingCount >= MOST_RUNNING + MOST_WAITING)
    throw new TooManyTriesError('Too many passwords are being checked right now.', 1);
  const matches = await limit(async () => verify(passwordHash ?? (await decoyHash()), password));
  return matches && passwordHash !== null && passwordHash !== undefined;
};
