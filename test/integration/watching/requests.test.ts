import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { createDoorWalk, walkedDoors, type DoorWalk } from '../../support/door-walk.ts';
import { readExposition, sumOf } from '../../support/exposition.ts';
import { createApp, read } from '../../support/client.ts';
import { buildArchive } from '../../support/packages.ts';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const POLLS = '/api/{slot}/apps/job_statuses/:id';

describe('a request', () => {
  let walk: DoorWalk;
  let jobId: string;
  beforeAll(async () => {
    walk = await createDoorWalk();
    jobId = await createApp(walk.harness, buildArchive());
  });
  afterAll(() => walk.harness.close());
  beforeEach(() => {
    for (const level of ['debug', 'info'] as const) vi.mocked(walk.harness.deps.log[level]).mockClear();
  });

  const linesAt = (level: 'debug' | 'info') =>
    vi
      .mocked(walk.harness.deps.log[level])
      .mock.calls.flatMap(([message, fields]) => (message === 'request' ? [fields!] : []));
  const lines = () => [...linesAt('debug'), ...linesAt('info')];
  const samples = async () => readExposition((await walk.harness.deps.metrics.expose()).text);

  it('has an id of its own in its answer, or the one that it brought along where that is well-formed', async () => {
    const idOf = async (route: string, given?: string) =>
      (
        await walk.harness.request(route, given === undefined ? {} : { headers: { 'x-request-id': given } })
      ).headers.get('x-request-id');
    const routes = ['/livez', '/nothing', '/api/v2/apps/1.json', '/developer/apps', '/api/v2/apps/job_statuses/1'];
    const made = await Promise.all(routes.map((route) => idOf(route)));
    for (const id of made) expect(id).toMatch(UUID);
    expect(new Set(made).size).toBe(routes.length);
    for (const route of routes) expect(await idOf(route, 'caller-0815.a:b')).toBe('caller-0815.a:b');
    for (const bad of ['short', 'with space in it', 'x'.repeat(129), '{"json":"in it"}'])
      expect(await idOf('/nothing', bad)).toMatch(UUID);
  });

  it('has the same id in the answer of a door that names it, and in the lines of its failure', async () => {
    const headers = { 'x-request-id': 'caller-0815' };
    const body = await read<{ request: { id: string } }>(
      await walk.harness.request('/developer/apps/none', { headers }),
      404,
    );
    expect(body.request.id).toBe('caller-0815');
    const { log, db } = walk.harness.deps;
    const query = vi.spyOn(db, 'query').mockRejectedValue(new Error('a bug'));
    vi.mocked(log.error).mockClear();
    await walk.harness.request('/api/v2/apps.json', { headers });
    query.mockRestore();
    expect(vi.mocked(log.error).mock.calls.splice(0)).toEqual([
      [
        'request failed',
        expect.objectContaining({ requestId: 'caller-0815', method: 'GET', route: '/api/{slot}/apps' }),
      ],
    ]);
  });

  it('is one line in the log, with the pattern of its route and whose it is', async () => {
    await walk.harness.request(`/api/sell/apps/job_statuses/${jobId}.json?include=report`);
    await walk.harness.request('/', { as: null });
    await walk.harness.request('/api/sell/apps/job_statuses/abc', { as: 'agent' });
    await vi.waitFor(() => expect(lines()).toHaveLength(3));
    // There are thousands of polls that are answered: theirs are of a lower level.
    expect(linesAt('debug')).toEqual([
      {
        requestId: expect.stringMatching(UUID) as string,
        method: 'GET',
        route: POLLS,
        status: 200,
        ms: expect.any(Number) as number,
        accountId: walk.harness.accountId,
      },
    ]);
    expect(linesAt('info')).toEqual([
      {
        requestId: expect.stringMatching(UUID) as string,
        method: 'GET',
        route: '/',
        status: 200,
        ms: expect.any(Number) as number,
      },
      expect.objectContaining({ route: POLLS, status: 403, accountId: walk.harness.accountId }),
    ]);
  });

  it('is counted and timed by the pattern of its route', async () => {
    const counted = { method: 'GET', route: POLLS, status: '200' };
    const refused = { route: POLLS, status: '403' };
    const countsOf = async () => {
      const found = await samples();
      return [counted, refused].map((labels) => sumOf(found, 'appyard_http_requests_total', labels) ?? 0);
    };
    const [good = 0, bad = 0] = await countsOf();
    for (let i = 0; i < 3; i += 1) await walk.harness.request(`/api/v2/apps/job_statuses/${jobId}`);
    await walk.harness.request('/api/v2/apps/job_statuses/x', { as: 'agent' });
    await walk.harness.request('/nowhere/4711');
    await vi.waitFor(() => expect(lines()).toHaveLength(5));
    const after = await samples();
    expect(await countsOf()).toEqual([good + 3, bad + 1]);
    expect(sumOf(after, 'appyard_http_requests_total', { route: 'other', status: '404' })).toBeGreaterThan(0);
    expect(sumOf(after, 'appyard_http_request_duration_seconds_count', { route: POLLS })).toBeGreaterThanOrEqual(4);
  });

  it('leaves no id, no key and no code behind, whichever door it came through', async () => {
    const planted = 'plantedword0815';
    const routes = walkedDoors.flatMap((door) => door.routes);
    const paths = [
      `/assets/${planted}/iframe.html`,
      `/oauth/authorizations/new?code=${planted}&client_id=${planted}`,
      `/api/v2/apps/${planted}/assets/${planted}.png`,
      `/${planted}`,
      `/operator/queues/queue/${planted}?${planted}=1`,
    ];
    await Promise.all([
      ...routes.flatMap((route) =>
        [walk.pathOf(route, planted), walk.pathOf(route)].map((path) =>
          walk.send(route, { path: `${path}?q=${planted}` }),
        ),
      ),
      ...paths.map((path) => walk.send('GET /', { path })),
    ]);
    await vi.waitFor(() => expect(lines().length).toBeGreaterThanOrEqual(2 * routes.length + paths.length));
    expect(JSON.stringify(lines())).not.toContain(planted);
    const { text } = await walk.harness.deps.metrics.expose();
    for (const word of [planted, jobId]) expect(text).not.toContain(word);
    const named = [...new Set(lines().map(({ route }) => String(route)))];
    expect(
      routes.filter((route) => !named.some((name) => alternatives(name).some((one) => patternOf(route).test(one)))),
    ).toEqual([]);
  });

  it('that its client gave up is 499', async () => {
    const abort = new AbortController();
    const { db } = walk.harness.deps;
    const query = vi.spyOn(db, 'query').mockImplementation((() => {
      abort.abort();
      return new Promise(() => undefined);
    }) as never);
    await walk.harness.request('/api/appyard/v1/apps', { signal: abort.signal }).catch(() => undefined);
    await vi.waitFor(() => expect(lines()).toEqual([expect.objectContaining({ status: 499 })]));
    query.mockRestore();
  });
});

/** As the doors have registered it: the walk has names of its own for what stands for an id. */
const patternOf = (route: string): RegExp => {
  const [, path = ''] = route.split(' ');
  return new RegExp(`^${path.replace(/:\w+/g, ':\\w+')}$`);
};

/** `/a/b/:b|/:c` of a route at two paths stands for `/a/b/:b` and `/a/:c`. */
const alternatives = (name: string): string[] => {
  const [first = '', ...others] = name.split('|');
  const base = first.slice(0, first.lastIndexOf('/codename'));
  return [first, ...others.map((path) => base + path)];
};
