import { once } from 'node:events';
import { createServer as createHttpsServer } from 'node:https';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Exchange } from '../../../src/domain/delivery.ts';
import type { AllowPrivate } from '../../../src/http-client/address-policy.ts';
import { createPostJson } from '../../../src/http-client/post-json.ts';
import type { ResolveName } from '../../../src/http-client/resolve-name.ts';
import { makeCertificate } from '../../support/certificates.ts';
import { startReceiver, type Receiver } from '../../support/receiver.ts';

interface PostOptions {
  allowPrivate?: AllowPrivate;
  timeoutMs?: number;
  resolve?: ResolveName;
  signal?: AbortSignal;
  headers?: Record<string, string>;
}

const post = (url: string, options: PostOptions = {}): Promise<Exchange> => {
  const { allowPrivate = true, timeoutMs = 5_000, resolve, signal, headers = {} } = options;
  const postJson = createPostJson({ allowPrivate, timeoutMs, ...(resolve && { resolve }) });
  return postJson({ url, headers, body: { a: 'ä' }, signal: signal ?? new AbortController().signal });
};

/** Says these addresses, one set a time, the last one for ever. */
const dns = (...answers: string[][]): ResolveName & { asked: string[] } => {
  const asked: string[] = [];
  const resolve: ResolveName = async (hostname) => {
    const addresses = answers[Math.min(asked.length, answers.length - 1)]!;
    asked.push(hostname);
    return addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
  };
  return Object.assign(resolve, { asked });
};

const servers: Server[] = [];
/** A server that is not quite one. Gives its port. */
const listen = async (onSocket: (socket: Socket) => void, address = '127.0.0.1', port = 0): Promise<number> => {
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    onSocket(socket);
  });
  servers.push(server);
  server.listen(port, address);
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
};

