import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildApp, createApp, endOf, read, uploadPackage, type JobBody } from '../../support/client.ts';
import { createHarness, type Harness } from '../../support/harness.ts';
import { buildArchive, exampleArchive, uploadForm } from '../../support/packages.ts';
import { refusal } from '../../support/refusal.ts';

const prefixes = ['v2', 'support', 'chat', 'standalone_chat', 'sell', 'zendesk', 'zopim', 'lotus_box'].map(
  (slot) => `/api/${slot}/apps`,
);
/** Without a version, as the vendor's command-line tools create apps. */
const allPrefixes = [...prefixes, '/api/apps'];

/** How the paths of this door may be written. */
describe('paths', () => {
  let harness: Harness;
  let app: number;
  let job: string;
  beforeAll(async () => {
    harness = await createHarness('redis');
    harness.startWorker();
    job = await createApp(harness, await exampleArchive('bookmarks'));
    app = (await endOf(harness, job)).app_id!;
  });
  afterAll(() => harness.close());

  const get = async <T>(route: string): Promise<T> => read<T>(await harness.request(route), 200);

  it.each(allPrefixes)('below %s are good with .json, a slash, both, and doubled slashes', async (prefix) => {
    for (const route of [``, '/owned', `/${app}`, '/installations', `/job_statuses/${job}`]) {
      const plain = await get(prefix + route);
      for (const written of ['.json', '/', '.json/', '//', '.json?any=thing', '/?any=thing', '.json/?any=/thing.json'])
        expect({ written, answer: await get(prefix + route + written) }).toEqual({ written, answer: plain });
      const [, api, ...rest] = prefix.split('/');
      expect(await get(`//${api}//${rest.join('///')}/${route}.json`)).toEqual(plain);
    }
  });

  it.each(allPrefixes)('in an answer stay below %s, where it was asked for', async (prefix) => {
    const origin = harness.deps.config.publicUrl;
    const shown = await get<{ large_icon: string; screenshots: string[] }>(`${prefix}/${app}.json`);
    expect(shown.large_icon).toBe(`${prefix}/${app}/assets/logo.png`);
    expect(shown.screenshots[0]).toBe(`${prefix}/${app}/assets/screenshot-0.png`);
    for (const address of [shown.large_icon, shown.screenshots[0]!])
      expect((await harness.request(address)).headers.get('content-type')).toBe('image/png');
    const polled = await get<JobBody>(`${prefix}/job_statuses/${job}`);
    expect(polled).toMatchObject({
      app_url: `${origin}${prefix}/${app}.json`,
      url: `${origin}${prefix}/job_statuses/${job}.json`,
    });
    expect(await get<JobBody>(polled.url.slice(origin.length))).toEqual(polled);
    expect(await get(polled.app_url!.slice(origin.length))).toMatchObject({ id: app });
  });

  it.each(allPrefixes)('below %s do all that the command-line tools do', async (prefix) => {
    const archive = buildArchive({ manifest: { location: everywhere } });
    const checked = { method: 'POST', body: uploadForm(archive, 'file') };
    expect((await harness.request(`${prefix}/validate`, checked)).status).toBe(200);
    const sent = await harness.request(`${prefix}/uploads.json/`, { method: 'POST', body: uploadForm(archive) });
    const json = { upload_id: (await read<{ id: number }>(sent, 201)).id };
    const made = await read<{ job_id: string }>(
      await harness.request(`${prefix}.json/`, { method: 'POST', json }),
      202,
    );
    const id = (await endOf(harness, made.job_id)).app_id!;
    const again = { upload_id: await uploadPackage(harness, archive) };
    await read(await harness.request(`${prefix}/${id}/`, { method: 'PUT', json: again }), 200);
    const installation = await read<{ id: number }>(
      await harness.request(`${prefix}/installations.json/`, {
        method: 'POST',
        json: { app_id: id, settings: { name: 'x' } },
      }),
      201,
    );
    const change = { method: 'PUT', json: { settings: { name: 'y' } } };
    await read(await harness.request(`${prefix}/installations/${installation.id}.json/`, change), 200);
    const gone = await harness.request(`${prefix}/installations/${installation.id}/`, { method: 'DELETE' });
    expect(gone.status).toBe(204);
    expect((await harness.request(`${prefix}//${id}.json`, { method: 'DELETE' })).status).toBe(204);
  });

  it('in other letters lead to addresses in the same', async () => {
    const polled = await get<JobBody>(`/API/v2/Apps/Job_Statuses/${job}`);
    expect(polled.app_url).toBe(`${harness.deps.config.publicUrl}/API/v2/Apps/${app}.json`);
    expect(await get(`/API/v2/Apps/${app}.json`)).toMatchObject({ id: app });
  });

  it('of a file in a package keep their name and their ending', async () => {
    const id = await buildApp(harness, buildArchive({ files: { 'assets/data.json': '{"a":1}', 'assets/plain': 'p' } }));
    expect(await get(`/api/v2/apps/${id}/assets/data.json`)).toEqual({ a: 1 });
    await refusal(await harness.request(`/api/v2/apps/${id}/assets/plain.json`), 404);
  });

  it.each([
    ['/api/v2/apps', 'GET, HEAD, POST', 'PUT'],
    ['/api/sell/apps.json', 'GET, HEAD, POST', 'DELETE'],
    ['/api/v2/apps/owned', 'GET, HEAD', 'DELETE'],
    ['/api/v2/apps/owned', 'GET, HEAD', 'PUT'],
    ['/api/v2/apps/5.json', 'DELETE, GET, HEAD, PUT', 'POST'],
    ['/api/v2/apps/5/package', 'GET, HEAD', 'PUT'],
    ['/api/v2/apps/5/assets/logo.png', 'GET, HEAD', 'POST'],
    ['/api/v2/apps/uploads.json', 'POST', 'GET'],
    ['/api/v2/apps/validate', 'POST', 'GET'],
    ['/api/apps/validate', 'POST', 'PATCH'],
    ['/api/v2/apps/installations', 'GET, HEAD, POST', 'PUT'],
    ['/api/chat/apps/installations/7.json/', 'DELETE, GET, HEAD, PUT', 'PATCH'],
    ['/api/v2/apps/job_statuses/abc.json', 'DELETE, GET, HEAD', 'POST'],
    ['//api/v2//apps/installations/job_statuses/abc', 'DELETE, GET, HEAD', 'PUT'],
    ['/api/v2/apps/job_statuses/abc/retry.json', 'POST', 'GET'],
    ['/api/v2/audit_logs.json', 'GET, HEAD', 'POST'],
    ['/api/v2/apps/job_statuses', 'GET, HEAD', 'POST'],
    ['/api/sell/apps/installations/job_statuses/abc/', 'DELETE, GET, HEAD', 'PATCH'],
  ])('that are known say at %s that %s are possible, and %s is not', async (route, allowed, method) => {
    const refused = await harness.request(route, { method });
    expect(refused.headers.get('allow')).toBe(allowed);
    const { error, description } = await refusal(refused, 405);
    expect(error).toBe('method_not_allowed');
    expect(description).toContain(allowed);
    const asked = await harness.request(route, { method: 'OPTIONS', as: null });
    expect([asked.status, await asked.text()]).toEqual([204, '']);
    expect(asked.headers.get('allow')).toBe(allowed);
  });

  it('that are not known are 404 for every method', async () => {
    for (const route of ['/api/v3/apps', '/api/v2/app', '/api/v2/apps/5/nothing', '/api/v2/apps/uploads/5'])
      for (const method of ['GET', 'POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS'])
        expect((await refusal(await harness.request(route, { method }), 404)).error).toBe('not_found');
  });

  it('answer HEAD as GET, without a body', async () => {
    for (const route of ['/api/v2/apps.json', `/api/sell/apps/${app}`, `/api/v2/apps/job_statuses/${job}.json`]) {
      const [head, whole] = [await harness.request(route, { method: 'HEAD' }), await harness.request(route)];
      expect(head.status).toBe(200);
      expect(await head.text()).toBe('');
      expect(head.headers.get('content-length')).toBe(String(Buffer.byteLength(await whole.text())));
    }
    expect((await harness.request('/api/v2/apps/999999', { method: 'HEAD' })).status).toBe(404);
    expect((await harness.request('/api/v2/apps.json', { method: 'HEAD', as: null })).status).toBe(401);
  });

  it('have not once been at a loss', () => {
    expect(harness.deps.log.error).not.toHaveBeenCalled();
  });
});

const page = 'assets/iframe.html';
const everywhere = {
  support: { ticket_sidebar: page },
  chat: { chat_sidebar: page },
  standalone_chat: { nav_bar: page },
  sell: { deal_card: page },
};
