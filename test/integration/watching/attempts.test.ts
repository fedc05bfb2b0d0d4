import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createApp, endOf } from '../../support/client.ts';
import { readExposition, sumOf } from '../../support/exposition.ts';
import { createHarness, queueBackends, type Harness } from '../../support/harness.ts';
import { buildArchive } from '../../support/packages.ts';
import { UnavailableError } from '../../../src/errors.ts';
import { createMetrics } from '../../../src/metrics/metrics.ts';
import { sweep } from '../../../workers/sweep.ts';

describe.each(queueBackends)('an attempt of a job, with the queue on %s,', (queue) => {
  let harness: Harness;
  beforeAll(async () => {
    harness = await createHarness(queue);
    harness.startWorker();
  });
  afterAll(() => harness.close());

  const samples = async () => readExposition((await harness.deps.metrics.expose()).text);
  const linesOf = (jobId: string) =>
    vi
      .mocked(harness.deps.log.info)
      .mock.calls.flatMap(([message, fields]) =>
        message === 'job attempt' && fields?.['jobId'] === jobId ? [fields] : [],
      );

  it('is one line in the log, and counted with its job', async () => {
    const id = await createApp(harness, buildArchive());
    expect(await endOf(harness, id)).toMatchObject({ status: 'completed' });
    await vi.waitFor(() => expect(linesOf(id)).toHaveLength(1));
    const [line] = linesOf(id);
    expect(line).toEqual({
      jobId: id,
      accountId: harness.accountId,
      kind: 'build',
      attempt: 1,
      outcome: 'completed',
      ms: expect.any(Number) as number,
      waitedMs: expect.any(Number) as number,
    });
    const after = await samples();
    const build = { kind: 'build', outcome: 'completed' };
    expect(sumOf(after, 'appyard_jobs_total', build)).toBe(1);
    expect(sumOf(after, 'appyard_job_duration_seconds_count', build)).toBe(1);
    expect(sumOf(after, 'appyard_job_attempt_duration_seconds_count', build)).toBe(1);
    expect(sumOf(after, 'appyard_job_waiting_seconds_count', { kind: 'build' })).toBe(1);
    // Waiting is a part of the whole.
    expect(sumOf(after, 'appyard_job_waiting_seconds_sum', { kind: 'build' })).toBeLessThan(
      sumOf(after, 'appyard_job_duration_seconds_sum', build)!,
    );
  });

  it('that is made again is another line, and its job counts once', async () => {
    const get = vi.spyOn(harness.deps.blobs, 'get').mockRejectedValueOnce(new UnavailableError('The blob store'));
    const id = await createApp(harness, buildArchive());
    expect(await endOf(harness, id)).toMatchObject({ status: 'completed' });
    get.mockRestore();
    await vi.waitFor(() => expect(linesOf(id)).toHaveLength(2));
    expect(linesOf(id)).toEqual([
      expect.objectContaining({ attempt: 1, outcome: 'again', waitedMs: expect.any(Number) as number }),
      expect.not.objectContaining({ waitedMs: expect.anything() as number }),
    ]);
    expect(linesOf(id)[1]).toMatchObject({ attempt: 2, outcome: 'completed' });
    const after = await samples();
    expect(sumOf(after, 'appyard_jobs_total', { kind: 'build' })).toBe(2);
    expect(sumOf(after, 'appyard_job_attempt_duration_seconds_count', { kind: 'build', outcome: 'again' })).toBe(1);
  });

  it('is none where the row is settled already: it counts as no job', async () => {
    const before = sumOf(await samples(), 'appyard_jobs_total', { kind: 'build' })!;
    const id = await createApp(harness, buildArchive());
    await endOf(harness, id);
    await vi.waitFor(() => expect(linesOf(id)).toHaveLength(1));
    const { rows } = await harness.deps.db.query<{ kind: 'build'; accountId: number }>(
      'select kind, account_id as "accountId" from jobs where id = $1',
      [id],
    );
    const job = { id, ...rows[0]!, appId: null, installationId: null };
    // Its worker lets go of it in a moment.
    await vi.waitFor(async () => expect(await harness.deps.producer.enqueueAgain(job)).toBe(true));
    await vi.waitFor(() => expect(linesOf(id)).toHaveLength(2));
    expect(linesOf(id)[1]).not.toHaveProperty('attempt');
    expect(sumOf(await samples(), 'appyard_jobs_total', { kind: 'build' })).toBe(before + 1);
  });
});

describe('the backlog', () => {
  let harness: Harness;
  beforeAll(async () => {
    harness = await createHarness('redis');
  });
  afterAll(() => harness.close());

  it('is what the database says of all accounts, by kind and state, with the age of the oldest', async () => {
    const id = await createApp(harness, buildArchive());
    await createApp(harness, buildArchive());
    await harness.deps.db.query(`update jobs set created_at = now() - interval '90 seconds' where id = $1`, [id]);
    const query = vi.spyOn(harness.deps.db, 'query');
    const samples = readExposition((await harness.deps.metrics.expose()).text);
    await harness.deps.metrics.expose();
    // One statement serves both of its metrics, and whoever asks again soon.
    expect(query).toHaveBeenCalledTimes(1);
    query.mockRestore();
    const unfinished = (kind: string, state: string) => sumOf(samples, 'appyard_jobs_unfinished', { kind, state });
    expect([unfinished('build', 'queued'), unfinished('build', 'working'), unfinished('install', 'queued')]).toEqual([
      2, 0, 0,
    ]);
    const oldest = sumOf(samples, 'appyard_oldest_unfinished_job_seconds', { kind: 'build' })!;
    expect(oldest).toBeGreaterThanOrEqual(90);
    expect(oldest).toBeLessThan(150);
    expect(sumOf(samples, 'appyard_oldest_unfinished_job_seconds', { kind: 'install' })).toBe(0);
  });

  it('is missing while the database is away, and nothing else is', async () => {
    const { db } = harness.deps;
    const metrics = createMetrics(db);
    metrics.jobs.cancelled('build');
    const query = vi.spyOn(db, 'query').mockRejectedValue(new Error('away'));
    const samples = readExposition((await metrics.expose()).text);
    query.mockRestore();
    expect(sumOf(samples, 'appyard_jobs_cancelled_total')).toBe(1);
    expect(sumOf(samples, 'appyard_jobs_unfinished')).toBeUndefined();
    expect(sumOf(samples, 'appyard_oldest_unfinished_job_seconds')).toBeUndefined();
  });

  it('is mended by sweeps, which are counted with what they did', async () => {
    const id = await createApp(harness, buildArchive());
    // As if its queue had lost it.
    await harness.deps.db.query(`update jobs set swept_at = now() - interval '1 minute' where id = $1`, [id]);
    const queue = harness.backend.queue('jobs');
    await queue.remove(id);
    await queue.close();
    await sweep(harness.deps);
    await sweep(harness.deps);
    const samples = readExposition((await harness.deps.metrics.expose()).text);
    expect(sumOf(samples, 'appyard_sweeps_total', { of: 'jobs' })).toBe(2);
    expect(sumOf(samples, 'appyard_sweep_mended_total', { of: 'jobs', what: 'enqueued' })).toBe(1);
  });
});
