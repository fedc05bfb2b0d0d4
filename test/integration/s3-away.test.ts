import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { endOf, read, uploadPackage } from '../support/client.ts';
import { createHarness, type Harness } from '../support/harness.ts';
import { countOf, jobRow } from '../support/jobs.ts';
import { buildArchive, uploadForm } from '../support/packages.ts';
import { startS3, type TestS3 } from '../support/s3-server.ts';

describe('an S3 server that is away', () => {
  let folder: string;
  let s3: TestS3;
  let harness: Harness;
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'appyard-s3-'));
    s3 = await startS3(folder);
    harness = await createHarness('redis', { env: { BLOB_URL: s3.blobUrl } });
  });
  afterAll(async () => {
    await harness.close();
    await s3.stop();
    await rm(folder, { recursive: true });
  });

  it('costs a job another attempt, not the job, and an upload its answer', async () => {
    const upload = await uploadPackage(harness, buildArchive());
    await s3.stop();
    const refused = await harness.request('/api/v2/apps/uploads.json', {
      method: 'POST',
      body: uploadForm(buildArchive()),
    });
    expect([refused.status, Number(refused.headers.get('retry-after')) > 0]).toEqual([503, true]);
    expect([await countOf(harness, 'uploads'), await readdir(harness.deps.incomingDir)]).toEqual([1, []]);

    harness.startWorker();
    const json = { upload_id: upload };
    const { job_id: id } = await read<{ job_id: string }>(
      await harness.request('/api/apps.json', { method: 'POST', json }),
      202,
    );
    await vi.waitFor(
      async () => expect((await jobRow(harness, id))['message']).toMatch(/^Trying again\. The blob store/),
      {
        timeout: 10_000,
      },
    );
    await s3.start();
    expect(await endOf(harness, id)).toMatchObject({ status: 'completed' });
    expect(Number((await jobRow(harness, id))['attempt'])).toBeGreaterThan(1);
  });
});
