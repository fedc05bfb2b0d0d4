import { spawn } from 'node:child_process';
import { chown, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { describe, expect, test, vi } from 'vitest';
import { layoutOf } from '../../src/embedded/layout.ts';
import { embeddedPostgresUrl, isEmbeddedPostgresRunning } from '../../src/embedded/postgres-url.ts';
import { pidsWorkingIn } from '../../src/embedded/process-info.ts';
import { holdStartLock } from '../../src/embedded/start-lock.ts';
import { entries, isAlive, kill, query, serverPid, until, useEmbeddedPostgres } from '../support/embedded-postgres.ts';

// Real processes and a real initdb (0.5 s alone, several seconds on a busy machine).
vi.setConfig({ testTimeout: 30_000, hookTimeout: 30_000 });

const { children, makeCluster, newDataDir, start, startElsewhere } = useEmbeddedPostgres();
const ignore = (): undefined => undefined;

describe('starting and stopping', () => {
  test('the first start creates a cluster behind a closed socket, and the second finds its data', async () => {
    vi.stubEnv('PGPORT', '1').stubEnv('PGSSLMODE', 'require').stubEnv('PGHOST', '127.0.0.1'); // of another database
    const dataDir = newDataDir('first');
    const postgres = await start(dataDir);
    expect(postgres).toMatchObject({ adopted: false, url: embeddedPostgresUrl(dataDir) });
    expect(await isEmbeddedPostgresRunning(dataDir)).toBe(true);
    const [settings] = await query(
      postgres.url,
      `select current_setting('server_encoding') encoding, current_setting('listen_addresses') addresses,
       current_setting('max_connections') connections, current_setting('shared_buffers') buffers,
       (select datlocprovider::text || datlocale from pg_database where datname = current_database()) "locale"`,
    );
    expect(settings).toEqual({
      encoding: 'UTF8',
      addresses: '',
      connections: '100',
      buffers: '64MB',
      locale: 'bC.UTF-8',
    });
    expect((await stat(path.join(dataDir, 'run'))).mode & 0o777).toBe(0o700);
    await query(postgres.url, 'create table kept as select 42 as n');
    await postgres.stop();

    const again = await start(dataDir);
    expect(again.adopted).toBe(false);
    expect(await query(again.url, 'select n from kept')).toEqual([{ n: 42 }]);
  });

  test('stopping leaves no process, no socket and no notes, and may be asked for twice', async () => {
    const dataDir = newDataDir('stop');
    const postgres = await start(dataDir);
    const pid = await serverPid(dataDir);
    await Promise.all([postgres.stop(), postgres.stop()]);
    await postgres.stop();
    expect(await isAlive(pid)).toBe(false);
    expect((await pidsWorkingIn(path.join(dataDir, 'postgres'))) ?? []).toEqual([]);
    expect(await readdir(path.join(dataDir, 'run'))).toEqual([]);
    expect(await entries(dataDir)).toEqual(['postgres', 'run']);
    expect(await isEmbeddedPostgresRunning(dataDir)).toBe(false);
  });

  test.for([
    ['a strange name', `we"ird, 'd' $HOME %41 ü`],
    ['a name too long for a socket', 'd'.repeat(150)],
  ] as const)('a data directory with %s works', async ([, name]) => {
    const dataDir = newDataDir(name);
    const { socketDir, runDir } = layoutOf(dataDir);
    try {
      const postgres = await start(dataDir);
      expect(await query(postgres.url, 'select 1 as one')).toEqual([{ one: 1 }]);
      await postgres.stop();
    } finally {
      if (socketDir !== runDir) await rm(socketDir, { force: true });
    }
  });

  test('Ctrl-C does not reach the server, and our secrets do not either', async ({ skip }) => {
    const dataDir = newDataDir('session');
    const { child, said } = startElsewhere(dataDir);
    expect(await said()).toEqual({ adopted: false, locked: true });
    process.kill(-Number(child.pid), 'SIGINT');
    await sleep(300); // a fast stop takes 30 ms
    expect(await query(embeddedPostgresUrl(dataDir), 'select 1 as one')).toEqual([{ one: 1 }]);
    const environment = await readFile(`/proc/${await serverPid(dataDir)}/environ`, 'utf8').catch(ignore);
    if (environment === undefined) return skip('the environment of another process cannot be read here');
    expect(environment).toContain('LC_ALL=C');
    expect(environment).not.toContain('SECRETS_KEY');
  });
});

describe('after a crash', () => {
  test('a start that was killed leaves a server that the next one takes over and stops', async () => {
    const dataDir = newDataDir('orphan');
    const { child, said } = startElsewhere(dataDir);
    expect(await said()).toEqual({ adopted: false, locked: true });
    await query(embeddedPostgresUrl(dataDir), 'create table kept as select 42 as n');
    const pid = await serverPid(dataDir);
    await kill(child);

    const postgres = await start(dataDir);
    expect(postgres.adopted).toBe(true);
    expect(await serverPid(dataDir)).toBe(pid);
    expect(await query(postgres.url, 'select n from kept')).toEqual([{ n: 42 }]);
    const lock = await holdStartLock(postgres.url);
    expect(lock).toBeDefined();
    await lock?.release();
    await postgres.stop();
    expect(await isAlive(pid)).toBe(false);
  });

  test('a killed server is started again once its last backend is gone', async () => {
    const dataDir = newDataDir('killed');
    const { url } = await start(dataDir);
    await query(url, 'create table kept as select 42 as n');
    const client = new Client({ connectionString: url });
    client.on('error', ignore);
    await client.connect();
    // Computes without a pause in which it would notice that its server is dead.
    const busy = client
      .query(
        `do $$ declare t timestamptz = clock_timestamp() + '1 s'; begin while clock_timestamp() < t loop end loop; end $$`,
      )
      .catch(ignore);
    await sleep(100);
    const pid = await serverPid(dataDir);
    process.kill(pid, 'SIGKILL');
    await until(async () => !(await isAlive(pid)));
    expect(await isEmbeddedPostgresRunning(dataDir)).toBe(false);

    const postgres = await start(dataDir);
    expect(postgres.adopted).toBe(false);
    expect(await query(postgres.url, 'select n from kept')).toEqual([{ n: 42 }]);
    await busy;
    await client.end().catch(ignore);
    await postgres.stop();
  });

  test('a server whose socket was deleted is started again', async () => {
    const dataDir = newDataDir('socket');
    const first = await start(dataDir);
    await query(first.url, 'create table kept as select 42 as n');
    await rm(path.join(dataDir, 'run', '.s.PGSQL.5432'));
    const postgres = await start(dataDir);
    expect(postgres.adopted).toBe(false);
    expect(await query(postgres.url, 'select n from kept')).toEqual([{ n: 42 }]);
    await postgres.stop();
  });

  test('a number in the pid file that a stranger bears by now is not taken for the server', async () => {
    const dataDir = newDataDir('stranger');
    await makeCluster(dataDir);
    const { uid, gid } = await stat(path.join(dataDir, 'postgres'));
    const stranger = spawn('sleep', ['60'], { uid, gid, stdio: 'ignore' });
    children.push(stranger);
    const pid = Number(stranger.pid);
    const note = `${pid}\n${dataDir}/postgres\n1700000000\n5432\n${dataDir}/run\n\n 1 1\nready   \n`;
    for (const file of ['postgres/postmaster.pid', 'run/.s.PGSQL.5432.lock']) {
      await writeFile(path.join(dataDir, file), note);
      await chown(path.join(dataDir, file), uid, gid);
    }
    await writeFile(path.join(dataDir, `starting-${pid}-1-abcd`), '');
    expect(await isEmbeddedPostgresRunning(dataDir)).toBe(false);

    const postgres = await start(dataDir);
    expect(postgres.adopted).toBe(false);
    expect(await query(postgres.url, 'select n from kept')).toEqual([{ n: 42 }]);
    await postgres.stop();
    expect(await isAlive(pid)).toBe(true);
    expect(await entries(dataDir)).toEqual(['postgres', 'run']);
  });

  test('a first start that was killed while it created the cluster is begun anew', async () => {
    const dataDir = newDataDir('unfinished');
    const { child } = startElsewhere(dataDir);
    const unfinished = async (): Promise<string[]> =>
      (await readdir(dataDir).catch(() => [])).filter((name) => name.startsWith('postgres.new'));
    await until(async () => (await unfinished()).length > 0);
    await kill(child);
    expect(await unfinished()).toHaveLength(1);

    const postgres = await start(dataDir);
    expect(postgres.adopted).toBe(false);
    expect(await query(postgres.url, 'select 1 as one')).toEqual([{ one: 1 }]);
    await postgres.stop();
    expect(await entries(dataDir)).toEqual(['postgres', 'run']);
  });
});

describe('two starts at the same time', () => {
  test('one creates the server, the other takes it over, and only the one with the lock can stop it', async () => {
    const dataDir = newDataDir('race');
    const both = [startElsewhere(dataDir), startElsewhere(dataDir)];
    const said = await Promise.all(both.map((one) => one.said()));
    expect(said.filter(({ adopted }) => adopted)).toHaveLength(1);
    expect(said.filter(({ locked }) => locked)).toHaveLength(1);
    const [winner, loser] = said[0]?.locked === true ? both : both.toReversed();

    loser?.go();
    expect(await loser?.said()).toEqual({ stopped: true });
    expect(await query(embeddedPostgresUrl(dataDir), 'select 1 as one')).toEqual([{ one: 1 }]);
    winner?.go();
    expect(await winner?.said()).toEqual({ stopped: true });
    expect(await isEmbeddedPostgresRunning(dataDir)).toBe(false);
  });

  test('two calls in one process get the same server', async () => {
    const dataDir = newDataDir('twice');
    const both = await Promise.all([start(dataDir), start(dataDir)]);
    expect(both.filter(({ adopted }) => adopted)).toHaveLength(1);
    await both[0]?.stop();
    await both[1]?.stop();
  });
});
