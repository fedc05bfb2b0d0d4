import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MAX_ATTEMPTS } from '../../../src/domain/job.ts';
import { buildApp, endOf, pollJob, read, uploadPackage, type JobBody } from '../../support/client.ts';
import { createHarness, queueBackends, type Harness } from '../../support/harness.ts';
import { attempt, dieTrying, jobRow } from '../../support/jobs.ts';
import { buildArchive } from '../../support/packages.ts';
import { updateApp } from '../../support/updates.ts';

interface ListedBody extends JobBody {
  package: { file_name: string | null; name: string | null; version: string | null } | null;
}

describe.each(queueBackends)('the package of a build on %s', (queue) => {
  let harness: Harness;
  beforeAll(async () => {
    harness = await createHarness(queue);
  });
  afterAll(() => harness.close());

  /** Uploads under a file name and asks for a build; gives the job's id. */
  const request = async (archive: Buffer, file: string): Promise<string> => {
    const json = { upload_id: await uploadPackage(harness, archive, file) };
    const answer = await harness.request('/api/v2/apps.json', { method: 'POST', json });
    return (await read<{ job_id: string }>(answer, 202)).job_id;
  };
  const build = async (archive: Buffer, file: string): Promise<JobBody> => {
    const worker = harness.startWorker();
    try {
      return await endOf(harness, await request(archive, file));
    } finally {
      await worker.close(1_000);
    }
  };
  const listed = async (id: string): Promise<ListedBody['package'] | undefined> => {
    const { job_statuses } = await read<{ job_statuses: ListedBody[] }>(
      await harness.request('/api/v2/apps/job_statuses.json'),
      200,
    );
    const native = await read<{ data: ListedBody[] }>(await harness.request('/api/appyard/v1/jobs'), 200);
    const found = job_statuses.find((job) => job.id === id)?.package;
    expect(native.data.find((job) => job.id === id)?.package).toEqual(found);
    return found;
  };

  it('is named by its file, name and version in the job when it is refused', async () => {
    const job = await build(
      buildArchive({ manifest: { name: 'Broken', version: '2.1', author: undefined } }),
      'broken.zip',
    );
    expect(job).toMatchObject({ status: 'failed', app_id: null });
    expect(job.message.split('\n')[0]).toBe('The build of broken.zip (Broken 2.1) failed:');
    expect(job.message.split('\n')[1]).toContain('author');
    expect(await listed(job.id)).toEqual({ file_name: 'broken.zip', name: 'Broken', version: '2.1' });
  });

  it('is named by its file alone when nothing of it can be read', async () => {
    const job = await build(Buffer.from('PK\u0003\u0004 and nothing more'), 'cut off.zip');
    expect(job).toMatchObject({ status: 'failed' });
    expect(job.message.split('\n')[0]).toBe('The build of cut off.zip failed:');
    expect(await listed(job.id)).toEqual({ file_name: 'cut off.zip', name: null, version: null });
  });

  it('is named when a later step fails, and is listed with a build that completes', async () => {
    const worker = harness.startWorker();
    const appId = await buildApp(harness, buildArchive());
    await worker.close(1_000);
    const id = await updateApp(harness, appId, buildArchive({ manifest: { version: '1.2.3' } }));
    await harness.request(`/api/v2/apps/${appId}`, { method: 'DELETE' });
    await attempt(harness, id);
    expect((await jobRow(harness, id))['message']).toMatch(
      /^The build of app\.zip \(Tiny 1\.2\.3\) failed:\nThe app \d+ was deleted/,
    );
    const good = await build(buildArchive({ manifest: { name: 'Good' } }), 'good.zip');
    expect(good).toMatchObject({ status: 'completed' });
    expect(await listed(good.id)).toEqual({ file_name: 'good.zip', name: 'Good', version: '1.0.0' });
  });

  it('is named when the build is given up after its last attempt', async () => {
    const id = await request(buildArchive(), 'deadly.zip');
    await dieTrying(harness, id, MAX_ATTEMPTS);
    await attempt(harness, id);
    expect((await jobRow(harness, id))['message']).toMatch(/^The build of deadly\.zip failed:\nNo worker finished it/);
  });

  it('is on one line, whatever its names are', async () => {
    const manifest = { name: `Two\nlines${'x'.repeat(300)}`, version: '1\u2028\u0007', author: undefined };
    const { message } = await build(buildArchive({ manifest }), `${'y'.repeat(300)}.zip`);
    const [first] = message.split('\n');
    expect(first).toMatch(/^The build of y{100}… \(Two linesx{91}… 1\) failed:$/);
  });

  it('is never named in the answer for a job that is not found', async () => {
    const unknown = '0123456789abcdef0123456789abcdef';
    const job = await pollJob(harness, unknown);
    expect(job).toMatchObject({
      status: 'failed',
      message: expect.stringMatching(`^Job "${unknown}" not found`) as string,
    });
  });
});
