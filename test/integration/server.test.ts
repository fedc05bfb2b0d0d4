import { once } from 'node:events';
import { Agent, request, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startServer } from '../../src/http/server.ts';
import { createHarness, type Harness } from '../support/harness.ts';
import { freePort } from '../support/redis-server.ts';

describe('the server', () => {
  let harness: Harness;
  beforeAll(async () => {
    harness = await createHarness('redis');
  });
  afterAll(() => harness.close());

  it('answers what is under way when it is closed, and lets go of the connection', async () => {
    const port = await freePort();
    const server = await startServer(harness.deps, { port, host: '127.0.0.1' });
    const agent = new Agent({ keepAlive: true });
    const call = request({
      port,
      agent,
      method: 'POST',
      path: '/api/v2/apps/uploads',
      headers: {
        authorization: `Bearer ${harness.tokens.admin}`,
        'content-type': 'multipart/form-data; boundary=x',
      },
    });
    const answered = once(call, 'response') as Promise<[IncomingMessage]>;
    call.write('--x\r\nContent-Disposition: form-data; name="uploaded_data"; filename="a.zip"\r\n\r\nPK\x03\x04');
    await sleep(100);
    const closed = server.close();
    call.end('rest\r\n--x--\r\n');
    const [answer] = await answered;
    expect(answer.statusCode).toBe(201);
    answer.resume();
    // Far below the idle time of a connection that is kept.
    await expect(Promise.race([closed.then(() => 'closed'), sleep(5_000, 'open')])).resolves.toBe('closed');
    agent.destroy();
  });

  it('does not wait, when it is closed, for a connection on which nothing was asked', async () => {
    const server = await startServer(harness.deps, { port: 0, host: '127.0.0.1' });
    const socket = connect(server.port, '127.0.0.1');
    await once(socket, 'connect');
    // The server has accepted it once a later one is answered.
    expect((await fetch(`http://127.0.0.1:${server.port}/livez`)).status).toBe(200);
    const closed = server.close().then(() => 'closed');
    await expect(Promise.race([closed, sleep(5_000, 'open')])).resolves.toBe('closed');
    socket.destroy();
  });

  it.each([
    ['that is too large', () => harness.tokens.admin, 1_000_000_000, '413'],
    ['without credentials', () => 'nobody', 64 * 1024 * 1024, '401'],
  ])('lets a client with "Connection: close" read the answer to an upload %s', async (_name, token, length, status) => {
    const socket = connect(Number(new URL(harness.origin).port), '127.0.0.1');
    // Reads nothing until everything is sent, as many clients do.
    socket.pause();
    const body = Buffer.alloc(64 * 1024 * 1024, 'x');
    socket.write(
      `POST /api/v2/apps/uploads HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nAuthorization: Bearer ${token()}\r\n` +
        `Content-Type: multipart/form-data; boundary=x\r\nContent-Length: ${length}\r\n\r\n`,
    );
    await new Promise((resolve, reject) => {
      socket.on('error', reject);
      socket.write(body, resolve);
    });
    expect(await text(socket)).toMatch(new RegExp(`^HTTP/1.1 ${status} [^]*\\}$`));
  });

  it.each([
    ['GET / HTTP/9.9\r\n\r\n', '400'],
    ['nonsense\r\n\r\n', '400'],
    [`GET / HTTP/1.1\r\nHost: x\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`, '431'],
  ])('answers %j in the words of the API', async (bytes, status) => {
    const socket = connect(Number(new URL(harness.origin).port), '127.0.0.1');
    socket.write(bytes);
    const answer = await text(socket);
    expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    expect(JSON.parse(answer.slice(answer.indexOf('\r\n\r\n')))).toMatchObject({
      error: 'malformed_request',
      description: expect.stringMatching(/\.$/) as string,
    });
  });
});
