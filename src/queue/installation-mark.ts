import type { RedisClient } from './connect-redis.ts';

/** The queue's store and prefix belong to another installation. */
export class ForeignQueueError extends Error {}

/**
 * Compares the mark in Redis with this installation, and writes it where there is none: Redis may have been flushed. A Redis
 * that does not answer is not held to be wrong.
 *
 * @returns undefined: the mark is this installation's.
 */
export const findForeignMark = async (
  redis: RedisClient,
  { key, installation }: { key: string; installation: string },
): Promise<ForeignQueueError | undefined> => {
  const found = await readOrWrite(redis, key, installation).catch(() => null);
  if (found === null || found === installation) return undefined;
  return new ForeignQueueError(
    `Redis has the queue of the installation ${found} under this prefix, and the database belongs to ${installation}. Set ` +
      'REDIS_PREFIX to a value of its own for each installation, or REDIS_URL to another Redis. After a restore, run: ' +
      'appyard adopt --redis',
  );
};

const readOrWrite = async (redis: RedisClient, key: string, installation: string): Promise<string | null> => {
  await redis.set(key, installation, 'NX');
  return redis.get(key);
};
