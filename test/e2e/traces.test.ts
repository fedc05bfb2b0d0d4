import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildApp, createApp, endOf, install, read } from '../support/client.ts';
import { createHarness, queueBackends, type Harness, type RequestOptions } from '../support/harness.ts';
import { jobRow } from '../support/jobs.ts';
import { buildArchive, macros } from '../support/packages.ts';
import { createPrograms, services, type Programs } from '../support/program.ts';
import { freePort } from '../support/redis-server.ts';
import { startTraceCollector, type TraceCollector } from '../support/trace-collector.ts';
import { updateApp } from '../support/updates.ts';

/** Without requirements, and with one that its installations lack then. */
const version = (name: string, required = 0): Buffer =>
  buildArchive({ manifest: { version: name }, ...(required > 0 && { requirements: macros(required) }) });

describe.each(queueBackends)('an account that may have one job at a time, with the queue on %s,', (queue) => {
  let harness: Harness;
  let collector: TraceCollector;
  let programs: Programs;
  let port: number;
  const jobs = { lost: '', waiting: '', again: '', update: '', provisioning: '' };
  const traceOf: Record<string, string> = {};
  /** The rows of those that were asked for while no worker was there. */
  let turns: Record<string, unknown>[];

  /** Requests of one caller, all in one trace of his. */
  const caller = (name: string) => {
    const trace = (traceOf[name] = randomBytes(16).toString('hex'));
    const request = (route: string, { headers, json, ...init }: RequestOptions = {}) =>
      fetch(`http://127.0.0.1:${port}${route}`, {
        ...init,
        ...(json !== undefined && { body: JSON.stringify(json) }),
        headers: {
          authorization: `Bearer ${harness.tokens.admin}`,
          traceparent: `00-${trace}-b7ad6b7169203331-01`,
          ...(json !== undefined && { 'content-type': 'application/json' }),
          ...headers,
        },
      });
    return { request };
  };

  beforeAll(async () => {
    [harness, collector, port] = await Promise.all([createHarness(queue), startTraceCollector(), freePort()]);
    programs = createPrograms({
      ...harness.env,
      LOG_LEVEL: 'info',
      PORT: String(port),
      MAX_RUNNING_PER_ACCOUNT: '1',
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint,
    });
    const api = programs.start(services.api);
    await api.untilLine(/"listening"/);
    const startWorker = async () => {
      const worker = programs.start(services.worker);
      await worker.untilLine(/"working"/);
      return worker;
    };
    const endAll = async (...running: ReturnType<Programs['start']>[]) => {
      for (const one of running) one.kill('SIGTERM');
      await Promise.all(running.map(({ ended }) => ended));
    };
    const first = await startWorker();
    const appId = await buildApp(caller('app'), version('1.0.0'));
    await install(caller('installation'), appId);
    await endAll(first);

    jobs.lost = await createApp(caller('lost'), buildArchive());
    jobs.waiting = await createApp(caller('waiting'), buildArchive());
    jobs.again = await createApp(caller('asked for first'), buildArchive());
    const again = `/api/appyard/v1/jobs/${jobs.again}`;
    await read(await caller('cancelled').request(again, { method: 'DELETE' }), 200);
    await read(await caller('again').request(`${again}/retry`, { method: 'POST' }), 202);
    jobs.update = await updateApp(caller('update'), appId, version('2.0.0', 1));
    turns = await Promise.all([jobs.lost, jobs.waiting, jobs.again, jobs.update].map((id) => jobRow(harness, id)));
    // As if the queue had lost it: a worker's first sweep puts it back.
    const entries = harness.backend.queue('jobs');
    await entries.remove(jobs.lost);
    await entries.close();
    await harness.deps.db.query(`update jobs set swept_at = now() - interval '1 minute'`);
    const second = await startWorker();
    for (const id of [jobs.lost, jobs.waiting, jobs.again, jobs.update]) await endOf(caller('polls'), id);
    const { rows } = await harness.deps.db.query<{ id: string }>(
      `select id from jobs where kind = 'install' and id = (select job_id from installations) order by seq desc`,
    );
    jobs.provisioning = rows[0]!.id;
    await endOf(caller('polls'), jobs.provisioning);
    await endAll(second, api);
  }, 60_000);
  afterAll(async () => {
    await programs?.close();
    await collector?.close();
    await harness?.close();
  });

  const attemptsOf = (id: string) => collector.spans.filter(({ attributes }) => attributes['appyard.job_id'] === id);

  it('has a turn for the first of them only, and completes them all', async () => {
    expect(turns.map(({ dispatched_at: at }) => at !== null)).toEqual([true, false, false, false]);
    for (const id of Object.values(jobs)) expect(await jobRow(harness, id)).toMatchObject({ state: 'completed' });
  });

  it.each([
    ['waited for its turn', 'waiting', 'POST /api/{slot}/apps'],
    ['the sweep put back into the queue', 'lost', 'POST /api/{slot}/apps'],
    ['was asked for again', 'again', 'POST /api/appyard/v1/jobs/:id/retry'],
    ['waited behind all of these', 'update', 'PUT /api/{slot}/apps/:id'],
  ] as const)('has a job that %s in the trace of its own request', (_how, name, route) => {
    const attempts = attemptsOf(jobs[name]);
    expect(attempts.map(({ traceId }) => traceId)).toEqual([traceOf[name]]);
    expect(collector.lineageOf(attempts[0]!)).toEqual([
      'appyard-worker: attempt build',
      'appyard-worker: process jobs',
      'appyard-worker: add jobs.build.run',
      `appyard-api: ${route}`,
    ]);
  });

  it('has an install that a build asked for in the trace of that build', () => {
    const [attempt] = attemptsOf(jobs.provisioning);
    expect(attempt!.traceId).toBe(traceOf['update']);
    expect(collector.lineageOf(attempt!)).toEqual([
      'appyard-worker: attempt install',
      'appyard-worker: process jobs',
      'appyard-worker: add jobs.install.run',
      ...collector.lineageOf(attemptsOf(jobs.update)[0]!),
    ]);
  });
});
