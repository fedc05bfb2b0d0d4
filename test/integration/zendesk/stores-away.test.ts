import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { buildApp, createApp, endOf, pollJob, read, uploadPackage, type JobBody } from '../../support/client.ts';
import { createHarness, queueBackends, type Harness, type RequestOptions } from '../../support/harness.ts';
import { buildArchive, uploadForm } from '../../support/packages.ts';
import { freePort } from '../../support/redis-server.ts';
import { refusal } from '../../support/refusal.ts';
import { startSecondApi, type SecondApi } from '../../support/second-api.ts';
import { tracesOf } from '../../support/traces.ts';

const polls = (id: string): string[] => [
  `/api/v2/apps/job_statuses/${id}`,
  `/api/sell/apps/installations/job_statuses/${id}.json`,
];

const others = (app: number): [method: string, route: string, json?: unknown][] => [
  ['GET', '/api/sell/apps.json'],
  ['GET', '/api/sell/apps/owned'],
  ['GET', `/api/sell/apps/${app}`],
  ['GET', `/api/sell/apps/${app}/assets/iframe.html`],
  ['GET', '/api/sell/apps/installations.json?include=app'],
  ['GET', '/api/sell/apps/installations/1'],
  ['POST', '/api/apps.json', { upload_id: 1 }],
  ['PUT', `/api/sell/apps/${app}`, { upload_id: 1 }],
  ['DELETE', `/api/sell/apps/${app}`],
  ['POST', '/api/sell/apps/installations', { app_id: app, settings: { name: 'x' } }],
  ['PUT', '/api/sell/apps/installations/1', { enabled: false }],
  ['DELETE', '/api/sell/apps/installations/1'],
];

describe.each(queueBackends)('while the database is away, with the queue on %s', (queue) => {
  let harness: Harness;
  let api: SecondApi;
  let app: number;
  let done: JobBody;
  let waiting: string;
  beforeAll(async () => {
    harness = await createHarness(queue);
    const worker = harness.startWorker();
    done = await endOf(harness, await createApp(harness, buildArchive()));
    app = done.app_id!;
    await worker.close();
    waiting = await createApp(harness, buildArchive());
    api = await startSecondApi(harness);
    for (const as of ['admin', 'agent', 'other'] as const)
      await read(await api.request('/api/v2/apps/installations', { as }), 200);
    await api.database.cut();
  });
  afterAll(async () => {
    await api.close();
    await harness.close();
  });

  const poll = async (route: string, options?: RequestOptions): Promise<JobBody> =>
    read(await api.request(route, options), 200);

  it('polls are answered as ever where the queue knows the jobs, and told to wait where it is away too', async () => {
    const [told, shown] = queue === 'redis' ? ['completed', app] : ['queued', null];
    for (const [index] of polls('').entries()) {
      expect(await poll(polls(done.id)[index]!)).toMatchObject({ id: done.id, status: told, app_id: shown });
      expect(await poll(polls(waiting)[index]!)).toMatchObject({ id: waiting, status: 'queued', progress: 0 });
      expect(await poll(polls(done.id)[index]!, { as: 'other' })).toMatchObject({ app_id: null });
    }
  });

  it('polls of jobs that only a row could know are told to wait', async () => {
    const id = '0123456789abcdef0123456789abcdef';
    for (const route of polls(id))
      expect(await poll(route)).toEqual({
        id,
        url: expect.stringContaining(`/job_statuses/${id}.json`) as string,
        app_id: null,
        app_url: null,
        installation_id: null,
        total: 1,
        progress: 0,
        status: 'queued',
        message: expect.stringMatching(/./) as string,
        retry_in: expect.any(Number) as number,
      });
    expect((await poll(polls(id)[0]!)).retry_in).toBeGreaterThan(0);
  });

  it('polls of somebody whose credentials are not known yet are told to wait', async () => {
    for (const route of polls(done.id))
      expect(await poll(route, { headers: { authorization: 'Bearer not-seen-before' } })).toMatchObject({
        status: 'queued',
        app_id: null,
      });
  });

  it('polls of nobody and of agents are refused as ever', async () => {
    for (const route of polls(done.id)) {
      expect((await refusal(await api.request(route, { as: null }), 401)).error).toBe('unauthenticated');
      expect((await refusal(await api.request(route, { as: 'agent' }), 403)).error).toBe('forbidden');
    }
  });

  it('everything else is 503, with a word and the time to try again', async () => {
    const failures: string[] = [];
    for (const [method, route, json] of others(app)) {
      const answer = await api.request(route, { method, json });
      const text = await answer.text();
      const { error, description } = JSON.parse(text) as Record<string, unknown>;
      const isGood = answer.status === 503 && error === 'unavailable' && typeof description === 'string' && description;
      if (!isGood || !Number(answer.headers.get('retry-after')))
        failures.push(`${method} ${route}: ${answer.status} ${answer.headers.get('retry-after')} ${text}`);
    }
    expect(failures).toEqual([]);
  });

  it('an asset at its public address is 503 with the time to try again, which nobody keeps', async () => {
    const answer = await api.request('/assets/0123456789abcdef0123456789abcdef/iframe.html', { as: null });
    expect(answer.status).toBe(503);
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(answer.headers.get('cache-control') ?? '').not.toMatch(/immutable|max-age=[1-9]/);
  });

  it('an upload is 503 and leaves no half of itself', async () => {
    const before = await tracesOf(harness.deps);
    const form = { method: 'POST', body: uploadForm(buildArchive({ files: { 'assets/more.txt': 'more' } })) };
    const answer = await api.request('/api/sell/apps/uploads.json', form);
    expect([answer.status, Number(answer.headers.get('retry-after')) > 0]).toEqual([503, true]);
    expect(await tracesOf(harness.deps)).toMatchObject({ incoming: [], uploads: before.uploads });
  });

  it('and when it is back, everything works without a restart', async () => {
    await api.database.restore();
    expect(await pollJob(api, done.id)).toMatchObject({ status: 'completed', app_id: app });
    harness.startWorker();
    expect(await endOf(api, waiting)).toMatchObject({ status: 'completed' });
    await buildApp(api, buildArchive());
  });
});

