import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { buildApp, endOf, uploadPackage } from '../../support/client.ts';
import { createHarness, queueBackends, type Harness } from '../../support/harness.ts';
import { buildArchive, macros, uploadForm } from '../../support/packages.ts';
import { sendKeyed, type Sent } from '../../support/replays.ts';
import { startSecondApi, type SecondApi } from '../../support/second-api.ts';

describe.each(queueBackends)('many repeats at once, at two APIs, with the queue on %s', (queue) => {
  let harness: Harness;
  let second: SecondApi;
  beforeAll(async () => {
    harness = await createHarness(queue);
    second = await startSecondApi(harness);
  });
  afterAll(async () => {
    await second.close();
    await harness.close();
  });

  const flood = (route: string, key: string, options: () => Parameters<typeof sendKeyed>[3]): Promise<Sent[]> =>
    Promise.all(Array.from({ length: 20 }, (_, i) => sendKeyed(i % 2 === 0 ? harness : second, route, key, options())));
  const expectOne = (answers: Sent[], status: number): void => {
    expect(new Set(answers.map((answer) => `${answer.status} ${answer.text}`)).size).toBe(1);
    expect(answers[0]!.status).toBe(status);
    expect(answers.filter(({ replayed }) => replayed === null)).toHaveLength(1);
  };
  const count = async (table: string): Promise<number> =>
    (await harness.deps.db.query<{ count: number }>(`select count(*) from ${table}`)).rows[0]!.count;

  it('make one upload, one build and one installation, with 20 equal answers each', async () => {
    const archive = buildArchive({ requirements: macros(2) });
    const uploads = await flood('/api/v2/apps/uploads', 'upload', () => ({ body: uploadForm(archive) }));
    expectOne(uploads, 201);
    const { id } = JSON.parse(uploads[0]!.text) as { id: number };
    const builds = await flood('/api/apps', 'build', () => ({ json: { upload_id: id } }));
    expectOne(builds, 202);
    harness.startWorker();
    const { app_id } = await endOf(harness, (JSON.parse(builds[0]!.text) as { job_id: string }).job_id);
    const settings = { name: 'Mine' };
    const installs = await flood('/api/v2/apps/installations', 'install', () => ({ json: { app_id, settings } }));
    expectOne(installs, 201);
    const { pending_job_id } = JSON.parse(installs[0]!.text) as { pending_job_id: string };
    expect(await endOf(harness, pending_job_id)).toMatchObject({ status: 'completed' });
    expect(await Promise.all(['uploads', 'jobs', 'installations', 'resources'].map(count))).toEqual([1, 2, 1, 2]);
  });

  it('put a job into the queue when its row is there, not before', async () => {
    const app = await buildApp(harness, buildArchive({ requirements: macros(1) }));
    const seen: number[] = [];
    const { producer } = harness.deps;
    const enqueue = vi.spyOn(producer, 'enqueue').mockImplementation(async ({ id }) => {
      const { rowCount } = await harness.deps.db.query('select 1 from jobs where id = $1', [id]);
      seen.push(rowCount!);
    });
    try {
      const upload = await uploadPackage(harness, buildArchive());
      await sendKeyed(harness, '/api/apps', 'seen-build', { json: { upload_id: upload } });
      const json = { app_id: app, settings: { name: 'Mine' } };
      await sendKeyed(harness, '/api/v2/apps/installations', 'seen-install', { json });
      expect(seen).toEqual([1, 1]);
    } finally {
      enqueue.mockRestore();
    }
  });

  it('are answered the same when the process died after the commit: the answer was lost, not the effect', async () => {
    const upload = await uploadPackage(harness, buildArchive());
    const enqueue = vi.spyOn(harness.deps.producer, 'enqueue');
    // Never comes back, as in a process that is no more.
    enqueue.mockImplementationOnce(() => new Promise(() => undefined));
    const json = { upload_id: upload };
    const lost = new AbortController();
    const first = sendKeyed(harness, '/api/apps', 'died', { json, signal: lost.signal }).catch(() => undefined);
    await vi.waitFor(() => expect(enqueue).toHaveBeenCalled());
    lost.abort();
    await first;
    const before = await count('jobs');
    const again = await sendKeyed(second, '/api/apps', 'died', { json });
    expect([again.status, again.replayed, await count('jobs')]).toEqual([202, 'true', before]);
    enqueue.mockRestore();
  });
});
