import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { createApp, endOf, install, pollJob, read, type JobBody } from '../../support/client.ts';
import { createHarness, queueBackends, type Harness } from '../../support/harness.ts';
import { holdNextBuild } from '../../support/hold-build.ts';
import { attempt, countOf, jobRow } from '../../support/jobs.ts';
import { buildArchive, macros } from '../../support/packages.ts';
import { updateApp } from '../../support/updates.ts';

const statuses = '/api/v2/apps/job_statuses';

describe.each(queueBackends)('asking for a job again on %s', (queue) => {
  let harness: Harness;
  beforeAll(async () => {
    harness = await createHarness(queue);
  });
  afterEach(() => vi.restoreAllMocks());
  afterAll(() => harness.close());

  const retry = (id: string, as: 'admin' | 'agent' | 'other' = 'admin') =>
    harness.request(`${statuses}/${id}/retry`, { method: 'POST', as });
  const retried = async (id: string) => read<JobBody>(await retry(id), 202);
  const cancel = (id: string) => harness.request(`${statuses}/${id}`, { method: 'DELETE' });
  const refused = async (id: string, error: string) => {
    const answer = await retry(id);
    expect([answer.status, ((await answer.json()) as { error: string }).error]).toEqual([409, error]);
  };

  it('runs one that failed to its end, as a new attempt of the same job', async () => {
    vi.spyOn(harness.deps.blobs, 'get').mockRejectedValue(new Error('broken'));
    const id = await createApp(harness, buildArchive());
    for (let tries = 0; tries < 5; tries += 1) await attempt(harness, id);
    expect(await jobRow(harness, id)).toMatchObject({ state: 'failed', attempts_used: 5 });
    vi.restoreAllMocks();
    expect(await retried(id)).toMatchObject({ id, status: 'queued', message: 'Waiting for a worker' });
    const worker = harness.startWorker();
    expect(await endOf(harness, id)).toMatchObject({ status: 'completed' });
    await worker.close();
    expect(await jobRow(harness, id)).toMatchObject({ attempt: 6, attempts_used: 1, retries: 1, errors: [] });
    await refused(id, 'job_completed');
  });

  it('runs one that was cancelled a moment ago, while its worker still lets go of it', async () => {
    const { hasBegun } = holdNextBuild(harness);
    const apps = await countOf(harness, 'apps');
    const worker = harness.startWorker();
    const id = await createApp(harness, buildArchive());
    await hasBegun;
    await cancel(id);
    expect(await pollJob(harness, id)).toMatchObject({ status: 'killed' });
    await retried(id);
    expect(['queued', 'working', 'completed']).toContain((await pollJob(harness, id)).status);
    expect(await endOf(harness, id)).toMatchObject({ status: 'completed' });
    await worker.close();
    expect(await countOf(harness, 'apps')).toBe(apps + 1);
  });

  it('is not shown as ended any more once it was granted, whatever becomes of the queue, and not granted without it', async () => {
    const id = await createApp(harness, buildArchive());
    await cancel(id);
    expect(await pollJob(harness, id)).toMatchObject({ status: 'killed' });
    const { producer } = harness.deps;
    vi.spyOn(producer, 'enqueueAgain').mockRejectedValue(new Error('the queue is away'));
    const forget = vi.spyOn(producer, 'forget').mockRejectedValueOnce(new Error('the queue is away'));
    expect((await retry(id)).status).toBe(503);
    expect(await jobRow(harness, id)).toMatchObject({ state: 'killed', retries: 0 });
    await retried(id);
    expect(forget).toHaveBeenCalledTimes(2);
    expect(await pollJob(harness, id)).toMatchObject({ status: 'queued' });
  });

  it('has its turn as any other: until then it is shown as queued, and nobody begins with it', async () => {
    const appId = (await jobRow(harness, await completed()))['app_id'] as number;
    const failed = await updateApp(harness, appId, buildArchive({ manifest: { defaultLocale: undefined } }));
    const worker = harness.startWorker();
    expect(await endOf(harness, failed)).toMatchObject({ status: 'failed' });
    const { hasBegun, letGo } = holdNextBuild(harness);
    const later = await updateApp(harness, appId, buildArchive({ manifest: { version: '2.0.0' } }));
    await hasBegun;
    await retried(failed);
    expect(await jobRow(harness, failed)).toMatchObject({ state: 'queued', dispatched_at: null });
    expect(await pollJob(harness, failed)).toMatchObject({ status: 'queued' });
    await expect(attempt(harness, failed)).resolves.toBe('busy');
    letGo();
    expect(await endOf(harness, later)).toMatchObject({ status: 'completed' });
    // At once, and not with the next sweep.
    await vi.waitFor(async () => expect(await jobRow(harness, failed)).toMatchObject({ state: 'failed', attempt: 2 }), {
      timeout: 5_000,
    });
    await worker.close();
  });

  const completed = async (): Promise<string> => {
    const id = await createApp(harness, buildArchive());
    await attempt(harness, id);
    return id;
  };

  it('provisions anew what cancelling an install undid', async () => {
    const id = await createApp(harness, buildArchive({ requirements: macros(3) }));
    await attempt(harness, id);
    const installation = await install(harness, (await jobRow(harness, id))['app_id'] as number);
    const jobId = installation.pending_job_id;
    await cancel(jobId);
    await retried(jobId);
    await attempt(harness, jobId);
    const { rows } = await harness.deps.db.query(
      `select i.state, count(*) as n from installations i join resources r on r.installation_id = i.id
       where i.id = $1 group by 1`,
      [installation.id],
    );
    expect(rows).toEqual([{ state: 'installed', n: 3 }]);
  });

  it('is refused while the job has not ended, and where what it worked on is gone', async () => {
    const id = await createApp(harness, buildArchive());
    await refused(id, 'job_not_ended');
    await cancel(id);
    await harness.deps.db.query('delete from uploads where job_id = $1', [id]);
    await refused(id, 'job_outdated');
    expect(await jobRow(harness, id)).toMatchObject({ state: 'killed', retries: 0 });

    const made = await createApp(harness, buildArchive({ requirements: macros(1) }));
    await attempt(harness, made);
    const { id: installationId, pending_job_id: jobId } = await install(
      harness,
      (await jobRow(harness, made))['app_id'] as number,
    );
    await cancel(jobId);
    await harness.request(`/api/v2/apps/installations/${installationId}`, { method: 'DELETE' });
    await refused(jobId, 'job_outdated');
  });

  it('is for admins of the account', async () => {
    const id = await createApp(harness, buildArchive());
    await cancel(id);
    expect((await retry(id, 'agent')).status).toBe(403);
    expect((await retry(id, 'other')).status).toBe(404);
    expect((await retry('undefined')).status).toBe(404);
    const native = `/api/appyard/v1/jobs/${id}/retry`;
    expect((await harness.request(native, { method: 'POST', as: 'agent' })).status).toBe(403);
    expect(await read(await harness.request(native, { method: 'POST' }), 202)).toMatchObject({
      data: { id, state: 'queued' },
    });
  });
});
