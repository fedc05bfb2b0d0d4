import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createApp, endOf, pollJob } from '../../support/client.ts';
import { createHarness, type Harness } from '../../support/harness.ts';
import { endWithSweeps } from '../../support/jobs.ts';
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

  it('builds a package, and goes on with the replica when the master has died', { timeout: 180_000 }, async () => {
    const worker = harness.startWorker();
    expect(await endOf(harness, await createApp(harness, buildArchive()))).toMatchObject({ status: 'completed' });
    const old = await sentinel.master();
    await sentinel.failOver();
    expect(await sentinel.master()).not.toBe(old);
    // The producer connects anew once more when the sentinel tells it of the new master: either may miss the queue.
    const ids = [await createApp(harness, buildArchive())];
    expect(await pollJob(harness, ids[0]!)).toMatchObject({ id: ids[0] });
    await vi.waitFor(() => expect(harness.deps.producer.ready()).toBe(true), { timeout: 80_000 });
    ids.push(await createApp(harness, buildArchive()));
    for (const id of ids) expect(await endWithSweeps(harness, id)).toMatchObject({ status: 'completed' });
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
