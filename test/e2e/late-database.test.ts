import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createHarness, type Harness } from '../support/harness.ts';
import { createPrograms, services, type Programs, type RunningProgram } from '../support/program.ts';
import { freePort } from '../support/redis-server.ts';
import { startProxy, type TcpProxy } from '../support/tcp-proxy.ts';

const PASSWORD = 'swordfish-2718';

/** What each says when it has begun its work. */
const beginnings = {
  migrate: [services.migrate, /^The database is up to date\.$/],
  api: [services.api, /"listening"/],
  worker: [services.worker, /"working"/],
  start: [['start'], /^Press Ctrl-C to stop\.$/],
} as const;
type Role = keyof typeof beginnings;

/** The database that DATABASE_URL names, by port and with a password. */
describe('processes that start before their database', () => {
  let harness: Harness;
  let proxy: TcpProxy;
  let programs: Programs;
  beforeAll(async () => {
    harness = await createHarness('postgres');
    const { pathname, searchParams } = new URL(harness.env['DATABASE_URL']!);
    proxy = await startProxy({ path: path.join(searchParams.get('host')!, `.s.PGSQL.${searchParams.get('port')}`) });
    const url = `postgres://appyard:${PASSWORD}@127.0.0.1:${proxy.port}${pathname}`;
    programs = createPrograms({ ...harness.env, DATABASE_URL: url, LOG_LEVEL: 'info' });
  });
  beforeEach(() => proxy.cut());
  afterAll(async () => {
    await programs?.close();
    await proxy?.close();
    await harness?.close();
  });

  const startAll = async (...roles: Role[]) => {
    const running = new Map<Role, RunningProgram>();
    for (const role of roles)
      running.set(role, programs.start(beginnings[role][0], { PORT: String(await freePort()) }));
    for (const one of running.values()) await one.untilLine(/"waiting for the database"/);
    return running;
  };

  it('wait for it, say so once, and then do their work', async () => {
    const running = await startAll('migrate', 'api', 'worker', 'start');
    await proxy.restore();
    for (const [role, one] of running) {
      await one.untilLine(beginnings[role][1]);
      if (role !== 'migrate') one.kill('SIGTERM');
      const { code, stdout, stderr } = await one.ended;
      const told = stderr.split('\n').filter((line) => /"(waiting for the database|the database is there)"/.test(line));
      expect({ role, code, told: told.map((line) => JSON.parse(line) as unknown) }).toEqual({
        role,
        code: 0,
        told: [
          expect.objectContaining({ level: 40, host: '127.0.0.1', port: proxy.port }),
          expect.objectContaining({ level: 30, host: '127.0.0.1', port: proxy.port }),
        ],
      });
      expect(stdout + stderr).not.toContain(PASSWORD);
    }
  });

  it('end when they are told to, without a word about it', async () => {
    for (const [role, one] of await startAll('migrate', 'api')) {
      one.kill('SIGTERM');
      const { code, signal, stderr } = await one.ended;
      // A command that only waits has nothing to close.
      expect([role, code, signal]).toEqual(role === 'migrate' ? [role, null, 'SIGTERM'] : [role, 0, null]);
      expect(stderr).not.toMatch(/^appyard: /m);
    }
  });
});
