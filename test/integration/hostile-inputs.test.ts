import pg from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { adminPassword, emails } from '../support/accounts.ts';
import { buildApp, createApp, endOf, install, read } from '../support/client.ts';
import { createHarness, queueBackends, type Harness } from '../support/harness.ts';
import { buildArchive, uploadForm } from '../support/packages.ts';
import { slowPackage } from '../support/slow-package.ts';

const APPS = 12;
const INSTALLATIONS = 2_000;
const PER_APP_BYTES = 64 * 1024;
/** A chunk has 256 KiB, or one row that is larger; a list of 10,000 ids is smaller. */
const MOST_BYTES_OF_A_QUERY = 1024 * 1024;
const MiB = 1024 * 1024;

/** The largest result of any query since `watch` began, as JSON. */
const watchQueries = () => {
  const spy = vi.spyOn(pg.Client.prototype, 'query');
  return async (): Promise<number> => {
    const results = await Promise.all(
      spy.mock.results.map(async ({ value }) => {
        const result: unknown = await Promise.resolve(value as unknown).catch(() => undefined);
        return typeof result === 'object' && result !== null && 'rows' in result
          ? JSON.stringify(result.rows).length
          : 0;
      }),
    );
    return Math.max(0, ...results);
  };
};

describe.each(queueBackends)('the worst inputs together, with the queue in %s', (queue) => {
  let harness: Harness;
  let failedJob: string;
  let installed: number;
  beforeAll(async () => {
    harness = await createHarness(queue, { env: { TRUST_PROXY: 'loopback' } });
    harness.startWorker();
    const locales = ['en', 'de', 'fr', 'es', 'it', 'nl', 'pt', 'sv'];
    const padding = 'b'.repeat(700 * 1024);
    const textsOf = (text: string) =>
      JSON.stringify({ app: { name: 'Tiny', short_description: 'x', long_description: text, other: padding } });
    const unfolding = Object.fromEntries(
      locales.map((locale) => [`translations/${locale}.json`, textsOf('a'.repeat(250 * 1024))]),
    );
    const markdown = { 'translations/en.json': textsOf('![[]('.repeat(4_000)) };
    for (let i = 0; i < APPS - 1; i += 1)
      await buildApp(harness, buildArchive({ files: i % 4 === 0 ? unfolding : markdown }));
    const parameters = Array.from({ length: 400 }, (_, i) => ({ name: `p ${i}`, type: 'none' }));
    failedJob = (await endOf(harness, await createApp(harness, buildArchive({ manifest: { parameters } })))).id;
    const app = await buildApp(harness, buildArchive({ manifest: { parameters: [{ name: 'text', type: 'text' }] } }));
    installed = (await install(harness, app, { name: 'Mine', text: 'x' })).id;
    await harness.deps.db.query(
      `insert into installations (account_id, app_id, version_id, product, title, state, enabled, settings, job_id)
       select account_id, app_id, version_id, product, title, state, enabled, settings, job_id
       from installations, generate_series(2, $2::int) where id = $1`,
      [installed, INSTALLATIONS],
    );
  }, 240_000);
  afterEach(() => void vi.restoreAllMocks());
  afterAll(() => harness.close());

  const together = <T>(count: number, one: (index: number) => Promise<T>): Promise<T[]> =>
    Promise.all(Array.from({ length: count }, (_, index) => one(index)));
  const get = async (route: string): Promise<{ status: number; bytes: number; json: Record<string, unknown> }> => {
    const answer = await harness.request(route);
    const text = await answer.text();
    return { status: answer.status, bytes: text.length, json: JSON.parse(text) as Record<string, unknown> };
  };
  const validate = (body: FormData, as: 'admin' | 'other', signal?: AbortSignal) =>
    harness.request('/api/v2/apps/validate', { method: 'POST', body, as, ...(signal && { signal }) });

  const nestedNames = async (): Promise<number> => {
    const form = uploadForm(buildArchive(), 'file');
    form.append('a[4294967294]', '5');
    form.append('a[x]', '5');
    return (await validate(form, 'admin')).status;
  };
  const policy = async (): Promise<number> =>
    (await harness.request('/v1/webhook_policies', { method: 'POST', json: { jwt_alg: 'rs512' } })).status;
  const signIn = async (login: string, from: string): Promise<number> => {
    const headers = { authorization: `Basic ${Buffer.from(login).toString('base64')}`, 'x-forwarded-for': from };
    return (await harness.request('/api/v2/apps.json', { as: null, headers })).status;
  };
  const guess = (index: number): Promise<number> => signIn(`u${index}@invented.example:wrong`, '192.0.2.66');

  it('have their answers within bounds, and another account is served as ever', async () => {
    const largestResult = watchQueries();
    const stop = new AbortController();
    const slow = slowPackage();
    const drawings = together(12, async () => {
      const answer = await validate(uploadForm(slow, 'file'), 'admin', stop.signal).catch(() => undefined);
      return answer && { status: answer.status, retryAfter: answer.headers.get('retry-after') };
    });
    const attack = Promise.all([
      together(8, () => get('/api/v2/apps/owned.json')),
      get('/api/v2/apps/installations.json?include=app'),
      together(20, () => get(`/api/v2/apps/job_statuses/${failedJob}.json?include=report`)),
      together(2, () => get('/api/appyard/v1/audit_logs')),
      together(4, nestedNames),
      together(12, policy),
      together(100, guess),
    ]);
    const signedIn = together(4, (index) => signIn(`${emails.admin}:${adminPassword}`, `198.51.100.${index}`));

    const neighbour = await together(10, async () => {
      const answer = await harness.request('/api/v2/apps/installations.json', { as: 'other' });
      return answer.status;
    });
    const good = await validate(uploadForm(buildArchive(), 'file'), 'other');
    const build = await endOf(harness, await createApp(harness, buildArchive()));
    const [lists, installations, reports, audit, nested, policies, guesses] = await attack;
    stop.abort();

    expect(neighbour).toEqual(Array(10).fill(200));
    expect(await signedIn).toEqual([200, 200, 200, 200]);
    expect(await read(good, 200)).toEqual({ errors: [], warnings: [] });
    expect(build).toMatchObject({ status: 'completed' });

    for (const list of lists) {
      expect(list.status).toBe(200);
      expect((list.json['apps'] as unknown[]).length).toBeGreaterThanOrEqual(APPS);
      // Shown are the texts of one language, as text and as HTML: of those that unfold a sixteenth.
      expect(list.bytes).toBeLessThan(APPS * PER_APP_BYTES + (APPS / 4) * MiB);
    }
    expect(installations.status).toBe(200);
    expect(installations.json['installations']).toHaveLength(INSTALLATIONS);
    for (const one of reports) {
      expect(one.status).toBe(200);
      expect(one.bytes).toBeLessThan(256 * 1024);
    }
    for (const one of audit) expect([one.status, one.bytes < 4 * MiB]).toEqual([200, true]);
    expect(nested).toEqual(Array(4).fill(422));
    for (const status of policies) expect([201, 422, 503]).toContain(status);
    expect(policies).toContain(201);
    for (const status of guesses) expect([401, 429]).toContain(status);
    const checked = (await drawings).filter((answer) => answer !== undefined);
    for (const { status, retryAfter } of checked) expect([`200 null`, `503 5`]).toContain(`${status} ${retryAfter}`);
    expect(await largestResult()).toBeLessThan(MOST_BYTES_OF_A_QUERY);
    expect(harness.deps.log.error).not.toHaveBeenCalled();
  }, 180_000);
});
