import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { sweep } from '../../../workers/sweep.ts';
import { createApp, endOf, pollJob } from '../../support/client.ts';
import { createHarness, type Harness } from '../../support/harness.ts';
import { buildArchive } from '../../support/packages.ts';
import { startSentinel, type TestSentinel } from '../../support/redis-topologies.ts';

describe('a Redis that a sentinel watches', () => {
  let sentinel: TestSentinel;
  let harness: Harness;
  beforeAll(async () => {
    sentinel = await startSentinel();
    harness = await createHarness('redis', { env: { REDIS_URL: sentinel.url } });
  });
  afterAll(async () => {
    await harness.close();
    await sentinel.close();
  });

  it('builds a package, and goes on with the replica when the master has died', { timeout: 90_000 }, async () => {
    const worker = harness.startWorker();
    expect(await endOf(harness, await createApp(harness, buildArchive()))).toMatchObject({ status: 'completed' });
    const old = await sentinel.master();
    await sentinel.failOver();
    expect(await sentinel.master()).not.toBe(old);
    const id = await createApp(harness, buildArchive());
    expect(await pollJob(harness, id)).toMatchObject({ id });
    await vi.waitFor(() => expect(harness.deps.producer.ready()).toBe(true), { timeout: 40_000 });
    await sweep(harness.deps, 0);
    expect(await endOf(harness, id)).toMatchObject({ status: 'completed' });
    expect(await endOf(harness, await createApp(harness, buildArchive()))).toMatchObject({ status: 'completed' });
    await worker.close();
  });

  it('lets nothing be seen of its passwords', () => {
    const { warn, error } = harness.deps.log;
    const logged = JSON.stringify([vi.mocked(warn).mock.calls, vi.mocked(error).mock.calls], (_key, value: unknown) =>
      value instanceof Error ? `${value.message} ${value.stack}` : value,
    );
    expect(logged).toContain('queue connection');
    expect(logged).not.toMatch(/p@ss|p%40ss/);
  });
});