describe('while Redis is away', () => {
  let harness: Harness;
  let api: SecondApi;
  beforeAll(async () => {
    harness = await createHarness('redis');
    api = await startSecondApi(harness);
  });
  afterAll(async () => {
    await api.close();
    await harness.close();
  });
  afterEach(async () => {
    await api.database.restore().catch(() => undefined);
  });

  it('everything is accepted, and answered from the row', async () => {
    const known = await createApp(api, buildArchive());
    await api.queue.cut();
    expect(await pollJob(api, known)).toMatchObject({ status: 'queued', progress: 0 });
    const accepted = await createApp(api, buildArchive());
    expect(await pollJob(api, accepted)).toMatchObject({ id: accepted, status: 'queued', retry_in: 1 });
    harness.startWorker();
    expect(await endOf(api, known)).toMatchObject({ status: 'completed', app_id: expect.any(Number) as number });
    await read(await api.request('/api/sell/apps.json'), 200);
    await uploadPackage(api, buildArchive());
  });

  it('and the database too, a poll is told to wait', async () => {
    const id = await createApp(harness, buildArchive());
    await read(await api.request('/api/sell/apps.json'), 200);
    await api.queue.cut();
    await api.database.cut();
    for (const route of polls(id))
      expect(await read(await api.request(route), 200)).toMatchObject({
        id,
        status: 'queued',
        retry_in: expect.any(Number) as number,
      });
    expect((await api.request('/api/sell/apps.json')).status).toBe(503);
  });

  it('an API that never saw it accepts and answers all the same', async () => {
    const lonely = await createHarness('redis', { env: { REDIS_URL: `redis://127.0.0.1:${await freePort()}` } });
    try {
      const id = await createApp(lonely, buildArchive());
      expect(await pollJob(lonely, id)).toMatchObject({ status: 'queued', message: 'Waiting for a worker' });
      expect(lonely.deps.log.error).not.toHaveBeenCalled();
    } finally {
      await lonely.close();
    }
  });
});
