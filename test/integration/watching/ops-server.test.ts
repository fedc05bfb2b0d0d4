import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { startOpsServer, type OpsChecks, type OpsServer } from '../../../src/ops/ops-server.ts';
import { createCheckStores } from '../../../src/use-cases/check-stores.ts';
import { createHarness, type Harness } from '../../support/harness.ts';
import { startEvictingRedis } from '../../support/redis-topologies.ts';
import { startSecondApi } from '../../support/second-api.ts';

const metrics = { expose: async () => ({ contentType: 'text/plain; version=0.0.4', text: 'a_metric 1\n' }) };
const well: OpsChecks = { problems: () => [], readiness: async () => ({ ready: true, missing: [] }) };

describe('the port for operators', () => {
  let server: OpsServer | undefined;
  afterEach(async () => {
    await server?.close();
    server = undefined;
  });
  const ask = async (checks: Partial<OpsChecks>, path: string, init: RequestInit = {}) => {
    server ??= await startOpsServer({ port: 0, host: '127.0.0.1' }, metrics, { ...well, ...checks });
    const response = await fetch(`http://127.0.0.1:${server.port}${path}`, init);
    return { status: response.status, headers: response.headers, text: await response.text() };
  };

  it('has the metrics in the form of Prometheus', async () => {
    const answer = await ask({}, '/metrics');
    expect([answer.status, answer.headers.get('content-type'), answer.text]).toEqual([
      200,
      'text/plain; version=0.0.4',
      'a_metric 1\n',
    ]);
    expect((await ask({}, '/metrics', { method: 'HEAD' })).status).toBe(200);
  });

  it('is alive until there is a problem that only a new start mends, which it names', async () => {
    const problems: string[] = [];
    const checks = { problems: () => problems };
    expect((await ask(checks, '/livez')).status).toBe(200);
    problems.push('the queue connection is stuck');
    const stuck = await ask(checks, '/livez?verbose');
    expect([stuck.status, JSON.parse(stuck.text)]).toEqual([503, { status: 'stuck', problems }]);
  });

  it('is ready or not, and names what is missing either way', async () => {
    let readiness = { ready: true, missing: ['queue'] };
    const checks = { readiness: async () => readiness };
    const ready = await ask(checks, '/readyz');
    expect([ready.status, JSON.parse(ready.text)]).toEqual([200, { status: 'ok', missing: ['queue'] }]);
    readiness = { ready: false, missing: ['database', 'queue'] };
    const away = await ask(checks, '/readyz');
    expect([away.status, JSON.parse(away.text)]).toEqual([503, { status: 'away', missing: ['database', 'queue'] }]);
  });

  it('has nothing else, changes nothing, and tells nothing of its own faults', async () => {
    expect((await ask({}, '/')).status).toBe(404);
    expect((await ask({}, '/__proto__')).status).toBe(404);
    expect((await ask({}, '/metrics', { method: 'POST' })).status).toBe(405);
    await server!.close();
    server = undefined;
    const failed = await ask({ readiness: () => Promise.reject(new Error('secret')) }, '/readyz');
    expect([failed.status, failed.text.includes('secret')]).toEqual([500, false]);
  });
});

describe('the readiness of the API', () => {
  let harness: Harness;
  afterEach(() => harness.close());

  const readyOf = async (request: Harness['request']) => {
    const response = await request('/readyz', { as: null });
    return [response.status, await response.json()] as const;
  };
  const all = { status: 'ok', database: 'ok', queue: 'ok', blobs: 'ok', missing: [] };

  it('names the queue that is away, and goes on; names the database that is away, and is 503', async () => {
    harness = await createHarness('redis');
    const api = await startSecondApi(harness);
    try {
      const becomes = (status: number, body: object) =>
        // What was good a second ago is still believed.
        vi.waitFor(async () => expect(await readyOf(api.request)).toEqual([status, body]), { timeout: 15_000 });
      await becomes(200, all);
      await api.queue.cut();
      await becomes(200, { ...all, queue: 'away', missing: ['queue'] });
      await api.database.cut();
      const both = { queue: 'away', database: 'away', missing: ['database', 'queue'] };
      await becomes(503, { ...all, ...both, status: 'away' });
      await api.database.restore();
      await api.queue.restore();
      await becomes(200, all);
    } finally {
      await api.close();
    }
  });

  it('names the queue too where it lives in the database that is away', async () => {
    harness = await createHarness('postgres');
    const api = await startSecondApi(harness);
    try {
      expect(await readyOf(api.request)).toEqual([200, all]);
      await api.database.cut();
      const both = { ...all, status: 'away', queue: 'away', database: 'away', missing: ['database', 'queue'] };
      await vi.waitFor(async () => expect(await readyOf(api.request)).toEqual([503, both]), { timeout: 15_000 });
      await api.database.restore();
      await vi.waitFor(async () => expect(await readyOf(api.request)).toEqual([200, all]), { timeout: 15_000 });
    } finally {
      await api.close();
    }
  });

  it('names the queue whose Redis is full, although it answers', async () => {
    const redis = await startEvictingRedis();
    onTestFinished(() => redis.close());
    await redis.ask('CONFIG', 'SET', 'maxmemory-policy', 'noeviction');
    harness = await createHarness('redis', { env: { REDIS_URL: redis.url } });
    const becomes = (body: object) =>
      vi.waitFor(
        async () => expect(await readyOf((route, init) => harness.request(route, init))).toEqual([200, body]),
        { timeout: 15_000 },
      );
    await becomes(all);
    await redis.ask('CONFIG', 'SET', 'maxmemory', '1');
    await becomes({ ...all, queue: 'away', missing: ['queue'] });
    expect(await redis.ask('PING')).toBe('PONG');
    await redis.ask('CONFIG', 'SET', 'maxmemory', '0');
    await becomes(all);
  });

  it('asks the stores no more often than it has to, and sees at once that one is back', async () => {
    harness = await createHarness('postgres');
    const { db, blobs } = harness.deps;
    const [query, look] = [vi.spyOn(db, 'query'), vi.spyOn(blobs, 'check')];
    const check = createCheckStores(harness.deps);
    expect(await Promise.all(Array.from({ length: 20 }, check))).toEqual(Array(20).fill([]));
    expect(await check()).toEqual([]);
    expect([query.mock.calls.length, look.mock.calls.length]).toEqual([2, 1]); // One for the queue, which is there too.

    const other = createCheckStores(harness.deps);
    look.mockRejectedValueOnce(new Error('away'));
    expect(await other()).toEqual(['blobs']);
    expect(await other()).toEqual([]);
  });
});
