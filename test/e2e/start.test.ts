import { chmod, mkdtemp, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { isEmbeddedPostgresRunning } from '../../src/embedded/postgres-url.ts';
import { startEmbeddedPostgres } from '../../src/embedded/postgres.ts';
import { buildApp } from '../support/client.ts';
import { serverPid } from '../support/embedded-postgres.ts';
import type { RequestOptions } from '../support/harness.ts';
import { exampleArchive } from '../support/packages.ts';
import { createPrograms, type Programs, type RunningProgram } from '../support/program.ts';
import { freePort } from '../support/redis-server.ts';

/** Whole processes, each with a Postgres of its own. */
describe('appyard start', { timeout: 180_000 }, () => {
  let dataDir: string;
  let port: number;
  let programs: Programs;

  beforeEach(async () => {
    dataDir = await mkdtemp(path.join(tmpdir(), 'appyard-start-'));
    // As a folder that a person makes: the server runs as another user where we are root.
    await chmod(dataDir, 0o755);
    port = await freePort();
    programs = createPrograms({ PORT: String(port), DATA_DIR: dataDir, LOG_LEVEL: 'warn' });
  });
  afterEach(async () => {
    await programs.close();
    // What a killed start left running is adopted, and then stopped.
    if (await isEmbeddedPostgresRunning(dataDir)) {
      const postgres = await startEmbeddedPostgres({ dataDir, log: () => undefined, sync: false });
      await postgres.stop();
    }
    await rm(dataDir, { recursive: true });
  });

  const start = (env: Record<string, string> = {}): RunningProgram => programs.start(['start'], env);
  const interrupt = async (started: RunningProgram): Promise<number | null> => {
    started.kill('SIGINT');
    return (await started.ended).code;
  };
  const welcomed = (started: RunningProgram) => started.untilLine(/^Press Ctrl-C to stop\.$/);
  const credentials = async () =>
    JSON.parse(await readFile(path.join(dataDir, 'credentials.json'), 'utf8')) as { token: string };

  it('installs hello-world at the first start, and keeps everything for the next', async () => {
    const first = start();
    await first.untilLine(new RegExp(`^Appyard is running at http://localhost:${port}$`));
    await first.untilLine(/^ {2}build +(\d+)\/\1 Completed at/);
    const line = await first.untilLine(/Its page:/);
    const address = line.slice(line.indexOf('http'));
    const page = await fetch(address);
    expect(page.status).toBe(200);
    expect(await page.text()).toContain('<html');
    const { token } = await credentials();
    await first.untilLine(new RegExp(`API token +${token}$`));
    for (const file of ['credentials.json', 'secrets.key'])
      expect((await stat(path.join(dataDir, file))).mode & 0o777).toBe(0o600);
    expect(await interrupt(first)).toBe(0);
    expect(await isEmbeddedPostgresRunning(dataDir)).toBe(false);

    const second = start();
    await welcomed(second);
    const apps = await fetch(`http://localhost:${port}/api/v2/apps.json`, {
      headers: { authorization: `Bearer ${token}` },
    });
    expect(await apps.json()).toMatchObject({ apps: [{ name: 'Hello World' }] });
    expect((await fetch(address)).status).toBe(200);
    expect(await interrupt(second)).toBe(0);
    expect((await second.ended).stdout).not.toContain('Pushing');
  });

  it('shuts down with its Postgres when the terminal is closed, on HTTPS too', async () => {
    const started = programs.start(['start', '--https']);
    await welcomed(started);
    started.kill('SIGHUP');
    expect(await started.ended).toMatchObject({ signal: 'SIGHUP', stderr: '' });
    expect(await isEmbeddedPostgresRunning(dataDir)).toBe(false);
  });

  it('starts again after it was killed', async () => {
    const first = start();
    await first.untilLine(/^ {2}upload/); // In the middle of the first push.
    first.kill('SIGKILL');
    await first.ended;
    const second = start();
    await second.untilLine(/Its page:/);
    expect(await interrupt(second)).toBe(0);
    expect(await isEmbeddedPostgresRunning(dataDir)).toBe(false);
  });

  it('restarts its Postgres that was killed or told to stop, claims it again, and goes on working', async () => {
    const started = start();
    await started.untilLine(/^Appyard is running at/);
    const { token } = await credentials();
    const request = (route: string, { json, headers, ...init }: RequestOptions = {}) =>
      fetch(`http://localhost:${port}${route}`, {
        ...init,
        ...(json !== undefined && { body: JSON.stringify(json) }),
        headers: {
          authorization: `Bearer ${token}`,
          ...(json !== undefined && { 'content-type': 'application/json' }),
          ...headers,
        },
      });
    const recovers = async (signal: NodeJS.Signals): Promise<void> => {
      const pid = await serverPid(dataDir);
      process.kill(pid, signal);
      await vi.waitFor(
        async () => {
          expect(await serverPid(dataDir)).not.toBe(pid);
          expect((await request('/readyz')).status).toBe(200);
        },
        { timeout: 60_000, interval: 100 },
      );
    };

    await recovers('SIGKILL');
    await buildApp({ request }, await exampleArchive('service-desk'));
    const other = await start({ PORT: String(await freePort()) }).ended;
    expect(other.stderr).toMatch(/^appyard: Appyard is running on \S+ already; .+\n$/);
    // PostgreSQL takes that for: take no new connection, and end when the last one is closed.
    await recovers('SIGTERM');
    expect((await request('/api/v2/apps/owned.json')).status).toBe(200);
    expect(await interrupt(started)).toBe(0);
    expect(await isEmbeddedPostgresRunning(dataDir)).toBe(false);
  });

  it('ends with a message and code 1 when its Postgres cannot be restarted', async () => {
    const started = start();
    await started.untilLine(/^Appyard is running at/);
    await rename(path.join(dataDir, 'postgres/global'), path.join(dataDir, 'postgres/global.away'));
    process.kill(await serverPid(dataDir), 'SIGKILL');
    const { code, stderr } = await started.ended;
    expect(stderr).toMatch(
      /^appyard: The embedded PostgreSQL has ended and does not run after 5 restarts: PostgreSQL does not start on .+/m,
    );
    expect(code).toBe(1);
  });

  it('takes the first account from the environment', async () => {
    const started = start({
      BOOTSTRAP_ACCOUNT: 'acme',
      BOOTSTRAP_EMAIL: 'ada@acme.example',
      BOOTSTRAP_PASSWORD: 'correct horse',
      BOOTSTRAP_TOKEN: 'a-token-that-somebody-chose',
    });
    await welcomed(started);
    const answer = await fetch(`http://localhost:${port}/api/v2/apps/owned.json`, {
      headers: { authorization: `Basic ${Buffer.from('ada@acme.example:correct horse').toString('base64')}` },
    });
    expect(answer.status).toBe(200);
    expect(await interrupt(started)).toBe(0);
  });

  it('says in one line that it runs already, or that the port is taken', async () => {
    const first = start();
    await welcomed(first);
    const second = await start({ PORT: String(await freePort()) }).ended;
    expect(second).toMatchObject({ code: 1, stdout: '' });
    expect(second.stderr).toMatch(/^appyard: Appyard is running on \S+ already; .+\n$/);
    // The one that runs is not disturbed.
    expect((await fetch(`http://localhost:${port}/readyz`)).status).toBe(200);

    const elsewhere = path.join(dataDir, 'other');
    const third = await start({ DATA_DIR: elsewhere }).ended;
    expect(third).toMatchObject({ code: 1, stdout: '' });
    expect(third.stderr).toMatch(new RegExp(`^appyard: port ${port} is taken; .+\n$`));
    expect(await isEmbeddedPostgresRunning(elsewhere)).toBe(false);
    expect(await interrupt(first)).toBe(0);
  });

  it('ends at once at a second signal', async () => {
    const started = start();
    await welcomed(started);
    // An upload that never ends keeps the server open for its five seconds.
    const socket = connect(port, '127.0.0.1');
    socket.on('error', () => undefined);
    const part = '--x\r\nContent-Disposition: form-data; name="uploaded_data"; filename="a.zip"\r\n\r\nPK';
    socket.write(
      `POST /api/v2/apps/uploads HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${(await credentials()).token}\r\n` +
        `Content-Type: multipart/form-data; boundary=x\r\nContent-Length: 1000\r\n\r\n${part}`,
    );
    await vi.waitFor(async () => expect(await readdir(path.join(dataDir, 'blobs/incoming'))).toHaveLength(1), 5_000);
    started.kill('SIGINT');
    started.kill('SIGINT'); // npm's echo of the terminal's.
    await new Promise((resolve) => setTimeout(resolve, 1_200));
    started.kill('SIGINT');
    expect((await started.ended).code).toBe(130);
    socket.destroy();
  });
});
