import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { createApp, endOf, pollJob, read, uploadPackage } from '../support/client.ts';
import { createHarness, queueBackends, type Harness } from '../support/harness.ts';
import { environmentOf } from '../support/kontent.ts';
import { buildArchive } from '../support/packages.ts';
import { startSecondApi } from '../support/second-api.ts';

const headersOf = ({ headers }: Response) => ({
  limit: headers.get('x-ratelimit-limit'),
  remaining: headers.get('x-ratelimit-remaining'),
  reset: Number(headers.get('x-ratelimit-reset')),
  retryAfter: headers.get('retry-after'),
});

/** The window is a minute from the first request: no test takes so long. */
const open = async (queue: (typeof queueBackends)[number], env: Record<string, string>): Promise<Harness> => {
  const harness = await createHarness(queue, { env });
  onTestFinished(() => harness.close());
  return harness;
};

describe.each(queueBackends)('the rate limits, with the queue on %s', (queue) => {
  it('tell what is left, in answers of every status, and refuse what is too many', async () => {
    const harness = await open(queue, { RATE_LIMIT: '3' });
    const first = await harness.request('/api/v2/apps.json');
    await read(first, 200);
    expect(headersOf(first)).toEqual({ limit: '3', remaining: '2', reset: expect.any(Number), retryAfter: null });
    expect(headersOf(first).reset).toBeGreaterThan(0);
    expect(headersOf(first).reset).toBeLessThanOrEqual(60);
    const missing = await harness.request('/api/v2/apps/999999.json', { as: 'agent' });
    await read(missing, 404);
    expect(headersOf(missing)).toMatchObject({ limit: '3', remaining: '1' });
    const wrong = await harness.request('/api/v2/apps/installations.json', { method: 'POST', json: {} });
    await read(wrong, 422);
    expect(headersOf(wrong)).toMatchObject({ limit: '3', remaining: '0' });

    const refused = await harness.request('/api/v2/apps.json');
    expect(await read(refused, 429)).toMatchObject({
      error: 'too_many_requests',
      description: expect.stringMatching(/^Your account may send 3 such requests a minute, and has\. Wait \d+ seconds/),
    });
    const { limit, remaining, reset, retryAfter } = headersOf(refused);
    expect({ limit, remaining, retryAfter }).toEqual({ limit: '3', remaining: '0', retryAfter: String(reset) });
    // Neither somebody else's account nor an operator has used it up.
    expect(headersOf(await harness.request('/api/v2/apps.json', { as: 'other' })).remaining).toBe('2');
    expect(headersOf(await harness.request('/api/v2/apps.json', { as: 'operator' })).limit).toBeNull();
    const nobody = await harness.request('/api/v2/apps.json', { as: null });
    expect([nobody.status, headersOf(nobody).limit]).toEqual([401, null]);
  });

  it('count polls for themselves', async () => {
    const harness = await open(queue, { RATE_LIMIT: '2', RATE_LIMIT_POLLS: '4' });
    const id = await createApp(harness, buildArchive());
    expect((await harness.request('/api/v2/apps.json')).status).toBe(429);
    for (const [index, route] of [
      `/api/v2/apps/job_statuses/${id}.json`,
      `/api/support/apps/installations/job_statuses/${id}`,
      `/api/appyard/v1/jobs/${id}`,
      '/api/v2/apps/job_statuses/unknown.json',
    ].entries()) {
      const answer = await harness.request(route);
      await read(answer, 200);
      expect(headersOf(answer)).toMatchObject({ limit: '4', remaining: String(3 - index) });
    }
    expect((await harness.request(`/api/appyard/v1/jobs/${id}`)).status).toBe(429);
    // The vendor's tools look at the status of the job alone, and ask again where there is none.
    const refused = await read<object>(await harness.request(`/api/v2/apps/job_statuses/${id}.json`), 429);
    expect(Object.keys(refused)).toEqual(['error', 'description']);
  });

  it('let polls be where only requests are limited, and the other way round', async () => {
    const harness = await open(queue, { RATE_LIMIT: '2' });
    const id = await createApp(harness, buildArchive());
    for (let polls = 0; polls < 5; polls += 1) await pollJob(harness, id);
    const polled = await open(queue, { RATE_LIMIT_POLLS: '1' });
    for (let uploads = 0; uploads < 3; uploads += 1) await uploadPackage(polled, buildArchive());
    expect(headersOf(await polled.request('/api/appyard/v1/jobs/x')).remaining).toBe('0');
  });

  it('are one for all processes', async () => {
    const harness = await open(queue, { RATE_LIMIT: '6' });
    const second = await startSecondApi(harness);
    onTestFinished(() => second.close());
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, index) => (index % 2 ? second : harness).request('/api/v2/apps.json')),
    );
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(6);
    expect(answers.filter(({ status }) => status === 429)).toHaveLength(4);
  });

  it('are counted by each process while their store is away', async () => {
    const harness = await open(queue, { RATE_LIMIT: '3', RATE_LIMIT_POLLS: '2' });
    const second = await startSecondApi(harness);
    onTestFinished(() => second.close());
    // Known for the next seconds: without the database nobody else would be.
    expect(headersOf(await second.request('/api/v2/apps.json')).remaining).toBe('2');
    await second.queue.cut();
    const poll = () => second.request('/api/v2/apps/job_statuses/0123456789abcdef0123456789abcdef.json');
    for (const remaining of ['1', '0']) {
      const answer = await poll();
      await read(answer, 200);
      expect(headersOf(answer)).toMatchObject({ limit: '2', remaining });
    }
    expect((await poll()).status).toBe(429);
    expect(harness.deps.log.warn).toHaveBeenCalledWith(
      'rate limits are counted in this process',
      expect.objectContaining({ limit: 'polls' }),
    );
  });
});

