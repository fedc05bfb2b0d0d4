import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createApp, endOf } from '../../support/client.ts';
import { createHarness } from '../../support/harness.ts';
import { buildArchive } from '../../support/packages.ts';
import { startTlsRedis, type TestTlsRedis } from '../../support/redis-topologies.ts';

describe('a Redis that speaks TLS', () => {
  let redis: TestTlsRedis;
  beforeAll(async () => {
    redis = await startTlsRedis();
  });
  afterAll(() => redis.close());

  it('builds a package when it is told whom to trust', async () => {
    const harness = await createHarness('redis', { env: { REDIS_URL: redis.url, REDIS_CA: redis.caFile } });
    try {
      expect(harness.deps.producer.ready()).toBe(true);
      const worker = harness.startWorker();
      expect(await endOf(harness, await createApp(harness, buildArchive()))).toMatchObject({ status: 'completed' });
      await worker.close();
    } finally {
      await harness.close();
    }
  });

  it('is not believed otherwise, and nothing waits for it', async () => {
    const harness = await createHarness('redis', { env: { REDIS_URL: redis.url } });
    try {
      expect(harness.deps.producer.ready()).toBe(false);
      expect(harness.deps.log.warn).toHaveBeenCalledWith('queue connection', {
        err: expect.objectContaining({ message: expect.stringContaining('certificate') }),
      });
      await createApp(harness, buildArchive());
    } finally {
      await harness.close();
    }
  });

  it.each([
    ['that is not there', '/no/such/ca.pem', 'REDIS_CA: /no/such/ca.pem cannot be read (ENOENT).'],
    ['that is no certificate', import.meta.filename, 'is not a certificate in PEM'],
  ])('does not start with a REDIS_CA %s', async (_what, REDIS_CA, message) => {
    await expect(createHarness('redis', { env: { REDIS_URL: redis.url, REDIS_CA } })).rejects.toThrow(message);
  });
});
