import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { randomBytes } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { projectRoot } from '../../src/cli/project-root.ts';
import { createApp, endOf, pollJob } from '../support/client.ts';
import { createHarness, type Harness } from '../support/harness.ts';
import { filePart, MULTIPART, multipart, zipLike } from '../support/multipart.ts';
import { buildArchive, uploadForm } from '../support/packages.ts';
import { program } from '../support/program.ts';
import { freePort } from '../support/redis-server.ts';

/** What a file of a limited process may have at the most: 100 or 200 KiB, which depends on the shell. */
const BLOCKS = 200;
const TOO_LARGE = 400_000;

/** Processes that can write no larger files: to them a write fails as on a full disk, whoever runs the test. */
describe('a process without space for files', { timeout: 90_000 }, () => {
  let harness: Harness;
  const running: { child: ChildProcess; output: () => string }[] = [];
  beforeAll(async () => {
    harness = await createHarness('redis');
  });
  afterAll(() => harness.close());
  afterEach(async () => {
    for (const { child } of running.splice(0)) {
      child.kill('SIGKILL');
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    }
  });

  const start = async (words: string[], { limited = true } = {}) => {
    const port = String(await freePort());
    const limit = limited ? `trap '' XFSZ; ulimit -f ${BLOCKS}; ` : '';
    const child = spawn('/bin/sh', ['-c', `${limit}exec ${[process.execPath, ...program(words).slice(1)].join(' ')}`], {
      cwd: projectRoot,
      env: { ...harness.env, PORT: port, LOG_LEVEL: 'info' },
    });
    let said = '';
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (said += text));
    running.push({ child, output: () => said });
    const origin = `http://127.0.0.1:${port}`;
    if (words[0] === 'api')
      await vi.waitFor(async () => expect((await fetch(`${origin}/readyz`)).status).toBe(200), 30_000);
    const post = (route: string, body: RequestInit['body'], headers: Record<string, string> = {}) =>
      fetch(origin + route, {
        method: 'POST',
        body: body ?? null,
        headers: { authorization: `Bearer ${harness.tokens.admin}`, ...headers },
      });
    return { child, post, port: Number(port), output: () => said };
  };
  const incoming = () => readdir(harness.deps.incomingDir);

  it('answers uploads 503 with Retry-After, tells the reason in the log, and keeps nothing', async () => {
    const api = await start(['api']);
    for (const [route, field] of [
      ['/api/v2/apps/uploads', 'uploaded_data'],
      ['/api/v2/apps/validate', 'file'],
    ] as const) {
      const body = new Uint8Array(multipart([filePart(zipLike(TOO_LARGE), field)]));
      const refused = await api.post(route, body, MULTIPART);
      expect([refused.status, Number(refused.headers.get('retry-after'))]).toEqual([503, 60]);
      expect(await refused.json()).toMatchObject({ error: 'storage_full' });
    }
    const lines = api
      .output()
      .split('\n')
      .filter((line) => line.includes('no space left for files'));
    expect(lines).toHaveLength(2);
    expect(lines[0]).toMatch(/EFBIG|ENOSPC/);
    // The answer does not wait for the removal of the file.
    await vi.waitFor(async () => expect(await incoming()).toEqual([]), 5_000);
    expect((await api.post('/api/v2/apps/uploads', uploadForm(buildArchive()))).status).toBe(201);
  });

  it('keeps a build for a worker that has space, without counting its attempts', async () => {
    const files = { 'assets/large.json': JSON.stringify(randomBytes(TOO_LARGE).toString('base64')) };
    const id = await createApp(harness, buildArchive({ files }));
    const worker = await start(['worker']);
    await vi.waitFor(() => expect(worker.output()).toMatch(/job attempt failed.*|storage_full/), 30_000);
    await vi.waitFor(
      async () => expect((await pollJob(harness, id)).message).toMatch(/^Trying again. The server has no space/),
      20_000,
    );
    expect(worker.output()).toMatch(/EFBIG|ENOSPC/);
    const { rows } = await harness.deps.db.query<{ used: number }>(
      'select attempts_used as used from jobs where id = $1',
      [id],
    );
    expect(rows[0]!.used).toBeLessThanOrEqual(1);
    worker.child.kill('SIGKILL');
    await once(worker.child, 'exit');
    expect(await incoming()).toEqual([]);
    await start(['worker'], { limited: false });
    expect(await endOf(harness, id)).toMatchObject({ status: 'completed' });
  });

  it('that was killed leaves no temporary file once another one starts, and those of living ones stay', async () => {
    const uploading = async (port: number): Promise<Socket> => {
      const socket = connect(port, '127.0.0.1').on('error', () => undefined);
      const before = (await incoming()).length;
      socket.write(
        `POST /api/v2/apps/uploads HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${harness.tokens.admin}\r\n` +
          `Content-Type: ${MULTIPART['content-type']}\r\nContent-Length: 5000\r\n\r\n`,
      );
      socket.write(multipart([filePart(zipLike(1_000))], { closed: false }));
      await vi.waitFor(async () => expect(await incoming()).toHaveLength(before + 1), 10_000);
      return socket;
    };
    const living = await uploading(Number(new URL(harness.origin).port));
    const [kept] = await incoming();
    const killed = await start(['api'], { limited: false });
    await uploading(killed.port);
    killed.child.kill('SIGKILL');
    await once(killed.child, 'exit');
    expect(await incoming()).toHaveLength(2);
    await start(['api'], { limited: false });
    expect(await incoming()).toEqual([kept]);
    living.destroy();
    await vi.waitFor(async () => expect(await incoming()).toEqual([]), 10_000);
  });
});
