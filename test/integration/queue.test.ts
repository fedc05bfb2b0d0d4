import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { claimJob } from '../../src/db/job-attempts.ts';
import { createRedisQueues } from '../../src/queue/redis-backend.ts';
import { createProducer } from '../../src/queue/producer.ts';
import { JOBS_QUEUE } from '../../src/queue/jobs.ts';
import { UnavailableError } from '../../src/errors.ts';
import { newId } from '../../src/secrets/tokens.ts';
import { noTracing } from '../../src/tracing/tracing.ts';
import { sweep } from '../../workers/sweep.ts';
import { createApp, endOf, pollJob } from '../support/client.ts';
import { createHarness, queueBackends, quietLog, type Harness } from '../support/harness.ts';
import { jobRow, refOf } from '../support/jobs.ts';
import { buildArchive } from '../support/packages.ts';

describe.each(queueBackends)('the queue on %s', (queue) => {
  let harness: Harness;
  beforeAll(async () => {
    harness = await createHarness(queue);
  });
  afterAll(() => harness.close());

  const find = (id: string) => harness.deps.producer.find(id);
  const remove = async (id: string) => {
    const jobs = harness.backend.queue(JOBS_QUEUE);
    await jobs.remove(id);
    await jobs.close();
  };

  it('takes a job once, however often it is enqueued', async () => {
    const ref = refOf(harness, newId());
    await harness.deps.producer.enqueue(ref);
    await harness.deps.producer.enqueue(ref);
    expect(await find(ref.id)).toMatchObject({ ...ref, finished: false, status: { state: 'queued', progress: 0 } });
    await remove(ref.id);
    expect(await find(ref.id)).toBeUndefined();
  });

  it('answers from the row when the queue has lost a job', async () => {
    const id = await createApp(harness, buildArchive());
    await remove(id);
    expect(await pollJob(harness, id)).toMatchObject({ id, status: 'queued', progress: 0, total: 1 });
    expect(await sweep(harness.deps, 0)).toMatchObject({ enqueued: 1 });
    expect(await find(id)).toMatchObject({ finished: false });
  });

  it('answers from the row when the queue failed a job by itself', async () => {
    const id = await createApp(harness, buildArchive());
    await remove(id);
    // A job of that id which the worker cannot run ends in the queue without an outcome of ours.
    const jobs = harness.backend.queue(JOBS_QUEUE);
    await jobs.add('unknown.run', { accountId: harness.accountId, appId: null, installationId: null }, { jobId: id });
    await jobs.close();
    const worker = harness.startWorker();
    await vi.waitFor(async () => expect(await jobState(id)).toBe('failed'), { timeout: 10_000 });
    expect(await pollJob(harness, id)).toMatchObject({ status: 'queued' });
    expect(await sweep(harness.deps, 0)).toMatchObject({ enqueued: 1 });
    expect(await endOf(harness, id)).toMatchObject({ status: 'completed' });
    await worker.close();
  });

  const jobState = async (id: string) => {
    const jobs = harness.backend.queue(JOBS_QUEUE);
    const job = await jobs.getJob(id);
    const state = await job?.getState();
    await jobs.close();
    return state;
  };

  it('sweeps what is unfinished and not in the queue, and nothing else', async () => {
    const lost = await createApp(harness, buildArchive());
    const kept = await createApp(harness, buildArchive());
    await claimJob(harness.deps.db, harness.accountId, lost);
    await remove(lost);
    expect(await sweep(harness.deps)).toMatchObject({ enqueued: 0 }); // Touched a moment ago.
    expect(await sweep(harness.deps, 0)).toMatchObject({ enqueued: 1 });
    expect(await find(lost)).toMatchObject({ finished: false });
    expect(await sweep(harness.deps, 0)).toMatchObject({ enqueued: 0 });
    const worker = harness.startWorker();
    for (const id of [lost, kept]) expect(await endOf(harness, id)).toMatchObject({ status: 'completed' });
    expect(await jobRow(harness, lost)).toMatchObject({ attempt: 2 });
    await worker.close();
  });

  it('keeps what was accepted while the queue was away', async () => {
    vi.spyOn(harness.deps.producer, 'enqueue').mockRejectedValueOnce(new Error('away'));
    const id = await createApp(harness, buildArchive());
    expect(harness.deps.log.warn).toHaveBeenCalledWith(
      'enqueue left to the sweep',
      expect.objectContaining({ jobId: id }),
    );
    const worker = harness.startWorker();
    expect(await sweep(harness.deps, 0)).toMatchObject({ enqueued: 1 });
    expect(await endOf(harness, id)).toMatchObject({ status: 'completed' });
    await worker.close();
  });

  it('hands a running job back on shutdown, and another worker finishes it', async () => {
    const id = await createApp(harness, buildArchive());
    let entered: () => void = () => undefined;
    const running = new Promise<void>((resolve) => (entered = resolve));
    const spy = vi.spyOn(harness.deps.blobs, 'get').mockImplementation(() => {
      entered();
      return new Promise((_, reject) => setTimeout(() => reject(new Error('too late')), 500));
    });
    const first = harness.startWorker();
    await running;
    await first.close(0);
    spy.mockRestore();
    expect(await jobRow(harness, id)).toMatchObject({ state: 'queued', attempts_used: 0 });
    const second = harness.startWorker();
    expect(await endOf(harness, id)).toMatchObject({ status: 'completed' });
    await second.close();
  });

  it('tries again after a second, without waiting for the lock to run out', async () => {
    vi.spyOn(harness.deps.blobs, 'get').mockRejectedValueOnce(new UnavailableError('The blob store'));
    const stalled = vi.mocked(harness.deps.log.warn).mock.calls.filter(([message]) => message === 'job stalled').length;
    const id = await createApp(harness, buildArchive());
    const worker = harness.startWorker();
    expect(await endOf(harness, id)).toMatchObject({ status: 'completed' });
    expect(await jobRow(harness, id)).toMatchObject({ attempt: 2 });
    expect(
      vi
        .mocked(harness.deps.log.warn)
        .mock.calls.filter(([message]) => message === 'job stalled' || message === 'worker'),
    ).toHaveLength(stalled);
    await worker.close();
  });

  it('gives every job to one of two workers', async () => {
    const workers = [harness.startWorker(), harness.startWorker()];
    const ids = await Promise.all(Array.from({ length: 12 }, () => createApp(harness, buildArchive())));
    for (const id of ids) expect(await endOf(harness, id)).toMatchObject({ status: 'completed' });
    for (const id of ids) expect(await jobRow(harness, id)).toMatchObject({ attempt: 1 });
    expect(new Set(await Promise.all(ids.map(async (id) => (await jobRow(harness, id))['app_id']))).size).toBe(12);
    await Promise.all(workers.map((worker) => worker.close()));
  });
});

describe('a Redis that was never there', () => {
  it('costs a producer no time', async () => {
    const log = quietLog();
    const backend = createRedisQueues('redis://127.0.0.1:1', { prefix: 'x', installation: 'one', log });
    const producer = createProducer(backend, { log, tracing: noTracing });
    expect(producer.ready()).toBe(false);
    await expect(producer.find(newId())).rejects.toThrow('the queue is away');
    await expect(producer.enqueue(refOf({ accountId: 1 }, newId()))).rejects.toThrow('the queue is away');
    await backend.close();
  });
});
