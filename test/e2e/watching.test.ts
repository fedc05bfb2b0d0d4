import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { buildApp, endOf, install } from '../support/client.ts';
import { readExposition, sumOf } from '../support/exposition.ts';
import { createHarness, queueBackends, type Harness, type RequestOptions } from '../support/harness.ts';
import { exampleArchive } from '../support/packages.ts';
import { createPrograms, services, type Programs } from '../support/program.ts';
import { freePort } from '../support/redis-server.ts';
import { startTraceCollector, type CollectedSpan, type TraceCollector } from '../support/trace-collector.ts';

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const CALLER = 'b7ad6b7169203331';
const SECRET = 'swordfish-2718';

/** API and worker as processes of their own, with a port for metrics each, that send traces to a collector. */
describe.each(queueBackends)('API and worker that are watched, with the queue on %s,', (queue) => {
  let harness: Harness;
  let collector: TraceCollector;
  let programs: Programs;
  const ports = { api: 0, apiMetrics: 0, workerMetrics: 0 };
  let jobId: string;
  /** What both have written by their end. */
  let lines: Record<string, unknown>[];
  let codes: (number | null)[];

  const request = (route: string, { headers, json, ...init }: RequestOptions = {}) =>
    fetch(`http://127.0.0.1:${ports.api}${route}`, {
      ...init,
      ...(json !== undefined && { body: JSON.stringify(json) }),
      headers: {
        authorization: `Bearer ${harness.tokens.admin}`,
        traceparent: `00-${TRACE}-${CALLER}-01`,
        baggage: `user=${SECRET}`,
        ...(json !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
    });
  const metricsOf = async (port: number) =>
    readExposition(await (await fetch(`http://127.0.0.1:${port}/metrics`)).text());
  const probe = async (port: number, path: string) => {
    const response = await fetch(`http://127.0.0.1:${port}${path}`);
    return [response.status, await response.json()];
  };

  let before: { api: Awaited<ReturnType<typeof metricsOf>>; worker: Awaited<ReturnType<typeof metricsOf>> };
  let probes: unknown[];
  beforeAll(async () => {
    [harness, collector] = await Promise.all([createHarness(queue), startTraceCollector()]);
    for (const name of ['api', 'apiMetrics', 'workerMetrics'] as const) ports[name] = await freePort();
    programs = createPrograms({
      ...harness.env,
      LOG_LEVEL: 'info',
      PORT: String(ports.api),
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint,
    });
    const api = programs.start(services.api, { METRICS_PORT: String(ports.apiMetrics) });
    const worker = programs.start(services.worker, { METRICS_PORT: String(ports.workerMetrics) });
    await Promise.all([api.untilLine(/"listening"/), worker.untilLine(/"working"/)]);
    const appId = await buildApp({ request }, await exampleArchive('service-desk'));
    const installed = await install({ request }, appId, { name: SECRET, team_name: 'Second line' });
    jobId = installed.pending_job_id;
    await endOf({ request }, jobId);
    before = { api: await metricsOf(ports.apiMetrics), worker: await metricsOf(ports.workerMetrics) };
    probes = await Promise.all(
      [ports.apiMetrics, ports.workerMetrics].flatMap((port) => [probe(port, '/livez'), probe(port, '/readyz')]),
    );
    for (const one of [api, worker]) one.kill('SIGTERM');
    const ends = await Promise.all([api.ended, worker.ended]);
    lines = ends.flatMap(({ stderr }) =>
      stderr
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line) as never),
    );
    codes = ends.map(({ code }) => code);
  }, 60_000);
  afterAll(async () => {
    await programs?.close();
    await collector?.close();
    await harness?.close();
  });

  const named = (name: string): CollectedSpan[] => collector.named(name);

  it('send one trace, from the request through the queue to the steps of the attempt', () => {
    const [publish] = named('publish');
    expect(collector.lineageOf(publish!)).toEqual([
      'appyard-worker: publish',
      'appyard-worker: attempt build',
      'appyard-worker: process jobs',
      'appyard-api: add jobs.build.run',
      'appyard-api: POST /api/{slot}/apps',
    ]);
    const [provision] = named('provision');
    expect(collector.lineageOf(provision!).slice(1)).toEqual([
      'appyard-worker: attempt install',
      'appyard-worker: process jobs',
      'appyard-api: add jobs.install.run',
      'appyard-api: POST /api/{slot}/apps/installations',
    ]);
    // The caller's own trace goes on.
    const [upload] = named('POST /api/{slot}/apps/uploads');
    expect([upload!.traceId, upload!.parentSpanId]).toEqual([TRACE, CALLER]);
    for (const span of [publish!, provision!]) expect(span.traceId).toBe(TRACE);
    for (const step of ['load', 'check', 'store', 'enable']) expect(named(step)).toHaveLength(1);
  });

  it('say in the spans whose job it was and how it ended, and nothing that somebody wrote', () => {
    const [attempt] = named('attempt install');
    expect(attempt!.attributes).toEqual({
      'appyard.job_id': jobId,
      'appyard.account_id': harness.accountId,
      'appyard.job_kind': 'install',
      'appyard.outcome': 'completed',
      'appyard.attempt': 1,
    });
    const all = collector.bodies.join('\n');
    for (const secret of [SECRET, ...Object.values(harness.tokens), 'service-desk', 'password'])
      expect(all).not.toContain(secret);
  });

  it('begin no trace of what they only do for themselves, but of tasks of the housekeeping', () => {
    const roots = collector.spans.filter((span) => span.parentSpanId === undefined);
    expect(roots.filter(({ name }) => !name.startsWith('add housekeeping.'))).toEqual([]);
  });

  it('keep nothing of the caller in the queue but which trace it was', async () => {
    const shown = harness.backend.shownQueue('jobs');
    const job = await shown.getJob(jobId);
    await shown.close();
    expect(JSON.parse(job!.opts.telemetry!.metadata!)).toEqual({
      traceparent: expect.stringMatching(new RegExp(`^00-${TRACE}-[0-9a-f]{16}-01$`)) as string,
    });
  });

  it('have metrics of what they did, each of its own', () => {
    const { api, worker } = before;
    const posted = { method: 'POST', route: '/api/{slot}/apps/uploads', status: '201' };
    expect(sumOf(api, 'appyard_http_requests_total', posted)).toBe(1);
    expect(sumOf(worker, 'appyard_http_requests_total')).toBeUndefined();
    for (const kind of ['build', 'install'])
      expect(sumOf(worker, 'appyard_jobs_total', { kind, outcome: 'completed' })).toBe(1);
    expect([
      sumOf(api, 'appyard_process_info', { role: 'api' }),
      sumOf(worker, 'appyard_process_info', { role: 'worker' }),
    ]).toEqual([1, 1]);
    for (const samples of [api, worker]) {
      expect(sumOf(samples, 'appyard_jobs_unfinished')).toBe(0);
      expect(sumOf(samples, 'appyard_db_pool_connections', { state: 'open' })).toBeGreaterThan(0);
      expect(sumOf(samples, 'nodejs_eventloop_lag_p99_seconds')).toBeDefined();
    }
  });

  it('are alive and ready on the port of their metrics', () => {
    expect(probes).toEqual([
      [200, { status: 'ok' }],
      [200, { status: 'ok', missing: [] }],
      [200, { status: 'ok' }],
      [200, { status: 'ok', missing: [] }],
    ]);
  });

  it('have written a line for each request and each attempt by their end, under the trace', () => {
    expect(codes).toEqual([0, 0]);
    const requests = lines.filter(({ msg }) => msg === 'request');
    expect(requests.map(({ route }) => route)).toEqual([
      '/api/{slot}/apps/uploads',
      '/api/{slot}/apps',
      '/api/{slot}/apps/installations',
    ]);
    for (const line of requests)
      expect(line).toMatchObject({ level: 30, traceId: TRACE, accountId: harness.accountId });
    const attempts = lines.filter(({ msg }) => msg === 'job attempt');
    expect(attempts.map(({ kind, outcome }) => [kind, outcome])).toEqual([
      ['build', 'completed'],
      ['install', 'completed'],
    ]);
    expect(JSON.stringify(lines)).not.toContain(SECRET);
  });
});

describe('a worker that is watched', () => {
  it('is not ready while its queue is away, which it names', async () => {
    const harness = await createHarness('redis');
    const port = await freePort();
    const env = { ...harness.env, LOG_LEVEL: 'info', METRICS_PORT: String(port) };
    const programs = createPrograms({ ...env, REDIS_URL: `redis://127.0.0.1:${await freePort()}` });
    try {
      const worker = programs.start(services.worker);
      await worker.untilLine(/"working"/);
      await vi.waitFor(async () => {
        const response = await fetch(`http://127.0.0.1:${port}/readyz`);
        expect([response.status, await response.json()]).toEqual([503, { status: 'away', missing: ['queue'] }]);
      });
    } finally {
      await programs.close();
      await harness.close();
    }
  });

  it('says which setting to change when the port is taken', async () => {
    const harness = await createHarness('postgres');
    const programs = createPrograms({ ...harness.env, METRICS_PORT: new URL(harness.origin).port });
    try {
      const { code, stderr } = await programs.run(services.worker);
      expect([code, stderr]).toEqual([1, expect.stringContaining('set METRICS_PORT to another one')]);
    } finally {
      await programs.close();
      await harness.close();
    }
  });
});
