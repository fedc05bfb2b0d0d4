import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { buildApp, createApp, install, pollJob, read } from '../support/client.ts';
import { admin, databaseUrl, queueBackends } from '../support/harness.ts';
import { buildArchive, macros } from '../support/packages.ts';
import { startPgBouncer, type RunningPooler } from '../support/pgbouncer.ts';
import { createSystem, migratedSystem, type System } from '../support/process-system.ts';

const newDatabase = async (): Promise<string> => {
  const name = `appyard_pooled_${randomUUID().replaceAll('-', '')}`;
  await admin(`create database ${name}`);
  return name;
};

describe.each(queueBackends)('behind PgBouncer in transaction mode, with the queue on %s', (queue) => {
  let database: string;
  let pooler: RunningPooler;
  let system: System;
  beforeAll(async () => {
    database = await newDatabase();
    const direct = databaseUrl(database);
    pooler = await startPgBouncer(direct);
    system = await migratedSystem(queue, 'disk', {
      DATABASE_URL: pooler.url,
      ...(queue === 'postgres' && { DATABASE_DIRECT_URL: direct }),
    });
  });
  afterAll(async () => {
    await system?.close();
    await pooler?.stop();
    await admin(`drop database if exists ${database} with (force)`);
  });

  it('takes packages to installed apps, many at a time, and sweeps', async () => {
    await system.startApi();
    const workers = [await system.startWorker(), await system.startWorker()];
    const archive = buildArchive({ requirements: macros(3) });
    const apps = await Promise.all(Array.from({ length: 10 }, () => buildApp(system, archive)));
    expect(new Set(apps).size).toBe(10);
    const installed = await Promise.all(apps.map((app) => install(system, app)));
    for (const { pending_job_id } of installed)
      await vi.waitFor(
        async () => expect(await pollJob(system, pending_job_id)).toMatchObject({ status: 'completed' }),
        {
          timeout: 30_000,
        },
      );
    const owned = await read<{ apps: object[] }>(await system.request('/api/v2/apps/owned.json'), 200);
    expect(owned.apps).toHaveLength(10);
    // A lock of a session that was handed on would never be free again.
    const locks = await system.query<{ n: number }>(
      `select count(*)::int as n from pg_locks where locktype = 'advisory' and objid between 4207001 and 4207999
         and pid in (select pid from pg_stat_activity where state = 'idle')`,
    );
    expect(locks).toEqual([{ n: 0 }]);
    for (const worker of workers) {
      worker.kill('SIGTERM');
      const { code, stderr } = await worker.ended;
      expect([code, stderr.split('\n').filter((line) => /"level":(40|50)/.test(line))]).toEqual([0, []]);
    }
  });
});

describe('the queue in Postgres behind a pooler', () => {
  let database: string;
  let system: System;
  const poolers: RunningPooler[] = [];
  const through = async (...settings: string[]): Promise<string> => {
    const pooler = await startPgBouncer(databaseUrl(database), settings);
    poolers.push(pooler);
    return pooler.url;
  };
  beforeAll(async () => {
    database = await newDatabase();
    system = await migratedSystem('postgres', 'disk', { DATABASE_URL: databaseUrl(database) });
  });
  afterAll(async () => {
    await system?.close();
    for (const pooler of poolers) await pooler.stop();
    await admin(`drop database if exists ${database} with (force)`);
  });

  it.each([
    ['that takes no options', []],
    ['that drops options', ['ignore_startup_parameters = options']],
  ])('%s: no process starts without DATABASE_DIRECT_URL, and each says so', async (_what, settings) => {
    const url = await through(...settings);
    for (const role of ['api', 'worker']) {
      const { code, stderr } = await system.start([role], { DATABASE_URL: url }).ended;
      expect(code).toBe(1);
      expect(stderr).toContain('set DATABASE_DIRECT_URL to the database itself');
    }
  });

  it('says to set DATABASE_PREPARED where statements that are prepared by name fail, and does without them', async () => {
    // With one connection, the second client finds what the first one has prepared.
    const url = await through('ignore_startup_parameters = options', 'default_pool_size = 1');
    // The start cannot see then that a pooler is in between.
    await admin(`alter database ${database} set search_path = public, bullmq`);
    const logOf = async (prepared: string): Promise<string> => {
      const api = system.start(['api'], { DATABASE_URL: url, DATABASE_PREPARED: prepared });
      await api.untilLine(/"listening"/);
      for (let round = 0; round < 5; round += 1)
        await Promise.all(Array.from({ length: 5 }, () => createApp(system, buildArchive())));
      api.kill('SIGTERM');
      return (await api.ended).stderr;
    };
    expect(await logOf('on')).toContain('set DATABASE_PREPARED=off, or DATABASE_DIRECT_URL');
    expect(await logOf('off')).not.toMatch(/"level":(40|50)/);
  });
});

describe('options of one’s own in DATABASE_URL', () => {
  it.each(queueBackends)('go together with what the queue on %s needs', async (queue) => {
    const database = await newDatabase();
    const url = new URL(databaseUrl(database));
    url.searchParams.set('options', '-c statement_timeout=20000');
    const system = await createSystem(queue, 'disk', { DATABASE_URL: url.href });
    try {
      expect(await system.run(['migrate'])).toMatchObject({ code: 0, stderr: '' });
      await system.startApi();
      await system.startWorker();
      expect(await buildApp(system, buildArchive())).toEqual(expect.any(Number));
      expect(await system.query(`select current_setting('statement_timeout') as timeout`)).toEqual([
        { timeout: '20s' },
      ]);
    } finally {
      await system.close();
      await admin(`drop database ${database} with (force)`);
    }
  });
});
