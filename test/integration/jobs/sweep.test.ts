import { getInstallationId } from '../../../src/db/installation.ts';
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, describe, expect, inject, it, vi } from 'vitest';
import { claimJob } from '../../../src/db/job-attempts.ts';
import { MAX_ATTEMPTS } from '../../../src/domain/job.ts';
import { sweep } from '../../../workers/sweep.ts';
import { createApp, endOf, install, pollJob } from '../../support/client.ts';
import { createHarness, queueBackends, type Harness } from '../../support/harness.ts';
import { holdNextBuild } from '../../support/hold-build.ts';
import { attempt, dieTrying, jobRow } from '../../support/jobs.ts';
import { buildArchive, macros } from '../../support/packages.ts';

describe.each(queueBackends)('the sweep on %s', (queue) => {
  let harness: Harness;
  beforeAll(async () => {
    harness = await createHarness(queue);
  });
  afterEach(() => vi.restoreAllMocks());
  afterAll(() => harness.close());

  it('ends an attempt that is over its time; the job goes on, and what the old one writes is refused', async () => {
    const id = await createApp(harness, buildArchive());
    await dieTrying(harness, id, 1);
    expect(await sweep(harness.deps)).toMatchObject({ overdue: 1 });
    expect(await jobRow(harness, id)).toMatchObject({ state: 'queued', attempts_used: 1 });
    expect(await sweep(harness.deps)).toMatchObject({ overdue: 0 });
    const worker = harness.startWorker();
    expect(await endOf(harness, id)).toMatchObject({ status: 'completed' });
    await worker.close();
  });

  it('fails a job whose last attempt is over its time, with the reason, and the installation with it', async () => {
    const made = await createApp(harness, buildArchive({ requirements: macros(1) }));
    await attempt(harness, made);
    const { id, pending_job_id: jobId } = await install(harness, (await jobRow(harness, made))['app_id'] as number);
    await harness.deps.db.query(`update jobs set created_at = '2026-01-01' where id = $1`, [jobId]);
    await dieTrying(harness, jobId, MAX_ATTEMPTS);
    expect(await sweep(harness.deps)).toMatchObject({ overdue: 1 });
    expect(await jobRow(harness, jobId)).toMatchObject({
      state: 'failed',
      message: 'No worker finished it in 5 attempts; the last one ended at 2026-01-02T03:04:05.000Z.',
    });
    const { rows } = await harness.deps.db.query('select state from installations where id = $1', [id]);
    expect(rows).toEqual([{ state: 'failed' }]);
  });

  it('leaves alone what its worker was heard of', async () => {
    const id = await createApp(harness, buildArchive());
    await claimJob(harness.deps.db, harness.accountId, id);
    const jobs = harness.backend.queue('jobs');
    await jobs.remove(id);
    await jobs.close();
    await harness.deps.db.query(`update jobs set heartbeat_at = now(), swept_at = now() - interval '1 hour'`);
    expect(await sweep(harness.deps)).toMatchObject({ enqueued: 0 });
    await harness.deps.db.query(`update jobs set heartbeat_at = now() - interval '1 minute'`);
    expect(await sweep(harness.deps)).toMatchObject({ enqueued: 1 });
    await expect(attempt(harness, id)).resolves.toBe('busy');
    await dieTrying(harness, id, 0);
    await expect(attempt(harness, id)).resolves.toBe('completed');
  });

  it('takes nothing away from a job that ends while it looks', async () => {
    const id = await createApp(harness, buildArchive());
    const isInLine = harness.deps.producer.isInLine.bind(harness.deps.producer);
    vi.spyOn(harness.deps.producer, 'isInLine').mockImplementation(async (job) => {
      if (job.id !== id) return true;
      const worker = harness.startWorker();
      await endOf(harness, id);
      await worker.close();
      return isInLine(job);
    });
    expect(await sweep(harness.deps, 0)).toMatchObject({ enqueued: 0 });
    expect(await harness.deps.producer.find(id)).toMatchObject({ finished: true, status: { state: 'completed' } });
  });

  it('lets nobody do twice what a living worker is at, however often the queue delivers it', async () => {
    const { hasBegun, letGo } = holdNextBuild(harness);
    const id = await createApp(harness, buildArchive());
    const first = attempt(harness, id);
    await hasBegun;
    await expect(attempt(harness, id)).resolves.toBe('busy');
    letGo();
    await expect(first).resolves.toBe('completed');
    expect(await jobRow(harness, id)).toMatchObject({ attempt: 1 });
  });
});

