import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { createRedisQueues } from '../../../src/queue/redis-backend.ts';
import { createHarness, quietLog } from '../../support/harness.ts';
import { startCluster, startEvictingRedis, type TestEvictingRedis } from '../../support/redis-topologies.ts';
import { startProxy } from '../../support/tcp-proxy.ts';

describe('a Redis that may forget jobs', () => {
  let redis: TestEvictingRedis;
  beforeAll(async () => {
    redis = await startEvictingRedis();
  });
  afterAll(() => redis.close());

  const open = (url: string) => {
    const log = quietLog();
    const backend = createRedisQueues(url, { prefix: 'test', installation: 'one', log });
    onTestFinished(() => backend.close());
    return { backend, log };
  };

  it('is refused with the command that mends it, and taken when that was given', async () => {
    const refused = await createHarness('redis', { env: { REDIS_URL: redis.url } }).catch((err: unknown) => err);
    expect(String(refused)).toContain(`Redis at 127.0.0.1:${redis.port} has maxmemory-policy allkeys-lru`);
    const [, command] = /redis-cli -h 127\.0\.0\.1 -p \d+ (.+)/.exec(String(refused))!;
    await redis.ask(...(command!.split(' ') as [string, ...string[]]));
    await open(redis.url).backend.checkStore();
    await redis.ask('CONFIG', 'SET', 'maxmemory-policy', 'allkeys-lru');
  });

  it('is no reason not to start while it is away, and is told of when it comes', async () => {
    const proxy = await startProxy({ host: '127.0.0.1', port: redis.port });
    onTestFinished(() => proxy.close());
    await proxy.cut();
    const { backend, log } = open(`redis://127.0.0.1:${proxy.port}`);
    await backend.checkStore();
    await proxy.restore();
    await vi.waitFor(() => expect(log.error).toHaveBeenCalled(), { timeout: 10_000 });
    expect(log.error).toHaveBeenCalledWith('queue store', {
      err: expect.objectContaining({ message: expect.stringContaining('allkeys-lru and may forget jobs') }),
    });
  });

  it('is found among the masters of a cluster', async () => {
    const cluster = await startCluster();
    onTestFinished(() => cluster.close());
    const [, second] = cluster.ports;
    await open(cluster.url).backend.checkStore();
    await cluster.ask(second!, 'CONFIG', 'SET', 'maxmemory-policy', 'volatile-lru');
    await expect(open(cluster.url).backend.checkStore()).rejects.toThrow(
      `redis-cli -h 127.0.0.1 -p ${second} CONFIG SET maxmemory-policy noeviction`,
    );
  });
});
