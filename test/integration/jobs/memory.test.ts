import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createApp, endOf, pollJob } from '../../support/client.ts';
import { createHarness, queueBackends, type Harness } from '../../support/harness.ts';
import { jobRow } from '../../support/jobs.ts';
import { buildArchive } from '../../support/packages.ts';
import { createAttemptClock } from '../../../workers/attempt-clock.ts';
import { endOverdue } from '../../../workers/sweep-jobs.ts';

const BUDGET = 100_000_000;

describe.each(queueBackends)('a build that waits for memory, with the queue in %s', (queue) => {
  let harness: Harness;
  beforeAll(async () => {
    harness = await createHarness(queue, { env: { BUILD_MEMORY_BYTES: String(BUDGET) } });
    harness.startWorker();
  });
  afterAll(() => harness.close());

  const waiting = (id: string) =>
    vi.waitFor(
      async () =>
        expect(await pollJob(harness, id)).toMatchObject({ status: 'working', message: 'Waiting for memory' }),
      { timeout: 20_000, interval: 50 },
    );
  const times = async (id: string) => {
    const row = await jobRow(harness, id);
    return { heartbeat: Number(row['heartbeat_at']), started: Number(row['attempt_started_at']) };
  };

  it('keeps its heartbeat, is not ended at its deadline, and then completes in the same attempt', async () => {
    const held = await harness.deps.buildMemory.hold(BUDGET);
    const loads = vi.spyOn(harness.deps.blobs, 'get');
    const id = await createApp(harness, buildArchive());
    await waiting(id);
    const before = await times(id);
    await vi.waitFor(
      async () => {
        const now = await times(id);
        // The worker starts the attempt's time anew every 5 s.
        expect(now.started).toBeGreaterThan(before.started);
        expect(now.heartbeat).toBeGreaterThan(before.heartbeat);
      },
      { timeout: 20_000, interval: 200 },
    );
    const config = { ...harness.deps.config, buildTimeoutMs: 1 };
    expect(await endOverdue({ ...harness.deps, config }, 20)).toBe(0);
    expect(loads).not.toHaveBeenCalled();
    await waiting(id);
    held.release();
    expect(await endOf(harness, id)).toMatchObject({ status: 'completed' });
    expect(await jobRow(harness, id)).toMatchObject({ attempt: 1, attempts_used: 1 });
  });

  it('has the time of its attempt stand still', async () => {
    const clock = createAttemptClock(harness.deps, { id: 'none', attempt: 1 }, 200);
    await expect(clock.pauseDuring(sleep(600, 'done'))).resolves.toBe('done');
    expect(clock.signal.aborted).toBe(false);
    await vi.waitFor(() => expect(clock.signal.aborted).toBe(true), 10_000);
    const stopped = createAttemptClock(harness.deps, { id: 'none', attempt: 1 }, 50);
    stopped.stop();
    await sleep(200);
    expect(stopped.signal.aborted).toBe(false);
  });

  it('can be cancelled, and leaves its share to the next', async () => {
    const held = await harness.deps.buildMemory.hold(BUDGET);
    const id = await createApp(harness, buildArchive());
    await waiting(id);
    expect((await harness.request(`/api/v2/apps/job_statuses/${id}`, { method: 'DELETE' })).ok).toBe(true);
    const next = await createApp(harness, buildArchive());
    await waiting(next);
    held.release();
    expect(await endOf(harness, next)).toMatchObject({ status: 'completed' });
    expect(await endOf(harness, id)).toMatchObject({ status: 'killed' });
    // All of it is free again.
    (await harness.deps.buildMemory.hold(BUDGET)).release();
  });
});
