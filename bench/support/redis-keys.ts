import { Redis } from 'ioredis';

/** For a Redis that is not ours alone (REDIS_URL): nothing of the benchmark stays. */
export const removeRedisKeys = async (url: string, prefix: string): Promise<void> => {
  const redis = new Redis(url);
  try {
    for await (const keys of redis.scanStream({ match: `${prefix}-*`, count: 1_000 }))
      if (keys.length > 0) await redis.del(...(keys as string[]));
  } finally {
    redis.disconnect();
  }
};
