import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createApp, pollJob } from '../support/client.ts';
import { admin, databaseUrl, queueBackends } from '../support/harness.ts';
import { buildArchive } from '../support/packages.ts';
import { migratedSystem, type System } from '../support/process-system.ts';
import type { RunningProgram } from '../support/program.ts';
import { freePort } from '../support/redis-server.ts';

const SOON = { timeout: 30_000, interval: 200 };
/** A worker may say what is wrong, not a thousand times a second. */
const MOST_LINES_IN_3_S = 60;

describe.each(queueBackends)('a database that answers, but not as needed, with the queue on %s', (queue) => {
  const id = randomUUID().replaceAll('-', '');
  const [database, role] = [`appyard_unusable_${id}`, `appyard_role_${id}`];
  let system: System;
  let api: RunningProgram;
  let worker: RunningProgram;
  let opsPort: number;
  beforeAll(async () => {
    await admin(`create role ${role} login`);
    await admin(`create database ${database} owner ${role}`);
    const url = new URL(databaseUrl(database));
    url.searchParams.set('user', role);
    system = await migratedSystem(queue, 'disk', { DATABASE_URL: url.href });
    opsPort = await freePort();
    api = await system.startApi();
    worker = system.start(['worker'], { METRICS_PORT: String(opsPort) });
    await worker.untilLine(/"working"/);
  });
  afterAll(async () => {
    await system?.close();
    await admin(`drop database if exists ${database} with (force)`);
    await admin(`drop role if exists ${role}`);
  });

  /** Whoever is connected has what is set for a database or a role only after connecting anew. */
  const reconnect = () => admin(`select pg_terminate_backend(pid) from pg_stat_activity where datname = '${database}'`);
  const build = async (): Promise<void> => {
    const job = await vi.waitFor(() => createApp(system, buildArchive()), SOON);
    await vi.waitFor(async () => expect(await pollJob(system, job)).toMatchObject({ status: 'completed' }), SOON);
  };
  const ready = async (): Promise<number[]> => [
    (await system.request('/readyz')).status,
    (await fetch(`http://127.0.0.1:${opsPort}/readyz`)).status,
  ];
  const asOwner = (sql: string) => system.query(sql);

  const situations: Record<
    string,
    { begin: () => Promise<unknown>; end: () => Promise<unknown>; readiness?: number[] }
  > = {
    'is read-only after a fail-over': {
      begin: () => admin(`alter database ${database} set default_transaction_read_only = on`),
      end: () => admin(`alter database ${database} reset default_transaction_read_only`),
    },
    'lets the role write nothing': {
      begin: () => asOwner(`revoke insert, update, delete on all tables in schema public from ${role}`),
      end: () => asOwner(`grant all on all tables in schema public to ${role}`),
    },
    'has no connection left': {
      begin: () => admin(`alter role ${role} connection limit 0`),
      end: () => admin(`alter role ${role} connection limit -1`),
    },
    'has tables of another version': {
      begin: () => asOwner('alter table jobs rename to jobs_of_another_version'),
      end: () => asOwner('alter table jobs_of_another_version rename to jobs'),
      // Which tables there are is looked at when a process starts.
      readiness: [200, 200],
    },
  };

  it.each(Object.entries(situations))(
    'that %s: 503 until it can be used again, and then everything goes on',
    async (_name, { begin, end, readiness = [503, 503] }) => {
      await begin();
      await reconnect();
      const before = worker.lines();
      await sleep(3_000);
      expect(worker.lines() - before).toBeLessThan(MOST_LINES_IN_3_S);
      const refused = await system.request('/api/v2/apps/job_statuses/0123456789abcdef0123456789abcdef', {
        method: 'DELETE',
      });
      expect([refused.status, Number(refused.headers.get('retry-after'))]).toEqual([503, expect.any(Number)]);
      expect(await refused.text()).toMatch(/The database cannot be (reached|used) right now/);
      expect(await ready()).toEqual(readiness);
      await end();
      await reconnect();
      await build();
      await vi.waitFor(async () => expect(await ready()).toEqual([200, 200]), SOON);
    },
  );

  it('does not keep processes from ending at SIGTERM', async () => {
    await createApp(system, buildArchive());
    await admin(`alter database ${database} set default_transaction_read_only = on`);
    await reconnect();
    await sleep(1_000);
    // Nor from starting: they wait with what they are asked for.
    const late = system.start(['worker'], { METRICS_PORT: String(await freePort()) });
    await late.untilLine(/"working"/);
    late.kill('SIGTERM');
    expect((await late.ended).code).toBe(0);
    const before = worker.lines();
    worker.kill('SIGTERM');
    api.kill('SIGTERM');
    const ends = await Promise.race([Promise.all([worker.ended, api.ended]), sleep(30_000, undefined)]);
    expect(ends?.map(({ code }) => code)).toEqual([0, 0]);
    expect(worker.lines() - before).toBeLessThan(100);
  });
});
