import { promises as systemDns } from 'node:dns';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import type { Exchange } from '../../../src/domain/delivery.ts';
import type { AllowPrivate } from '../../../src/http-client/address-policy.ts';
import { createPostJson } from '../../../src/http-client/post-json.ts';
import { createResolveName } from '../../../src/http-client/resolve-name.ts';
import { startNameServer, type NameServer } from '../../support/name-server.ts';
import { startReceiver, type Receiver } from '../../support/receiver.ts';

const never = new AbortController().signal;

describe('the name of a receiver', () => {
  let receiver: Receiver;
  let names: NameServer;
  beforeAll(async () => {
    receiver = await startReceiver();
    names = await startNameServer((name) => {
      if (name.endsWith('.silent.example')) return 'silence';
      if (name === 'none.example') return 'nothing';
      return name === 'both.example' ? ['127.0.0.2', '127.0.0.1'] : ['127.0.0.1'];
    });
  });
  afterEach(() => {
    receiver.received.length = 0;
    names.asked.length = 0;
  });
  afterAll(async () => {
    await names.close();
    await receiver.close();
  });

  const post = (
    name: string,
    { allowPrivate = ['127.0.0.1'], timeoutMs = 20_000, signal = never, hostsFile = '/nowhere' } = {} as {
      allowPrivate?: AllowPrivate;
      timeoutMs?: number;
      signal?: AbortSignal;
      hostsFile?: string;
    },
  ): Promise<Exchange> => {
    const resolve = createResolveName({ allowPrivate, timeoutMs, servers: [names.address], hostsFile });
    const url = `http://${name}:${receiver.port}/`;
    return createPostJson({ allowPrivate, timeoutMs, resolve })({ url, headers: {}, body: {}, signal });
  };

  it('is asked of the name servers, and all of its addresses are checked', async () => {
    expect(await post('one.example')).toMatchObject({ status: 200 });
    expect(await post('both.example')).toMatchObject({ status: 200 });
    expect(receiver.received.map(({ headers }) => headers.host)).toEqual([
      `one.example:${receiver.port}`,
      `both.example:${receiver.port}`,
    ]);
    expect((await post('one.example', { allowPrivate: false })).error).toContain('no public address');
    expect((await post('both.example', { allowPrivate: ['127.0.0.3'] })).error).toContain('no public address');
    expect(receiver.received).toHaveLength(2);
  });

  it('that there is not says so', async () => {
    expect((await post('none.example')).error).toContain('(ENOTFOUND)');
  });

  it('holds up no other look-up while its name server says nothing', async () => {
    const stop = new AbortController();
    let ended = 0;
    const silent = Array.from({ length: 12 }, async (_, number) => {
      await post(`h${number}.silent.example`, { allowPrivate: false, signal: stop.signal });
      ended += 1;
    });
    // All are under way at once: the system's own look-up does two at a time.
    await expect.poll(() => new Set(names.asked).size, { timeout: 20_000, interval: 10 }).toBe(12);
    await systemDns.lookup('localhost');
    expect(await post('one.example')).toMatchObject({ status: 200 });
    expect(ended).toBe(0);
    stop.abort();
    await Promise.all(silent);
  });

  it('that gets no answer ends with the exchange', async () => {
    const answer = await post('slow.silent.example', { timeoutMs: 300 });
    expect(answer).toEqual({ status: null, answer: null, error: expect.stringMatching(/ETIMEOUT|within 0.3 s/) });
  });

  it.each(['localhost', 'a.localhost', 'LOCALHOST.'])(
    'is no question for a name server when it is %s, which nothing goes to unless the operator allows it',
    async (name) => {
      expect((await post(name, { allowPrivate: false })).error).toContain('no public address');
      expect(names.asked).toEqual([]);
      expect(receiver.received).toEqual([]);
    },
  );

  it('is what the system says of this machine, where the operator allows that', async () => {
    expect(await post('localhost', { allowPrivate: true })).toMatchObject({ status: 200 });
    expect(names.asked).toEqual([]);
  });

  it('is what the hosts file says only where the operator allows more than public addresses', async () => {
    const directory = await mkdtemp(path.join(tmpdir(), 'hosts-'));
    onTestFinished(() => rm(directory, { recursive: true }));
    const hostsFile = path.join(directory, 'hosts');
    await writeFile(hostsFile, '# 127.0.0.1 not.example\n127.0.0.1\tlocalhost Named.Example # too.example\n');
    await post('named.example', { allowPrivate: ['127.0.0.1'], hostsFile });
    expect(names.asked).toEqual([]);
    for (const name of ['not.example', 'too.example'])
      expect(await post(name, { allowPrivate: ['127.0.0.1'], hostsFile })).toMatchObject({ status: 200 });
    await post('named.example', { allowPrivate: false, hostsFile });
    expect(new Set(names.asked)).toEqual(new Set(['not.example', 'too.example', 'named.example']));
  });
});
