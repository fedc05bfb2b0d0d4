import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { connect as connectTcp } from 'node:net';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect, type ConnectionOptions, type TLSSocket } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { sendRequest } from '../../src/cli/send-request.ts';
import { startServer, type ApiServer, type TlsMaterial } from '../../src/http/server.ts';
import { createHarness, type Harness } from '../support/harness.ts';
import { makeCertificate } from '../support/certificates.ts';
import { uploadPackage } from '../support/client.ts';
import { buildArchive } from '../support/packages.ts';

describe('the server on HTTPS', () => {
  let harness: Harness;
  let other: TlsMaterial;
  beforeAll(async () => {
    harness = await createHarness('postgres', { https: true });
    other = await makeCertificate('apps.example.com');
  });
  afterAll(() => harness.close());

  const portOf = (origin: string): number => Number(new URL(origin).port);
  const greet = async (options: ConnectionOptions, port = portOf(harness.origin)): Promise<TLSSocket> => {
    const socket = connect({ host: '127.0.0.1', port, rejectUnauthorized: false, ...options });
    await once(socket, 'secureConnect');
    return socket;
  };
  const serve = (): Promise<ApiServer> => startServer(harness.deps, { port: 0, host: '127.0.0.1', tls: other });

  it('answers, and takes files', async () => {
    expect(harness.origin).toMatch(/^https:/);
    expect(harness.deps.config.publicUrl).toMatch(/^https:\/\/localhost:\d+$/);
    expect((await harness.request('/api/v2/apps.json')).status).toBe(200);
    expect(await uploadPackage(harness, buildArchive())).toEqual(expect.any(Number));
  });

  it.each(['TLSv1', 'TLSv1.1'] as const)('does not speak %s', async (version) => {
    const old = { minVersion: version, maxVersion: version, ciphers: 'DEFAULT@SECLEVEL=0' } as const;
    await expect(greet(old)).rejects.toThrow(/protocol version/);
    const socket = await greet({ minVersion: 'TLSv1.2', maxVersion: 'TLSv1.2' });
    expect(socket.getProtocol()).toBe('TLSv1.2');
    socket.destroy();
  });

  it.each([
    ['plain HTTP', 'GET /api/v2/apps.json HTTP/1.1\r\nHost: localhost\r\n\r\n'],
    ['nonsense', '\x16\x03\x01\x00\x05hello and then some'],
  ])('closes the connection on %s without an answer to it, and goes on', async (_name, bytes) => {
    for (const level of ['warn', 'error', 'info'] as const) vi.mocked(harness.deps.log[level]).mockClear();
    for (let i = 0; i < 20; i += 1) {
      const socket = connectTcp(portOf(harness.origin), '127.0.0.1');
      socket.on('error', () => undefined);
      socket.write(bytes, 'latin1');
      // No more than the alert that TLS itself has for it.
      expect((await text(socket).catch(() => '')).length).toBeLessThan(10);
    }
    expect((await harness.request('/readyz')).status).toBe(200);
    for (const level of ['warn', 'error', 'info'] as const) expect(harness.deps.log[level]).not.toHaveBeenCalled();
  });

  it('answers what is no HTTP inside TLS in the words of the API', async () => {
    const socket = await greet({});
    socket.write('nonsense\r\n\r\n');
    expect(await text(socket)).toMatch(/^HTTP\/1\.1 400 .+"error":"malformed_request"/s);
  });

  it.each(['after a request', 'from the beginning'])(
    'ends while somebody who is connected says nothing %s',
    async (when) => {
      const server = await serve();
      const agent = await greet({}, server.port);
      agent.on('error', () => undefined);
      if (when === 'after a request') {
        agent.write('GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n');
        await once(agent, 'data');
      }
      const closed = server.close().then(() => 'closed');
      await expect(Promise.race([closed, sleep(5_000, 'open')])).resolves.toBe('closed');
      agent.destroy();
    },
  );

  it('serves a renewed certificate from the next connection on, and never an older TLS with it', async () => {
    const server = await serve();
    const servedTo = async (): Promise<string | undefined> => {
      const socket = await greet({}, server.port);
      const { fingerprint256 } = socket.getPeerX509Certificate()!;
      socket.destroy();
      return fingerprint256;
    };
    expect(await servedTo()).toBe(new X509Certificate(other.cert).fingerprint256);
    const renewed = await makeCertificate('apps.example.com');
    server.useCertificate(renewed);
    expect(await servedTo()).toBe(new X509Certificate(renewed.cert).fingerprint256);
    const old = { minVersion: 'TLSv1.1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' } as const;
    await expect(greet(old, server.port)).rejects.toThrow(/protocol version/);
    await server.close();
  });

  it('is reached by whoever knows its certificate, whatever its names and whoever signed it, and only by those', async () => {
    const authority = await makeCertificate('Somebody', { authority: true });
    const signed = await makeCertificate('apps.example.com', { signedBy: authority });
    const server = await startServer(harness.deps, { port: 0, host: '127.0.0.1', tls: signed });
    const ask = (certificate: string) =>
      sendRequest(new Request(`https://127.0.0.1:${server.port}/readyz`), certificate);
    expect((await ask(signed.cert)).status).toBe(200);
    await expect(ask(authority.cert)).rejects.toThrow('another server answers here');
    await expect(ask((await makeCertificate('apps.example.com')).cert)).rejects.toThrow(/certificate/);
    await server.close();
  });
});
