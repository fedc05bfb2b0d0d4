import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { buildApp, createApp, endOf, install, pollJob, read } from '../support/client.ts';
import { createHarness, queueBackends, type Harness } from '../support/harness.ts';
import { exampleArchive, exampleNames } from '../support/packages.ts';

describe.each(queueBackends)('the pipeline on %s', (queue) => {
  let harness: Harness;
  beforeEach(async () => {
    harness = await createHarness(queue);
  });
  afterEach(() => harness.close());

  it('tells how a job stands at once after the 202', async () => {
    const id = await createApp(harness, await exampleArchive('hello-world'));
    expect(id).toMatch(/^[0-9a-f]{32}$/);
    expect(await pollJob(harness, id)).toEqual({
      id,
      url: `${harness.deps.config.publicUrl}/api/v2/apps/job_statuses/${id}.json`,
      app_id: null,
      app_url: null,
      installation_id: null,
      total: 1,
      progress: 0,
      status: 'queued',
      message: 'Waiting for a worker',
      retry_in: 1,
    });
  });

  it.each(exampleNames)('builds the example %s', async (name) => {
    harness.startWorker();
    const job = await endOf(harness, await createApp(harness, await exampleArchive(name)));
    expect(job).toMatchObject({ status: 'completed', progress: job.total, retry_in: 0 });
    expect(job.message).toMatch(/^Completed at \d{4}-\d\d-\d\d \d\d:\d\d:\d\d \+0000$/);
    expect(job.app_url).toBe(`${harness.deps.config.publicUrl}/api/v2/apps/${job.app_id}.json`);
  });

  it('installs an app with requirements, each of them once', async () => {
    harness.startWorker();
    const appId = await buildApp(harness, await exampleArchive('service-desk'));
    const installation = await install(harness, appId, { name: 'Desk' });
    expect(installation).toMatchObject({ pending_installation: true, enabled: false });
    const job = await endOf(harness, installation.pending_job_id);
    expect(job).toMatchObject({ status: 'completed', total: 12, progress: 12, installation_id: installation.id });
    const { installations } = await read<{ installations: unknown[] }>(
      await harness.request('/api/v2/apps/installations'),
      200,
    );
    expect(installations).toMatchObject([{ id: installation.id, enabled: true, pending_installation: false }]);
  });
});
