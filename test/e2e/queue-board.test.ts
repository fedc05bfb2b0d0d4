import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { BROWSER_TIMEOUT_MS, launchBrowser } from '../support/chromium.ts';
import { buildApp, createApp, install } from '../support/client.ts';
import { createHarness, queueBackends, type Harness } from '../support/harness.ts';
import { buildArchive } from '../support/packages.ts';
import { basic } from '../support/raw-http.ts';
import { startSecondApi } from '../support/second-api.ts';

const BOARD = '/operator/queues';

describe.each(queueBackends)('the board of the queues, on %s,', (queue) => {
  let harness: Harness;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  let waiting: string;
  /** Whatever the browser complains of. */
  let complaints: string[];
  /** Answers that say something went wrong. */
  let failed: string[];
  beforeAll(async () => {
    browser = await launchBrowser();
    harness = await createHarness(queue);
    const worker = harness.startWorker();
    const appId = await buildApp(harness, buildArchive());
    await install(harness, appId, { name: 'swordfish-2718' });
    await worker.close();
    waiting = await createApp(harness, buildArchive());
  }, BROWSER_TIMEOUT_MS);
  afterAll(async () => {
    await browser?.close();
    await harness?.close();
  });
  beforeEach(async () => {
    context = await browser.newContext({
      httpCredentials: { username: 'whoever', password: harness.tokens.operator },
    });
    page = await context.newPage();
    [complaints, failed] = [[], []];
    page.on('console', (message) => {
      if (message.type() === 'error') complaints.push(message.text());
    });
    page.on('pageerror', (err) => complaints.push(err.message));
    page.on('response', (response) => {
      if (response.status() >= 400 && response.status() !== 401) failed.push(`${response.status()} ${response.url()}`);
    });
  });
  afterEach(() => context.close());

  /** Its fonts are another server's: the policy of the page lets it ask nobody else. */
  const own = () => complaints.filter((text) => !text.includes('fonts.googleapis.com') && !text.includes('401'));

  it('shows its queues and what stands in them, under its own policy', async () => {
    await page.goto(harness.origin + BOARD);
    await page.getByText('jobs', { exact: true }).first().waitFor();
    await page.getByText('deliveries', { exact: true }).first().waitFor();
    await page.goto(`${harness.origin}${BOARD}/queue/jobs?status=waiting`);
    await page.getByText('build.run').first().waitFor();
    await page.goto(`${harness.origin}${BOARD}/queue/jobs/${waiting}`);
    await page.getByText(waiting).first().waitFor();
    expect(await page.getByRole('button', { name: /retry|promote|clean|remove|duplicate/i }).count()).toBe(0);
    expect([own(), failed]).toEqual([[], []]);
    expect(await page.content()).not.toContain('swordfish-2718');
  });

  it('answers all that its page asks for, whatever the store is, and is kept by nobody', async () => {
    const routes = ['', '/', '/api/queues', '/api/queues?activeQueue=jobs&status=completed', '/api/redis/stats'];
    routes.push(
      '/api/job-schedulers',
      '/api/queues/jobs/workers',
      '/api/queues/jobs/metrics',
      `/api/queues/jobs/${waiting}`,
    );
    for (const route of routes) {
      const answer = await harness.request(BOARD + route, { as: 'operator' });
      expect([route, answer.status]).toEqual([route, 200]);
      expect(Object.fromEntries(answer.headers)).toMatchObject({
        'cache-control': 'no-store',
        'x-robots-tag': 'noindex, nofollow',
        'x-content-type-options': 'nosniff',
        'content-security-policy': expect.stringContaining("default-src 'none'") as string,
      });
      expect(answer.headers.has('x-powered-by')).toBe(false);
      expect(await answer.text()).not.toContain('swordfish-2718');
    }
    for (const route of ['/api/queues/nobody/1', '/api/queues/jobs/nobody', '/static/nothing.js', '/nothing/at/all'])
      expect([route, (await harness.request(BOARD + route, { as: 'operator' })).status]).toEqual([route, 404]);
  });

  it("changes nothing: it can only be read, with an operator's token as well", async () => {
    const before = await harness.deps.producer.find(waiting);
    const acts: [method: string, route: string][] = [
      ['PUT', `/api/queues/jobs/${waiting}/retry`],
      ['PUT', `/api/queues/jobs/${waiting}/clean`],
      ['PUT', `/api/queues/jobs/${waiting}/promote`],
      ['PUT', '/api/queues/jobs/pause'],
      ['PUT', '/api/queues/pause'],
      ['PUT', '/api/queues/jobs/empty'],
      ['PUT', '/api/queues/jobs/obliterate'],
      ['POST', '/api/queues/jobs/add'],
      ['PATCH', `/api/queues/jobs/${waiting}/update-data`],
      ['DELETE', '/api/queues/jobs'],
    ];
    for (const [method, route] of acts) {
      const answer = await harness.request(BOARD + route, { method, as: 'operator', json: {} });
      expect([method, route, answer.status, answer.headers.get('allow')]).toEqual([method, route, 405, 'GET, HEAD']);
    }
    expect(await harness.deps.producer.find(waiting)).toEqual(before);
  });
});