describe('the limit of requests', () => {
  let harness: Harness;
  let environment: string;
  beforeAll(async () => {
    harness = await createHarness('redis', { env: { RATE_LIMIT: '1' } });
    environment = await environmentOf(harness);
    await read(await harness.request('/api/v2/apps.json'), 200);
  });
  afterAll(() => harness.close());

  it.each([
    ['zendesk', () => '/api/v2/apps/owned.json', { error: 'too_many_requests', description: expect.any(String) }],
    [
      'native',
      () => '/api/appyard/v1/apps',
      { error: { code: 'too_many_requests', message: expect.stringContaining('a minute') } },
    ],
    [
      'kontent',
      () => `/v2/projects/${environment}/custom-apps`,
      { request_id: expect.any(String), error_code: 10_000, message: expect.stringContaining('a minute') },
    ],
    [
      'kustomer',
      () => '/v1/apps/available',
      { errors: [expect.objectContaining({ status: 429, code: 'too_many_requests', title: 'Too many requests' })] },
    ],
    ['os1', () => '/developer/apps', { error: expect.objectContaining({ message: 'There were too many requests.' }) }],
    ['xurrent', () => '/v1/app_offerings', { message: 'Too Many Requests' }],
  ])('is told of in the words of the %s door', async (_door, route, body) => {
    const refused = await harness.request(route());
    expect(await read(refused, 429)).toMatchObject(body);
    const { limit, remaining, reset, retryAfter } = headersOf(refused);
    expect({ limit, remaining }).toEqual({ limit: '1', remaining: '0' });
    expect(Number(retryAfter)).toBeGreaterThanOrEqual(reset);
  });
});

describe('without a limit', () => {
  it('nothing is counted', async () => {
    const harness = await open('postgres', {});
    expect(harness.deps.rateLimits).toEqual({ requests: undefined, polls: undefined });
    const worker = harness.startWorker();
    const job = await endOf(harness, await createApp(harness, buildArchive()));
    await worker.close();
    expect(headersOf(await harness.request(new URL(job.url).pathname)).limit).toBeNull();
    const { rows } = await harness.deps.db.query('select * from rate_limits');
    expect(rows).toEqual([]);
  });
});
