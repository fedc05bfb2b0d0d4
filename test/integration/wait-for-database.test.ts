import path from 'node:path';
import { describe, expect, inject, it, onTestFinished, vi } from 'vitest';
import { waitForDatabase } from '../../src/cli/wait-for-database.ts';
import { createPool } from '../../src/db/pool.ts';
import { embeddedPostgresUrl } from '../../src/embedded/postgres-url.ts';
import { useEmbeddedPostgres } from '../support/embedded-postgres.ts';
import { quietLog } from '../support/harness.ts';
import { freePort } from '../support/redis-server.ts';
import { startProxy } from '../support/tcp-proxy.ts';

const { newDataDir, start } = useEmbeddedPostgres();

const waitFor = (databaseUrl: string, limitMs?: number) => {
  const log = quietLog();
  const db = createPool({ url: databaseUrl, max: 1, onError: () => undefined });
  onTestFinished(() => db.end());
  return { log, there: waitForDatabase({ databaseUrl }, { db, log }, limitMs) };
};

describe('a database', () => {
  it('that comes later is waited for, and told of once', async () => {
    const dataDir = newDataDir('late');
    const { log, there } = waitFor(embeddedPostgresUrl(dataDir));
    await vi.waitFor(() => expect(log.warn).toHaveBeenCalledTimes(1));
    await start(dataDir);
    await there;
    const where = { host: path.join(dataDir, 'run'), port: 5432 };
    expect(vi.mocked(log.warn).mock.calls).toEqual([
      ['waiting for the database', { ...where, err: expect.objectContaining({ code: 'ENOENT' }) as Error }],
    ]);
    expect(vi.mocked(log.info).mock.calls).toEqual([['the database is there', where]]);
  });

  it('that is there is not told of', async () => {
    const { log, there } = waitFor(inject('postgresUrl'));
    await there;
    for (const write of Object.values(log)) expect(write).not.toHaveBeenCalled();
  });

  it('that does not come in time is named by its host and port, not by its password', async () => {
    const port = await freePort();
    const { there } = waitFor(`postgres://ada:swordfish@127.0.0.1:${port}/appyard`, 0);
    await expect(there).rejects.toThrow(
      new Error(`The database at 127.0.0.1:${port} cannot be reached (ECONNREFUSED): start it, or set DATABASE_URL.`),
    );
  });

  it('that takes connections and lets them fall is waited for too', async () => {
    const proxy = await startProxy({ host: '127.0.0.1', port: await freePort() });
    onTestFinished(() => proxy.close());
    const { there } = waitFor(`postgres://ada@127.0.0.1:${proxy.port}/appyard`, 0);
    await expect(there).rejects.toThrow(`The database at 127.0.0.1:${proxy.port} cannot be reached (`);
  });

  it('that is not there among others of its server is not waited for, nor one that refuses the user', async () => {
    const missing = inject('postgresUrl').replace('///postgres?', '///no_such_database?');
    await expect(waitFor(missing).there).rejects.toThrow('database "no_such_database" does not exist');
    const stranger = new URL(inject('postgresUrl'));
    stranger.searchParams.set('user', 'stranger');
    await expect(waitFor(stranger.href).there).rejects.toThrow('role "stranger" does not exist');
  });
});