describe('sending to a receiver', () => {
  let receiver: Receiver;
  beforeAll(async () => {
    receiver = await startReceiver();
  });
  afterEach(() => {
    receiver.received.length = 0;
    receiver.answer((res) => res.end('ok'));
    for (const server of servers.splice(0)) server.close();
  });
  afterAll(() => receiver.close());

  it('posts JSON with the headers that were asked for', async () => {
    const answer = await post(`${receiver.url}/hook?key=1`, { headers: { 'user-agent': 'x/1', 'x-id': '7' } });
    expect(answer).toEqual({ status: 200, error: null, answer: 'ok' });
    expect(receiver.received).toEqual([
      {
        path: '/hook?key=1',
        body: { a: 'ä' },
        headers: expect.objectContaining({
          'content-type': 'application/json',
          'content-length': '10',
          'user-agent': 'x/1',
          'x-id': '7',
          host: `127.0.0.1:${receiver.port}`,
        }),
      },
    ]);
  });

  it.each([
    '127.0.0.1',
    '2130706433',
    '0x7f000001',
    '0x7f.1',
    '0177.0.0.1',
    '127.1',
    '127.0.0.1.',
    '%31%32%37.0.0.1',
    '①②⑦.0.0.1',
    '0.0.0.0',
    '0',
    '[::1]',
    '[::]',
    '[::ffff:127.0.0.1]',
    '[::ffff:7f00:1]',
    '[::127.0.0.1]',
    'localhost',
    'LOCALHOST',
  ])('does not go to this machine, called http://%s', async (host) => {
    const answer = await post(`http://${host}:${receiver.port}/`, { allowPrivate: false });
    expect(answer).toEqual({ status: null, error: expect.stringContaining('no public address'), answer: null });
    expect(receiver.received).toEqual([]);
  });

  it.each([
    'http://169.254.169.254/latest/meta-data/',
    'http://[fe80::1]/',
    'https://10.0.0.1/',
    'http://[64:ff9b::a00:1]/',
  ])('does not go to %s', async (url) => {
    expect(await post(url, { allowPrivate: false })).toMatchObject({
      error: expect.stringContaining('no public address'),
    });
  });

  it('does not go where a name leads to an address that may not be dialled, nor says which', async () => {
    for (const address of [
      '127.0.0.1',
      '169.254.169.254',
      '::1',
      '::ffff:127.0.0.1',
      '64:ff9b::7f00:1',
      '2002:7f00:1::',
    ]) {
      const resolve = dns([address]);
      const answer = await post(`http://turned.example:${receiver.port}/`, { allowPrivate: false, resolve });
      expect(answer.error).toContain('no public address');
      expect(answer.error).not.toContain(address);
      expect(resolve.asked).toEqual(['turned.example']);
    }
    expect(receiver.received).toEqual([]);
  });

  it('dials what it has checked, though the name means something else a moment later', async () => {
    let reached = 0;
    const inside = await listen((socket) => {
      reached += 1;
      socket.destroy();
    }, '127.0.0.2');
    // 127.0.0.1 stands for a public address, 127.0.0.2 for one inside.
    const resolve = dns(['127.0.0.1'], ['127.0.0.2']);
    const allowPrivate = ['127.0.0.1'];
    expect(await post(`http://turned.example:${receiver.port}/`, { allowPrivate, resolve })).toMatchObject({
      status: 200,
    });
    expect(resolve.asked).toHaveLength(1);
    const second = await post(`http://turned.example:${inside}/`, { allowPrivate, resolve });
    expect(second.error).toContain('no public address');
    expect(resolve.asked).toHaveLength(2);
    expect(reached).toBe(0);
  });

  it('dials of several addresses only those that may be', async () => {
    let reached = 0;
    const count = (socket: Socket): void => {
      reached += 1;
      socket.destroy();
    };
    await listen(count, '127.0.0.2', receiver.port);
    const resolve = dns(['127.0.0.2', '127.0.0.1']);
    const url = `http://several.example:${receiver.port}/`;
    expect(await post(url, { allowPrivate: ['127.0.0.1'], resolve })).toMatchObject({ status: 200 });
    expect(reached).toBe(0);
  });

  it('follows no redirect', async () => {
    receiver.answer((res) => res.writeHead(302, { location: `${receiver.url}/elsewhere` }).end());
    expect(await post(`${receiver.url}/hook`)).toEqual({
      status: 302,
      error: expect.stringContaining('redirect (302), which is not followed'),
      answer: null,
    });
    expect(receiver.received.map(({ path }) => path)).toEqual(['/hook']);
  });

  it('ends when its time is up, for a receiver that says nothing or ever so little', async () => {
    receiver.answer(() => undefined);
    const error = 'There was no answer within 0.2 s.';
    expect(await post(receiver.url, { timeoutMs: 200 })).toEqual({ status: null, error, answer: null });
    const silent = await listen(() => undefined);
    expect(await post(`https://127.0.0.1:${silent}`, { timeoutMs: 200 })).toMatchObject({ error });
    let drip: NodeJS.Timeout | undefined;
    const slow = await listen((socket) => {
      socket.write('HTTP/1.1 200 OK\r\nx: ');
      drip = setInterval(() => socket.write('y'), 20);
      socket.on('close', () => clearInterval(drip));
    });
    expect(await post(`http://127.0.0.1:${slow}`, { timeoutMs: 200 })).toMatchObject({ error });
  });

  it('ends when a name takes too long', async () => {
    const answer = await post('http://slow.example/', { timeoutMs: 100, resolve: () => new Promise(() => undefined) });
    expect(answer.error).toBe('There was no answer within 0.1 s.');
  });

  it('believes a status whose body never ends', async () => {
    receiver.answer((res) => res.writeHead(200).write('so far'));
    expect(await post(receiver.url, { timeoutMs: 200 })).toEqual({ status: 200, error: null, answer: 'so far' });
  });

  it('does not wait for a body until its time is up, once the status is known', async () => {
    let hungUp: () => void = () => undefined;
    const closed = new Promise<void>((resolve) => (hungUp = resolve));
    receiver.answer((res) => {
      res.once('close', hungUp);
      res.writeHead(200).write('so far');
    });
    const slow = post(receiver.url, { timeoutMs: 120_000 });
    expect(await slow).toEqual({ status: 200, error: null, answer: 'so far' });
    await closed;
  });

  it('reads the beginning of a large answer, and hangs up', async () => {
    let sent = 0;
    let closed: () => void = () => undefined;
    const hungUp = new Promise<void>((resolve) => (closed = resolve));
    receiver.answer((res) => {
      const chunk = Buffer.alloc(16_384, 'x');
      const more = (): void => {
        while (!res.destroyed) {
          sent += chunk.length;
          if (!res.write(chunk)) return void res.once('drain', more);
        }
      };
      res.once('close', closed);
      more();
    });
    const answer = await post(receiver.url);
    expect(answer).toEqual({ status: 200, error: null, answer: 'x'.repeat(1_000) });
    await hungUp;
    // What fits into both sides' buffers, and no endless stream.
    expect(sent).toBeLessThan(32 * 1_048_576);
  });

  it('keeps 1,000 whole characters of an answer, and no control characters', async () => {
    receiver.answer((res) => res.writeHead(500).end(`a\0b\u001b[31m\r\nc\u009d${'🙂'.repeat(2_000)}`));
    const { answer, error } = await post(receiver.url);
    expect(error).toBe('The receiver answered 500.');
    expect(answer).toBe(`a b [31m c ${'🙂'.repeat(989)}`);
    expect(Array.from(answer!)).toHaveLength(1_000);
    receiver.answer((res) => res.end(Buffer.from([0xff, 0xfe, 0x41])));
    expect((await post(receiver.url)).answer).toBe('\ufffd\ufffdA');
  });

  it.each<[string, (socket: Socket) => void]>([
    ['ECONNRESET', (socket) => socket.destroy()],
    [
      'ECONNRESET',
      (socket) => socket.write('HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n'),
    ],
    ['HPE_INVALID_CONSTANT', (socket) => socket.end('SSH-2.0-OpenSSH_9.9\r\n')],
    ['HPE_HEADER_OVERFLOW', (socket) => socket.end(`HTTP/1.1 200 OK\r\nx: ${'y'.repeat(20_000)}\r\n\r\n`)],
  ])('says %s of an answer that is none', async (code, onSocket) => {
    const port = await listen(onSocket);
    expect(await post(`http://127.0.0.1:${port}`)).toEqual({
      status: null,
      error: `The receiver could not be reached, or its answer not be read (${code}).`,
      answer: null,
    });
  });

  it('says so when nobody listens, and when there is no such name', async () => {
    const port = await listen(() => undefined);
    const server = servers.pop()!;
    server.close();
    await once(server, 'close');
    expect((await post(`http://127.0.0.1:${port}`)).error).toContain('(ECONNREFUSED)');
    const missing: ResolveName = () =>
      Promise.reject(Object.assign(new Error('queryA ENOTFOUND secret.inside'), { code: 'ENOTFOUND' }));
    const { error } = await post('http://nothing.example/', { resolve: missing });
    expect(error).toContain('(ENOTFOUND)');
    expect(error).not.toContain('inside');
  });

  it('trusts no certificate that nobody vouches for', async () => {
    const server = createHttpsServer(await makeCertificate('localhost'), (_req, res) => res.end('ok'));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const { status, error } = await post(`https://localhost:${port}`, { resolve: dns(['127.0.0.1']) });
    expect(status).toBeNull();
    expect(error).toContain('SELF_SIGNED_CERT');
    server.close();
  });

  it('breaks off when the worker has to stop', async () => {
    const stop = new AbortController();
    receiver.answer(() => stop.abort());
    expect((await post(receiver.url, { signal: stop.signal })).error).toContain('The worker was stopped');
  });
});
