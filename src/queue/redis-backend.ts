import { createRedisBackend } from 'bullmq';
import { RateLimiterRedis } from 'rate-limiter-flexible';
import type { Logger } from '../logger.ts';
import { buildQueues, type QueueBackend, type Traced } from './backend.ts';
import { connectRedis, PRODUCER_LIMIT_MS, type RedisClient } from './connect-redis.ts';
import { findForeignMark } from './installation-mark.ts';
import { findEviction } from './memory-policy.ts';
import { parseRedisUrl } from './redis-url.ts';

interface RedisQueuesOptions extends Traced {
  /** Of every key. In a cluster they must all be in one slot: it becomes their hash tag unless it has one. */
  prefix: string;
  /** The id of the installation. Keys have it behind the prefix, and a mark right under the prefix has it as its value. */
  installation: string;
  /** Certificates in PEM, see {@link connectRedis}. */
  ca?: string | undefined;
  log: Pick<Logger, 'warn' | 'error'>;
}

/** How long the key that `check` writes lives. */
const PROBE_SECONDS = 60;

/**
 * BullMQ on Redis: one server, one that sentinels name, or a cluster.
 *
 * The producers' connection is our own: its state is known at once, a Redis that hangs costs them 1.5 s and not for
 * ever, and it works by itself once Redis comes. The workers' connections wait as long as it takes: one that they share,
 * and for each of them a copy of it that BullMQ makes to wait for jobs with.
 *
 * @throws Error when the URL is none, see {@link parseRedisUrl}.
 */
export const createRedisQueues = (
  url: string,
  { prefix, installation, ca, log, telemetry }: RedisQueuesOptions,
): QueueBackend => {
  const place = { ...parseRedisUrl(url), hasCa: ca !== undefined };
  const warn = (err: Error): void => log.warn('queue connection', { err });
  const redis = connectRedis(place, { role: 'producer', ca, onError: warn });
  let shared: RedisClient | undefined;
  // The workers tell of its errors, and of those of their copies.
  const consumers = () => (shared ??= connectRedis(place, { role: 'worker', ca, onError: () => undefined }));
  const root = place.kind === 'cluster' ? hashTagged(prefix) : prefix;
  const keyPrefix = `${root}:${installation}`;
  const mark = { key: `${root}:installation`, installation };
  const findFault = async () => (await findEviction(redis, place)) ?? (await findForeignMark(redis, mark));
  return {
    ...buildQueues(createRedisBackend, { producers: redis, consumers, prefix: keyPrefix, telemetry }),
    limiter: ({ name, points, seconds }) =>
      new RateLimiterRedis({
        storeClient: redis,
        keyPrefix: `${keyPrefix}:limit:${name}`,
        points,
        duration: seconds,
        inMemoryBlockOnConsumed: points,
        rejectIfRedisNotReady: true,
      }),
    ready: () => redis.status === 'ready',
    // A write, because Redis still answers reads while it is full or cannot save.
    check: () => redis.set(`${keyPrefix}:probe`, '1', 'EX', PROBE_SECONDS),
    async checkStore() {
      const fault = (await untilReady(redis)) ? await findFault() : undefined;
      if (fault) throw fault;
      redis.on('ready', () => {
        void findFault().then((err) => err && log.error('queue store', { err }));
      });
    },
    adoptStore: async () => {
      if (!(await untilReady(redis))) throw new Error('Redis cannot be reached at REDIS_URL.');
      await redis.set(mark.key, installation);
    },
    close: async () => {
      redis.disconnect();
      shared?.disconnect();
    },
  };
};

/** What stands between the first { and the next } decides about the slot of a key. */
const hashTagged = (prefix: string): string => (prefix.includes('{') ? prefix : `{${prefix}}`);

/** @returns false when it is away, which is known with the first error or after as long as a producer would wait. */
const untilReady = (redis: RedisClient): Promise<boolean> =>
  new Promise((resolve) => {
    if (redis.status === 'ready') return resolve(true);
    const end = (ready: boolean): void => {
      clearTimeout(timer);
      redis.off('ready', onReady).off('error', onError);
      resolve(ready);
    };
    const onReady = (): void => end(true);
    const onError = (): void => end(false);
    const timer = setTimeout(onError, PRODUCER_LIMIT_MS);
    redis.on('ready', onReady).on('error', onError);
  });
