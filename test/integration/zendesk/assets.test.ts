import { createHash } from 'node:crypto';
import { readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { projectRoot } from '../../../src/cli/project-root.ts';
import { publish } from '../../support/acting-as.ts';
import { buildApp, read, uploadPackage, endOf } from '../../support/client.ts';
import { createHarness, type Harness } from '../../support/harness.ts';
import { buildArchive, exampleArchive } from '../../support/packages.ts';
import { sendRaw, type RawAnswer } from '../../support/raw-http.ts';
import { faultOf, refusal } from '../../support/refusal.ts';
import { named } from '../../support/shapes.ts';

const POLICY = 'sandbox allow-scripts allow-forms allow-popups';
const FOR_EVER = 'public, max-age=31536000, immutable';

const sourceOf = (name: string): Promise<Buffer> => readFile(path.join(projectRoot, 'examples/bookmarks/assets', name));

/** Ways to a file that is not an asset; each is the rest of an address. */
const outside = [
  '../manifest.json',
  '..%2fmanifest.json',
  '..%2Fmanifest.json',
  '%2e%2e/manifest.json',
  '%2e%2e%2fmanifest.json',
  '.%2e/manifest.json',
  '..%5cmanifest.json',
  '..\\manifest.json',
  './../manifest.json',
  'iframe.html/../../manifest.json',
  'support/../../translations/en.json',
  '..%252fmanifest.json',
  '../translations/en.json',
  '%2fmanifest.json',
  '%2fetc%2fpasswd',
  '/etc/passwd',
  '//manifest.json',
  '..%2f..%2f..%2f..%2f..%2f..%2fetc%2fpasswd',
  'manifest.json',
  'assets/iframe.html',
  'translations/en.json',
  'IFRAME.HTML',
  'iframe.html%00',
  'iframe.html%00.png',
  '%00',
  'iframe.html%20',
  'iframe.html/',
  'iframe.html/.',
  'support',
  'support/',
  '.',
  '..',
  '*',
  '%ZZ',
  '%c0%ae%c0%ae/manifest.json',
  'x'.repeat(5_000),
];

describe('the files of an app', () => {
  let harness: Harness;
  let app: number;
  /** Below the origin, with a slash at its end. */
  let published: string;
  let guarded: string;
  beforeAll(async () => {
    harness = await createHarness('postgres');
    harness.startWorker();
    app = await buildApp(harness, await exampleArchive('bookmarks'));
    guarded = `/api/sell/apps/${app}/assets/`;
    published = await publicPath(app);
  });
  afterAll(() => harness.close());

  const publicPath = async (id: number): Promise<string> => {
    const shown = await read<{ asset_url_prefix: string }>(await harness.request(`/api/v2/apps/${id}`), 200);
    return new URL(shown.asset_url_prefix).pathname;
  };
  /** As written, and with credentials where they are needed. */
  const get = (route: string, headers: Record<string, string> = {}, method = 'GET'): Promise<RawAnswer> =>
    sendRaw(harness.origin, {
      path: route,
      method,
      headers: { ...(route.startsWith('/api/') && { authorization: `Bearer ${harness.tokens.admin}` }), ...headers },
    });
  const bases = (): string[] => [guarded, published];

  it.each([
    ['iframe.html', 'text/html; charset=utf-8'],
    ['app.css', 'text/css; charset=utf-8'],
    ['app.js', 'text/javascript; charset=utf-8'],
    ['logo.png', 'image/png'],
    ['screenshot-1.png', 'image/png'],
    ['support/logo-small.png', 'image/png'],
  ])('are served with the right type and nothing else than they are: %s', async (name, type) => {
    const source = await sourceOf(name);
    for (const base of bases()) {
      const { status, headers, body } = await get(base + name);
      expect(status).toBe(200);
      expect(body.equals(source)).toBe(true);
      expect(headers).toMatchObject({
        'content-type': type,
        'content-length': String(source.length),
        'content-security-policy': POLICY,
        'x-content-type-options': 'nosniff',
        etag: `"${createHash('sha256').update(source).digest('hex')}"`,
      });
      expect(headers).not.toHaveProperty('set-cookie');
      expect(headers).not.toHaveProperty('x-powered-by');
    }
  });

  it('that are drawings are drawings, and never pages', async () => {
    for (const base of bases()) {
      const { status, headers } = await get(`${base}icon_nav_bar.svg`);
      expect([status, headers['content-type']]).toEqual([200, 'image/svg+xml']);
      expect(headers).toMatchObject({ 'content-security-policy': POLICY, 'x-content-type-options': 'nosniff' });
    }
  });

  it('may be kept for ever at the public address, and are asked for again at the other', async () => {
    const open = (await get(`${published}iframe.html`)).headers;
    expect(open['cache-control']).toBe(FOR_EVER);
    // A page in a sandbox is of another origin: its fonts and modules must load all the same.
    expect(open['access-control-allow-origin']).toBe('*');
    const { headers } = await get(`${guarded}iframe.html`);
    expect(headers).not.toHaveProperty('access-control-allow-origin');
    expect(headers['cache-control']).toMatch(/private/);
    expect(headers['cache-control']).toMatch(/no-cache/);
  });

  it('are not sent to whoever has them already', async () => {
    for (const base of bases()) {
      const { etag } = (await get(`${base}app.css`)).headers;
      for (const header of [etag!, `W/${etag}`, `"other", ${etag}`, '*']) {
        const { status, headers, body } = await get(`${base}app.css`, { 'if-none-match': header });
        expect([status, body.length, headers.etag]).toEqual([304, 0, etag]);
        expect(headers['cache-control']).toBeDefined();
        expect(headers['content-security-policy']).toBe(POLICY);
      }
      const other = await get(`${base}app.css`, { 'if-none-match': '"other"' });
      expect([other.status, other.body.length > 0]).toEqual([200, true]);
    }
  });

  it('answer HEAD with the headers of GET', async () => {
    for (const base of bases()) {
      const full = await get(`${base}logo.png`);
      const head = await get(`${base}logo.png`, {}, 'HEAD');
      const shown = ({ headers }: RawAnswer) => ({
        ...headers,
        date: '',
        connection: '',
        'keep-alive': '',
        'x-request-id': '',
      });
      expect([head.status, head.body.length]).toEqual([200, 0]);
      expect(shown(head)).toEqual(shown(full));
      expect((await get(`${base}nothing.png`, {}, 'HEAD')).status).toBe(404);
    }
  });

  it('answer nothing but GET and HEAD', async () => {
    for (const base of bases())
      for (const method of ['POST', 'PUT', 'DELETE', 'PATCH']) {
        const { status, body } = await get(`${base}logo.png`, {}, method);
        expect([404, 405]).toContain(status);
        expect(faultOf(status, body.toString())).toBeUndefined();
      }
  });

  it('keep their names, also when these end in .json, and are bytes when their type is not known', async () => {
    const files = { 'assets/data.json': '{"a":1}', 'assets/data': 'no suffix', 'assets/deep/er/file.unheard': 'x' };
    const id = await buildApp(harness, buildArchive({ files }));
    for (const base of [`/api/v2/apps/${id}/assets/`, `/api/support/apps/${id}/assets/`, await publicPath(id)]) {
      const json = await get(`${base}data.json`);
      expect([json.status, json.body.toString()]).toEqual([200, '{"a":1}']);
      expect(json.headers['content-type']).toMatch(/^application\/json/);
      for (const [name, content] of [
        ['data', 'no suffix'],
        ['deep/er/file.unheard', 'x'],
      ]) {
        const answer = await get(base + name);
        expect([answer.status, answer.body.toString()]).toEqual([200, content]);
        expect(answer.headers['content-type']).toBe('application/octet-stream');
      }
    }
  });

  it.each(named(outside))('are all there is: nothing at %s', async (_name, rest) => {
    for (const base of bases()) {
      const { status, headers, body } = await get(base + rest);
      expect(`${status} ${body.toString().slice(0, 300)}`).toMatch(/^(400|404|422) /);
      expect(faultOf(status, body.toString())).toBeUndefined();
      expect(headers['cache-control'] ?? '').not.toMatch(/immutable|max-age=[1-9]/);
    }
  });

  it.each(named(['0'.repeat(32), 'undefined', 'A'.repeat(32), '%00', '..', '%2e%2e', "'", 'x'.repeat(5_000), '%ZZ']))(
    'cannot be had with the key %s',
    async (_name, key) => {
      const { status, body } = await get(`/assets/${key}/iframe.html`);
      expect(`${status} ${body.toString()}`).toMatch(/^(400|404|422) /);
      expect(faultOf(status, body.toString())).toBeUndefined();
    },
  );

  it('need credentials of an account that can see the app', async () => {
    const route = `${guarded}iframe.html`;
    await refusal(await harness.request(route, { as: null }), 401);
    await refusal(await harness.request(route, { as: 'other' }), 404);
    await refusal(await harness.request(route, { as: 'operator' }), 403);
    expect((await harness.request(route, { as: 'agent' })).status).toBe(200);
    await publish(harness, app, 'public');
    expect((await harness.request(route, { as: 'other' })).status).toBe(200);
    await publish(harness, app, 'private');
    await refusal(await harness.request(route, { as: 'other' }), 404);
  });

  it('are public at an address that needs no credentials and heeds none', async () => {
    for (const headers of [{}, { authorization: 'Bearer wrong' }, { cookie: 'a=b' }, { host: 'other.localhost' }])
      expect((await get(`${published}iframe.html`, headers)).status).toBe(200);
  });

  it('stay at the address of their version when a new one comes', async () => {
    const id = await buildApp(harness, buildArchive({ files: { 'assets/iframe.html': 'one' } }));
    const old = await publicPath(id);
    const upload_id = await uploadPackage(harness, buildArchive({ files: { 'assets/iframe.html': 'two' } }));
    const put = await harness.request(`/api/v2/apps/${id}`, { method: 'PUT', json: { upload_id } });
    await endOf(harness, (await read<{ job_id: string }>(put, 200)).job_id);
    const pages = [old, await publicPath(id), `/api/v2/apps/${id}/assets/`].map((base) => get(`${base}iframe.html`));
    expect((await Promise.all(pages)).map(({ body }) => body.toString())).toEqual(['one', 'two', 'two']);
    await harness.request(`/api/v2/apps/${id}`, { method: 'DELETE' });
    for (const base of [old, `/api/v2/apps/${id}/assets/`]) expect((await get(`${base}iframe.html`)).status).toBe(404);
  });

  it('have not once brought the server to a loss', () => {
    expect(harness.deps.log.error).not.toHaveBeenCalled();
  });

  it('are 503 while the blob store has lost them, in the form of every refusal, and nobody keeps that', async () => {
    const id = await buildApp(harness, buildArchive({ files: { 'assets/iframe.html': 'soon gone' } }));
    const sha256 = createHash('sha256').update('soon gone').digest('hex');
    const bases = [`/api/v2/apps/${id}/assets/`, await publicPath(id)];
    await rm(path.join(harness.deps.config.dataDir, 'blobs', sha256.slice(0, 2), sha256));
    for (const base of bases) {
      const { status, headers, body } = await get(`${base}iframe.html`);
      expect(status).toBe(503);
      expect(JSON.parse(body.toString())).toMatchObject({
        error: 'unavailable',
        description: expect.any(String) as string,
      });
      expect(headers['content-type']).toMatch(/^application\/json/);
      expect(Number(headers['retry-after'])).toBeGreaterThan(0);
      expect(headers['cache-control'] ?? '').not.toMatch(/immutable|max-age=[1-9]/);
      expect(headers).not.toHaveProperty('etag');
    }
  });
});
