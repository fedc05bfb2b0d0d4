import type { Redis } from 'ioredis';

/** What Redis occupies for everything that it holds, in bytes. */
export const usedMemory = async (redis: Redis): Promise<number> =>
  Number(/^used_memory:(\d+)/m.exec(await redis.info('memory'))![1]);

/** How many clients are connected, this one left out. */
export const countClients = async (redis: Redis): Promise<number> =>
  Number(/^connected_clients:(\d+)/m.exec(await redis.info('clients'))![1]) - 1;

/** The mean size of the jobs' own keys below a prefix, in bytes. NaN: there are none. */
export const meanJobSize = async (redis: Redis, prefix: string): Promise<number> => {
  const sizes: number[] = [];
  for await (const keys of redis.scanStream({ match: `${prefix}:*`, count: 1_000, type: 'hash' }))
    for (const key of keys as string[])
      if (/:[0-9a-f]{32}$/.test(key)) sizes.push((await redis.memory('USAGE', key, 'SAMPLES', 0))!);
  return sizes.reduce((sum, size) => sum + size, 0) / sizes.length;
};