describe('who may see the board of the queues', () => {
  let harness: Harness;
  beforeAll(async () => {
    harness = await createHarness('redis');
  });
  afterAll(() => harness.close());

  const ask = (authorization?: string, route = '/api/queues') =>
    fetch(harness.origin + BOARD + route, authorization === undefined ? {} : { headers: { authorization } });

  it('is nobody, who is asked for a password', async () => {
    for (const route of ['', '/', '/api/queues', '/static/js/main.js', '/nothing']) {
      const answer = await ask(undefined, route);
      expect([answer.status, answer.headers.get('www-authenticate')]).toEqual([401, expect.stringMatching(/^Basic /)]);
    }
  });

  it("is no user of an account's, whatever the credentials", async () => {
    const { admin, agent, other } = harness.tokens;
    for (const token of [admin, agent, other]) {
      expect((await ask(`Bearer ${token}`)).status).toBe(403);
      // A browser asks for others only at 401.
      expect((await ask(basic('operator', token))).status).toBe(401);
    }
    expect((await ask(basic('ada@acme.example', 'correct horse'))).status).toBe(401);
  });

  it("is an operator, with the token alone or as a browser's password to any name", async () => {
    const { operator } = harness.tokens;
    for (const credentials of [`Bearer ${operator}`, basic('operator', operator), basic('', operator)])
      expect((await ask(credentials)).status).toBe(200);
  });

  it('is nobody who guesses: after a few wrong ones all are refused for a while, but those that were right', async () => {
    const { operator } = harness.tokens;
    expect((await ask(basic('operator', operator))).status).toBe(200);
    const wrong = [];
    for (let i = 0; i < 8; i += 1) wrong.push((await ask(basic(`operator${i}`, `wrong-${i}`))).status);
    expect(wrong.slice(-2)).toEqual([429, 429]);
    const refused = await ask(basic('operator', 'wrong-again'));
    expect([refused.status, Number(refused.headers.get('retry-after')) > 0]).toEqual([429, true]);
    const all = await Promise.all(Array.from({ length: 20 }, () => ask(basic('operator', operator))));
    expect(all.map(({ status }) => status)).toEqual(Array(20).fill(200));
  });

  it('sees that the queue is away, in our words', async () => {
    const api = await startSecondApi(harness);
    try {
      await api.queue.cut();
      await vi.waitFor(async () =>
        expect((await api.request(`${BOARD}/api/queues`, { as: 'operator' })).status).toBe(503),
      );
      const answer = await api.request(BOARD, { as: 'operator' });
      expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '5']);
      expect(await answer.json()).toMatchObject({ error: 'unavailable' });
    } finally {
      await api.close();
    }
  });
});
