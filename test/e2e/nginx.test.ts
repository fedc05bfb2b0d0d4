import { request } from 'node:https';
import { connect } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeCertificate } from '../support/certificates.ts';
import { buildApp } from '../support/client.ts';
import { createHarness, type Harness } from '../support/harness.ts';
import { filePart, MULTIPART, multipart, zipLike } from '../support/multipart.ts';
import { startNginx, type RunningNginx } from '../support/nginx.ts';
import { buildArchive } from '../support/packages.ts';
import { answerOn } from '../support/raw-http.ts';

const HOST = 'apps.example.com';
interface SentOptions {
  method?: string;
  headers?: Record<string, string>;
}

const LIMIT = 40 * 1024 * 1024;

describe('Appyard behind nginx, with the example configuration', { timeout: 120_000 }, () => {
  let harness: Harness;
  let nginx: RunningNginx;
  let ca: string;
  beforeAll(async () => {
    const tls = await makeCertificate(HOST);
    ca = tls.cert;
    harness = await createHarness('postgres', {
      env: { PUBLIC_URL: `https://${HOST}`, TRUST_PROXY: '1', MAX_PACKAGE_BYTES: String(LIMIT) },
    });
    harness.startWorker();
    nginx = await startNginx(new URL(harness.origin).host, tls);
  });
  afterAll(async () => {
    await nginx.stop();
    await harness.close();
  });

  const send = (path: string, options: SentOptions = {}, body?: Buffer): Promise<[number, string]> =>
    new Promise((resolve, reject) => {
      const headers = {
        authorization: `Bearer ${harness.tokens.admin}`,
        host: `${HOST}:${nginx.port}`,
        ...(body && { 'content-length': body.length }),
        ...options.headers,
      };
      const target = { host: '127.0.0.1', servername: HOST, port: nginx.port, path, ca, agent: false };
      const req = request({ ...target, ...options, headers }, (res) => {
        const chunks: Buffer[] = [];
        res.on('data', (chunk: Buffer) => chunks.push(chunk));
        res.on('error', reject);
        res.on('end', () => resolve([res.statusCode ?? 0, Buffer.concat(chunks).toString()]));
      });
      req.on('error', reject);
      req.end(body);
    });
  const upload = (content: Buffer): Promise<[number, string]> =>
    send('/api/v2/apps/uploads', { method: 'POST', headers: MULTIPART }, multipart([filePart(content)]));

  it('takes a package of the largest size, and names its own limit for a larger one', async () => {
    expect((await upload(zipLike(LIMIT)))[0]).toBe(201);
    const [status, body] = await upload(zipLike(LIMIT + 200_000));
    expect([status, JSON.parse(body)]).toEqual([
      413,
      { error: 'too_large', description: `The package is larger than ${LIMIT} bytes.` },
    ]);
  });

  it('hands an upload on while it arrives', async () => {
    const socket = connect({ host: '127.0.0.1', port: nginx.port, servername: HOST, ca });
    const answer = answerOn(socket, /\}\s*$/);
    const body = multipart([filePart(zipLike(100_000))]);
    socket.write(
      `POST /api/v2/apps/uploads HTTP/1.1\r\nHost: ${HOST}\r\nAuthorization: Bearer wrong\r\n` +
        `Content-Type: ${MULTIPART['content-type']}\r\nContent-Length: ${body.length}\r\n\r\n`,
    );
    socket.write(body.subarray(0, 1_000));
    // The rest is never sent: Appyard has refused the credentials by then.
    expect(await answer).toMatch(/^HTTP\/1\.1 401 /);
    socket.destroy();
  });

  it('answers a list that is sent in chunks whole', async () => {
    const texts = { name: 'App', short_description: 'Short', long_description: 'long '.repeat(3_900) };
    const files = { 'translations/en.json': JSON.stringify({ app: texts }) };
    for (let index = 0; index < 16; index += 1)
      await buildApp(harness, buildArchive({ manifest: { name: `App ${index}` }, files }));
    const [status, body] = await send('/api/v2/apps/owned.json');
    const { apps } = JSON.parse(body) as { apps: { name: string }[] };
    expect([status, apps.length, body.length > 300_000]).toEqual([200, 16, true]);
    expect(await nginx.errors()).not.toMatch(/\[(error|crit|alert|emerg)\]/);
  });
});
