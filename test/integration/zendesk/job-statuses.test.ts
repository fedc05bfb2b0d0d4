import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { JOBS_QUEUE } from '../../../src/queue/jobs.ts';
import { newId } from '../../../src/secrets/tokens.ts';
import { actingAs } from '../../support/acting-as.ts';
import { buildApp, createApp, endOf, install, read, uploadPackage, type JobBody } from '../../support/client.ts';
import { createHarness, queueBackends, type Harness } from '../../support/harness.ts';
import { buildArchive, macros } from '../../support/packages.ts';
import { refOf } from '../../support/jobs.ts';
import { refusal } from '../../support/refusal.ts';
import { badIds, named } from '../../support/shapes.ts';

const NOBODYS_JOB = '0123456789abcdef0123456789abcdef';
const COMPLETED = /^Completed at \d{4}-\d\d-\d\d \d\d:\d\d:\d\d [+-]\d{4}$/;
const routes = ['apps/job_statuses', 'apps/installations/job_statuses'];

describe.each(queueBackends)('job statuses on %s', (queue) => {
  let harness: Harness;
  beforeAll(async () => {
    harness = await createHarness(queue);
  });
  afterAll(() => harness.close());

  const at = (route: string): Promise<Response> => harness.request(`/api/${route}`);
  const withWorker = async <T>(work: () => Promise<T>): Promise<T> => {
    const worker = harness.startWorker();
    try {
      return await work();
    } finally {
      await worker.close(1_000);
    }
  };
  const url = (path: string): string => `${harness.deps.config.publicUrl}/api/${path}`;

  it('can be read at once after the 202, at every address, with every field', async () => {
    const id = await createApp(harness, buildArchive());
    for (const prefix of ['sell', 'v2', 'support'])
      for (const route of routes) {
        const body = await read<JobBody>(await at(`${prefix}/${route}/${id}`), 200);
        expect(body).toEqual({
          id,
          url: url(`${prefix}/${route}/${id}.json`),
          app_id: null,
          app_url: null,
          installation_id: null,
          total: 1,
          progress: 0,
          status: 'queued',
          message: 'Waiting for a worker',
          retry_in: 1,
        });
        expect(await read(await at(`${prefix}/${route}/${id}.json`), 200)).toEqual(body);
        expect(
          await read(await fetch(body.url.replace(harness.deps.config.publicUrl, harness.origin), signedIn()), 200),
        ).toEqual(body);
      }
    await withWorker(() => endOf(harness, id));
  });

  const signedIn = () => ({ headers: { authorization: `Bearer ${harness.tokens.admin}` } });

  it('answer at both routes for both kinds of job', async () => {
    await withWorker(async () => {
      const build = await endOf(harness, await createApp(harness, buildArchive({ requirements: macros(3) })));
      const installation = await install(harness, build.app_id!);
      const installed = await endOf(harness, installation.pending_job_id);
      for (const route of routes) {
        expect(await read(await at(`sell/${route}/${build.id}.json`), 200)).toEqual({
          ...build,
          url: url(`sell/${route}/${build.id}.json`),
          app_url: url(`sell/apps/${build.app_id}.json`),
          installation_id: null,
          status: 'completed',
          message: expect.stringMatching(COMPLETED) as string,
          progress: build.total,
          retry_in: 0,
        });
        expect(await read(await at(`sell/${route}/${installed.id}.json`), 200)).toEqual({
          ...installed,
          url: url(`sell/${route}/${installed.id}.json`),
          app_id: build.app_id,
          app_url: url(`sell/apps/${build.app_id}.json`),
          installation_id: installation.id,
          status: 'completed',
          message: expect.stringMatching(COMPLETED) as string,
          total: 4,
          progress: 4,
          retry_in: 0,
        });
      }
    });
  });

  it('tell how much there is to do while a job waits, where it was said with the job', async () => {
    const job = refOf(harness, newId(), 'install');
    await harness.deps.producer.enqueue({ ...job, total: 12 });
    expect(await read<JobBody>(await at(`sell/apps/job_statuses/${job.id}`), 200)).toMatchObject({
      status: 'queued',
      progress: 0,
      total: 12,
    });
    const jobs = harness.backend.queue(JOBS_QUEUE);
    await jobs.remove(job.id);
    await jobs.close();
  });

  it('count every file and every requirement, and only ever go up', async () => {
    const files = Object.fromEntries(Array.from({ length: 150 }, (_, i) => [`assets/file-${i}.txt`, `text ${i}`]));
    const watch = async (id: string): Promise<JobBody[]> => {
      const seen: JobBody[] = [];
      do seen.push(await read<JobBody>(await at(`v2/apps/job_statuses/${id}`), 200));
      while (!['completed', 'failed'].includes(seen.at(-1)!.status));
      return seen;
    };
    await withWorker(async () => {
      const build = await watch(await createApp(harness, buildArchive({ files, requirements: macros(150) })));
      const installation = await install(harness, build.at(-1)!.app_id!);
      for (const [seen, least] of [
        [build, 154],
        [await watch(installation.pending_job_id), 151],
      ] as const) {
        expect(seen.at(-1)).toMatchObject({ status: 'completed', progress: seen.at(-1)!.total });
        expect(seen.at(-1)!.total).toBeGreaterThanOrEqual(least);
        const figures = seen.map(({ progress }) => progress);
        expect(figures).toEqual(figures.toSorted((a, b) => a - b));
        const stages = ['queued', 'working', 'completed'];
        const order = seen.map(({ status }) => stages.indexOf(status));
        expect(order).toEqual(order.toSorted((a, b) => a - b));
        expect(seen.every(({ progress, total }) => progress <= total)).toBe(true);
        expect(seen.every(({ message }) => message !== '')).toBe(true);
        expect(seen.filter(({ status }) => status !== 'completed').every(({ retry_in }) => retry_in > 0)).toBe(true);
      }
    });
  });

  it('say what is wrong with a package, a line for each problem', async () => {
    const archive = buildArchive({
      manifest: { author: undefined, defaultLocale: undefined, location: { support: { nowhere: 'assets/no.html' } } },
    });
    await withWorker(async () => {
      const job = await endOf(harness, await createApp(harness, archive));
      expect(job).toMatchObject({ status: 'failed', app_id: null, app_url: null, retry_in: 0 });
      const lines = job.message.split('\n');
      expect(lines.length).toBeGreaterThanOrEqual(3);
      expect(lines.filter((line) => line.trim() === '')).toEqual([]);
      for (const word of ['author', 'defaultLocale', 'nowhere', 'assets/no.html', 'manifest.json'])
        expect(lines.filter((line) => line.includes(word))).not.toEqual([]);
    });
  });

  it.each(
    named([
      'undefined',
      'null',
      'abc',
      NOBODYS_JOB,
      NOBODYS_JOB.toUpperCase(),
      '1',
      'x'.repeat(2_000),
      '%00',
      '..%2f..',
      '%E0%A4%A',
      '%ZZ',
    ]),
  )('are "failed" for %s, which nobody ever made: a client that is told 404 would ask for ever', async (_name, id) => {
    for (const route of routes)
      for (const suffix of ['', '.json']) {
        const job = await read<JobBody>(await at(`v2/${route}/${id}${suffix}`), 200);
        expect(job).toEqual({
          id: expect.stringContaining(id.split('%')[0]!) as string,
          url: expect.stringContaining(`/api/v2/${route}/`) as string,
          app_id: null,
          app_url: null,
          installation_id: null,
          total: expect.any(Number) as number,
          progress: 0,
          status: 'failed',
          message: expect.stringMatching(/no job/i) as string,
          retry_in: 0,
        });
      }
  });

  it.each(['/undefined', '/null', '/NaN', '/'])(
    'tell a client that asks at "job_statuses%s" that the request before was refused',
    async (id) => {
      for (const route of routes)
        for (const suffix of id.length > 1 ? ['', '.json'] : [''])
          expect(await read<JobBody>(await at(`sell/${route}${id}${suffix}`), 200)).toMatchObject({
            id: id.slice(1),
            status: 'failed',
            message: expect.stringMatching(/no job id .+ the request before it was refused .+ "description"/) as string,
            retry_in: 0,
          });
    },
  );

  it.each(['/undefined', '/'])('say nothing of it at "job_statuses%s" to somebody who is not let in', async (id) => {
    for (const route of routes) {
      const poll = (as: 'agent' | null): Promise<Response> => harness.request(`/api/sell/${route}${id}`, { as });
      expect((await refusal(await poll(null), 401)).error).toBe('unauthenticated');
      expect((await refusal(await poll('agent'), 403)).error).toBe('forbidden');
    }
  });

  it.each(named(badIds))('are never a 5xx, whatever the id: %s', async (_name, id) => {
    for (const route of routes) expect((await at(`sell/${route}/${id}.json`)).status).toBeLessThan(500);
  });

  it('of another account are like those that are not there', async () => {
    const id = await createApp(harness, buildArchive());
    const theirs = (): Promise<JobBody> =>
      actingAs(harness, 'other')
        .request(`/api/v2/apps/job_statuses/${id}.json`)
        .then((answer) => read<JobBody>(answer, 200));
    const nobodys = (await (await at(`v2/apps/job_statuses/${NOBODYS_JOB}.json`)).text()).replaceAll(NOBODYS_JOB, id);
    expect(await theirs()).toEqual(JSON.parse(nobodys));
    await withWorker(() => endOf(harness, id));
    expect(await theirs()).toEqual(JSON.parse(nobodys));
  });

  it('are for admins only', async () => {
    const id = await createApp(harness, buildArchive());
    for (const route of routes)
      for (const job of [id, NOBODYS_JOB, 'undefined']) {
        const poll = (as: 'agent' | 'operator' | null): Promise<Response> =>
          harness.request(`/api/sell/${route}/${job}.json`, { as });
        expect((await refusal(await poll('agent'), 403)).error).toBe('forbidden');
        await refusal(await poll('operator'), 403);
        await refusal(await poll(null), 401);
      }
    await withWorker(() => endOf(harness, id));
  });

  it('outlive the queue: the row answers when the queue has forgotten the job', async () => {
    const [done, refused] = await withWorker(async () => [
      await endOf(harness, await createApp(harness, buildArchive())),
      await endOf(harness, await createApp(harness, buildArchive({ manifest: { author: undefined } }))),
    ]);
    const find = vi.spyOn(harness.deps.producer, 'find').mockResolvedValue(undefined);
    for (const job of [done!, refused!])
      expect(await read(await at(`v2/apps/job_statuses/${job.id}.json`), 200)).toEqual(job);
    expect(find).toHaveBeenCalledTimes(2);
    find.mockRestore();
  });

  it('end for an installation that is removed, and for an app that is deleted, before their turn', async () => {
    const appId = await withWorker(() => buildApp(harness, buildArchive({ requirements: macros(2) })));
    const installation = await install(harness, appId);
    const upload_id = await uploadPackage(harness, buildArchive());
    const put = await harness.request(`/api/v2/apps/${appId}`, { method: 'PUT', json: { upload_id } });
    const { job_id } = await read<{ job_id: string }>(put, 200);
    await harness.request(`/api/v2/apps/${appId}`, { method: 'DELETE' });
    await withWorker(async () => {
      for (const id of [installation.pending_job_id, job_id])
        expect(await endOf(harness, id)).toMatchObject({
          status: 'failed',
          message: expect.stringMatching(/removed|deleted/) as string,
        });
    });
  });

  it('leave nothing in the log that a person should have to look at', () => {
    expect(harness.deps.log.error).not.toHaveBeenCalled();
  });
});
