import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { chmod, mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { projectRoot } from '../../src/cli/project-root.ts';
import { isEmbeddedPostgresRunning } from '../../src/embedded/postgres-url.ts';
import { startEmbeddedPostgres } from '../../src/embedded/postgres.ts';
import { freePort } from '../support/redis-server.ts';

interface Started {
  child: ChildProcess;
  output: () => string;
  /** Resolves once the line is there. */
  saw(line: string | RegExp): Promise<string>;
  ended(): Promise<number | null>;
}

const main = path.join(projectRoot, 'dist/src/cli/main.js');

/** Whole processes, each with a Postgres of its own. */
describe('appyard start', { timeout: 90_000 }, () => {
  let dataDir: string;
  let port: number;
  const running: Started[] = [];

  beforeEach(async () => {
    dataDir = await mkdtemp(path.join(tmpdir(), 'appyard-start-'));
    // As a folder that a person makes: the server runs as another user where we are root.
    await chmod(dataDir, 0o755);
    port = await freePort();
  });
  afterEach(async () => {
    for (const { child } of running.splice(0)) child.kill('SIGKILL');
    // What a killed start left running is adopted, and then stopped.
    if (await isEmbeddedPostgresRunning(dataDir)) {
      const postgres = await startEmbeddedPostgres({ dataDir, log: () => undefined, sync: false });
      await postgres.stop();
    }
    await rm(dataDir, { recursive: true });
  });

  const start = (env: Record<string, string> = {}): Started => {
    const child = spawn(process.execPath, [main, 'start'], {
      cwd: tmpdir(),
      env: { PATH: process.env['PATH'] ?? '', PORT: String(port), DATA_DIR: dataDir, LOG_LEVEL: 'warn', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let text = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => {
        text += chunk.toString();
      });
    const exit = once(child, 'exit').then(([code]) => code as number | null);
    const started: Started = {
      child,
      output: () => text,
      saw: (line) =>
        vi.waitFor(
          () => {
            expect(text).toMatch(line);
            return text;
          },
          { timeout: 60_000, interval: 50 },
        ),
      ended: () => exit,
    };
    running.push(started);
    return started;
  };

  const pageIn = (output: string): string => /Its page: (\S+)/.exec(output)![1]!;
  const interrupt = async (started: Started): Promise<number | null> => {
    started.child.kill('SIGINT');
    return started.ended();
  };

  it('installs hello-world at the first start, and keeps everything for the next', async () => {
    const first = start();
    const output = await first.saw('Press Ctrl-C to stop.');
    expect(output).toContain(`Appyard is running at http://localhost:${port}`);
    expect(output).toMatch(/build +\d+\/\d+ Completed at/);
    const page = await fetch(pageIn(output));
    expect(page.status).toBe(200);
    expect(await page.text()).toContain('<html');

    const credentials = JSON.parse(await readFile(path.join(dataDir, 'credentials.json'), 'utf8')) as Record<
      string,
      string
    >;
    expect(output).toContain(credentials['token']);
    for (const file of ['credentials.json', 'secrets.key'])
      expect((await stat(path.join(dataDir, file))).mode & 0o777).toBe(0o600);
    expect(await interrupt(first)).toBe(0);
    expect(await isEmbeddedPostgresRunning(dataDir)).toBe(false);

    const second = start();
    const again = await second.saw('Press Ctrl-C to stop.');
    expect(again).not.toContain('Pushing');
    expect(again).toContain(credentials['token']);
    const apps = await fetch(`http://localhost:${port}/api/v2/apps.json`, {
      headers: { authorization: `Bearer ${credentials['token']}` },
    });
    expect(await apps.json()).toMatchObject({ apps: [{ name: 'Hello World' }] });
    expect((await fetch(pageIn(output))).status).toBe(200);
    expect(await interrupt(second)).toBe(0);
  });

  it('starts again after it was killed', async () => {
    const first = start();
    await first.saw('build '); // In the middle of the first push.
    first.child.kill('SIGKILL');
    await first.ended();
    const second = start();
    await second.saw('Its page:');
    expect(await interrupt(second)).toBe(0);
    expect(await isEmbeddedPostgresRunning(dataDir)).toBe(false);
  });

  it('takes the first account from the environment', async () => {
    const started = start({
      BOOTSTRAP_ACCOUNT: 'acme',
      BOOTSTRAP_EMAIL: 'ada@acme.example',
      BOOTSTRAP_PASSWORD: 'correct horse',
      BOOTSTRAP_TOKEN: 'a-token-that-somebody-chose',
    });
    await started.saw('Press Ctrl-C to stop.');
    const answer = await fetch(`http://localhost:${port}/api/v2/apps/owned.json`, {
      headers: { authorization: `Basic ${Buffer.from('ada@acme.example:correct horse').toString('base64')}` },
    });
    expect(answer.status).toBe(200);
    expect(await interrupt(started)).toBe(0);
  });

  it('says in one line that it runs already, or that the port is taken', async () => {
    const first = start();
    await first.saw('Press Ctrl-C to stop.');
    const second = start({ PORT: String(await freePort()) });
    expect(await second.ended()).toBe(1);
    expect(second.output()).toMatch(/^appyard: Appyard is running on \S+ already; .+\n$/);
    // The one that runs is not disturbed.
    expect((await fetch(`http://localhost:${port}/readyz`)).status).toBe(200);

    const elsewhere = path.join(dataDir, 'other');
    const third = start({ DATA_DIR: elsewhere });
    expect(await third.ended()).toBe(1);
    expect(third.output()).toMatch(new RegExp(`^appyard: port ${port} is taken; .+\n$`));
    expect(await isEmbeddedPostgresRunning(elsewhere)).toBe(false);
    expect(await interrupt(first)).toBe(0);
  });

  it('ends at once at a second signal', async () => {
    const started = start();
    await started.saw('Press Ctrl-C to stop.');
    // An upload that never ends keeps the server open for its five seconds.
    const socket = connect(port, '127.0.0.1');
    socket.on('error', () => undefined);
    const part = '--x\r\nContent-Disposition: form-data; name="uploaded_data"; filename="a.zip"\r\n\r\nPK';
    socket.write(
      `POST /api/v2/apps/uploads HTTP/1.1\r\nHost: localhost\r\nAuthorization: ${await authorization()}\r\n` +
        `Content-Type: multipart/form-data; boundary=x\r\nContent-Length: 1000\r\n\r\n${part}`,
    );
    await vi.waitFor(async () => expect(await readdir(path.join(dataDir, 'blobs/incoming'))).toHaveLength(1), 5_000);
    started.child.kill('SIGINT');
    started.child.kill('SIGINT'); // npm's echo of the terminal's.
    await new Promise((resolve) => setTimeout(resolve, 1_200));
    started.child.kill('SIGINT');
    expect(await started.ended()).toBe(130);
    socket.destroy();
  });

  const authorization = async (): Promise<string> => {
    const text = await readFile(path.join(dataDir, 'credentials.json'), 'utf8');
    return `Bearer ${(JSON.parse(text) as { token: string }).token}`;
  };
});
