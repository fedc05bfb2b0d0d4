import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { createApp, endOf, install, pollJob, read, type JobBody } from '../../support/client.ts';
import { createHarness, queueBackends, type Harness } from '../../support/harness.ts';
import { holdNextBuild } from '../../support/hold-build.ts';
import { attempt, countOf, jobRow } from '../../support/jobs.ts';
import { buildArchive, macros } from '../../support/packages.ts';

const statuses = '/api/v2/apps/job_statuses';
const cancelledBy = 'Cancelled by ada@acme.example';

describe.each(queueBackends)('cancelling a job on %s', (queue) => {
  let harness: Harness;
  beforeAll(async () => {
    harness = await createHarness(queue, { env: { MAX_RUNNING_PER_ACCOUNT: '2' } });
  });
  afterEach(() => vi.restoreAllMocks());
  afterAll(() => harness.close());

  const cancel = (id: string, as: 'admin' | 'agent' | 'other' = 'admin') =>
    harness.request(`${statuses}/${id}`, { method: 'DELETE', as });
  const cancelled = async (id: string) => read<JobBody>(await cancel(id), 200);

  it('ends one that waits; no worker does it any more, and the next one has its turn', async () => {
    const apps = await countOf(harness, 'apps');
    const [first, second, third] = [
      await createApp(harness, buildArchive()),
      await createApp(harness, buildArchive()),
      await createApp(harness, buildArchive()),
    ];
    expect(await jobRow(harness, third)).toMatchObject({ dispatched_at: null });
    // The one that has its turn, and the one that waits for it.
    for (const id of [first, third])
      expect(await cancelled(id)).toMatchObject({ id, status: 'killed', message: cancelledBy, retry_in: 0 });
    expect(await pollJob(harness, first)).toMatchObject({ status: 'killed', message: cancelledBy });
    const worker = harness.startWorker();
    expect(await endOf(harness, second)).toMatchObject({ status: 'completed' });
    expect(await endOf(harness, await createApp(harness, buildArchive()))).toMatchObject({ status: 'completed' });
    await worker.close();
    expect(await countOf(harness, 'apps')).toBe(apps + 2);
    for (const id of [first, third]) expect(await pollJob(harness, id)).toMatchObject({ status: 'killed' });
  });

  it('stops one that runs, on whatever worker, and keeps what it does later from being seen', async () => {
    const apps = await countOf(harness, 'apps');
    const worker = harness.startWorker();
    const { hasBegun, letGo } = holdNextBuild(harness);
    const id = await createApp(harness, buildArchive());
    await hasBegun;
    expect(await cancelled(id)).toMatchObject({ status: 'killed', message: cancelledBy });
    // Its place is free although the work itself hears nothing.
    await vi.waitFor(async () => expect((await harness.deps.producer.find(id))?.finished).toBe(true), {
      timeout: 5_000,
    });
    letGo();
    expect(await endOf(harness, await createApp(harness, buildArchive()))).toMatchObject({ status: 'completed' });
    await worker.close();
    expect(await countOf(harness, 'apps')).toBe(apps + 1);
    expect(await jobRow(harness, id)).toMatchObject({ state: 'killed', message: cancelledBy });
    expect(await pollJob(harness, id)).toMatchObject({ status: 'killed', message: cancelledBy });
  });

  it('undoes what an install has provisioned, the last first, and says so', async () => {
    const id = await createApp(harness, buildArchive({ requirements: macros(4) }));
    await attempt(harness, id);
    const { app_id: appId } = await jobRow(harness, id);
    const { id: installationId, pending_job_id: jobId } = await install(harness, appId as number);
    // An attempt that dies after two of them.
    const { rows } = await harness.deps.db.query<{ n: number }>(
      `with job as (update jobs set state = 'working', attempt = 1, attempts_used = 1 where id = $1 returning account_id)
       insert into resources (account_id, installation_id, type, identifier, payload, job_id)
       select account_id, $2, 'macros', 'macro_' || n, '{}', $1 from job, generate_series(0, 1) n returning 1 as n`,
      [jobId, installationId],
    );
    expect(rows).toHaveLength(2);
    expect(await cancelled(jobId)).toMatchObject({ status: 'killed', installation_id: installationId });
    expect(await countOf(harness, 'resources')).toBe(0);
    const row = await jobRow(harness, jobId);
    expect((row['steps'] as { step: string }[]).map(({ step }) => step)).toEqual([
      'undo macros "macro_1"',
      'undo macros "macro_0"',
    ]);
    const { rows: entries } = await harness.deps.db.query(
      `select action, actor_name, before, after from audit_entries where subject_name = $1`,
      [jobId],
    );
    expect(entries).toEqual([
      {
        action: 'update',
        actor_name: 'ada@acme.example',
        before: { state: 'working' },
        after: { state: 'killed', undone: ['undo macros "macro_1"', 'undo macros "macro_0"'] },
      },
    ]);
    const { rows: installations } = await harness.deps.db.query('select state from installations where id = $1', [
      installationId,
    ]);
    expect(installations).toEqual([{ state: 'failed' }]);
  });

  it('changes nothing the second time, and refuses for what has ended otherwise', async () => {
    const id = await createApp(harness, buildArchive());
    await cancelled(id);
    const before = await jobRow(harness, id);
    await cancelled(id);
    expect(await jobRow(harness, id)).toEqual(before);
    const done = await createApp(harness, buildArchive());
    await attempt(harness, done);
    const answer = await cancel(done);
    expect(answer.status).toBe(409);
    expect(await answer.json()).toMatchObject({
      error: 'job_ended',
      description: expect.stringContaining('has completed already') as string,
    });
  });

  it('is for admins of the account', async () => {
    const id = await createApp(harness, buildArchive());
    expect((await cancel(id, 'agent')).status).toBe(403);
    expect((await cancel(id, 'other')).status).toBe(404);
    expect((await cancel('undefined')).status).toBe(404);
    expect((await harness.request(`/api/appyard/v1/jobs/${id}`, { method: 'DELETE', as: 'other' })).status).toBe(404);
    expect(await jobRow(harness, id)).toMatchObject({ state: 'queued' });
    const answer = await harness.request(`/api/appyard/v1/jobs/${id}`, { method: 'DELETE' });
    expect(await read(answer, 200)).toMatchObject({ data: { id, state: 'killed', message: cancelledBy } });
  });
});