describe('a Redis that has lost everything', () => {
  it('costs no job: all work goes on by itself', async () => {
    const harness = await createHarness('redis');
    const redis = new Redis(inject('redisUrl'), { keyPrefix: '' });
    try {
      const ids = await Promise.all(Array.from({ length: 6 }, () => createApp(harness, buildArchive())));
      const prefix = `${harness.env['REDIS_PREFIX']!}:${await getInstallationId(harness.deps.db)}`;
      await redis.del(...(await redis.keys(`${prefix}:*`)));
      await harness.deps.db.query('update jobs set progress = 3, total = 6 where id = $1', [ids[0]]);
      const far = { status: 'queued', progress: 3, total: 6 };
      expect(await pollJob(harness, ids[0]!)).toMatchObject(far);
      // In part: an entry that stands in no line would swallow the next one of its id.
      await redis.hset(`${prefix}:jobs:${ids[1]!}`, { name: 'build.run', data: '{}' });
      expect(await sweep(harness.deps, 0)).toMatchObject({ enqueued: 6 });
      expect(await pollJob(harness, ids[0]!)).toMatchObject(far);
      const worker = harness.startWorker();
      for (const id of ids) expect(await endOf(harness, id)).toMatchObject({ status: 'completed' });
      await worker.close();
    } finally {
      redis.disconnect();
      await harness.close();
    }
  });

  it(
    'costs none when it was restored from an old copy either, and nothing is done twice',
    { timeout: 60_000 },
    async () => {
      const harness = await createHarness('redis');
      const redis = new Redis(inject('redisUrl'));
      const pattern = `${harness.env['REDIS_PREFIX']!}:*`;
      try {
        const [early, running] = [await createApp(harness, buildArchive()), await createApp(harness, buildArchive())];
        const { hasBegun, letGo } = holdNextBuild(harness);
        const worker = harness.startWorker(1);
        await hasBegun;
        const copy = await copyOf(redis, pattern);
        letGo();
        for (const id of [early, running]) expect(await endOf(harness, id)).toMatchObject({ status: 'completed' });
        await worker.close();
        const late = await createApp(harness, buildArchive());
        const rows = await Promise.all([early, running].map((id) => jobRow(harness, id)));

        // It knows nothing of the last one, takes the first one for running and the second one for waiting.
        await redis.del(...(await redis.keys(pattern)));
        for (const { key, ttl, value } of copy) await redis.restore(key, ttl, value);
        expect(await pollJob(harness, late)).toMatchObject({ status: 'queued' });
        expect(await sweep(harness.deps, 0)).toMatchObject({ enqueued: 1 });
        const next = harness.startWorker(1);
        expect(await endOf(harness, late)).toMatchObject({ status: 'completed' });
        await vi.waitFor(async () => expect(await harness.deps.producer.countWaiting()).toBe(0), { timeout: 20_000 });
        for (const id of [early, running]) expect(await endOf(harness, id)).toMatchObject({ status: 'completed' });
        await next.close();
        expect(await Promise.all([early, running].map((id) => jobRow(harness, id)))).toEqual(rows);
      } finally {
        redis.disconnect();
        await harness.close();
      }
    },
  );
});

/** All keys, as they would be in a copy of the file; those that expire have the time that they had left. */
const copyOf = async (redis: Redis, pattern: string) => {
  const keys = await redis.keys(pattern);
  return Promise.all(
    keys.map(async (key) => ({ key, ttl: Math.max(0, await redis.pttl(key)), value: (await redis.dumpBuffer(key))! })),
  );
};
