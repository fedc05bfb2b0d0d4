import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { projectRoot } from '../../../src/cli/project-root.ts';
import { buildApp, install, read, uploadPackage } from '../../support/client.ts';
import { createHarness, type Harness } from '../../support/harness.ts';
import { buildArchive, exampleArchive } from '../../support/packages.ts';
import { refusal } from '../../support/refusal.ts';
import { anId, aTime, badIds, named } from '../../support/shapes.ts';

interface AppBody {
  id: number;
  name: string;
  short_description: string | null;
  version: string;
  visibility: string;
  parameters: { id: number; name: string; created_at: string }[];
}

const parameter = (name: string, position: number, members: Record<string, unknown>) => ({
  id: anId(),
  name,
  position,
  kind: 'text',
  required: false,
  secure: false,
  default_value: null,
  created_at: aTime(),
  updated_at: aTime(),
  ...members,
});

describe('apps', () => {
  let harness: Harness;
  let bookmarks: number;
  beforeAll(async () => {
    harness = await createHarness('redis');
    harness.startWorker();
    bookmarks = await buildApp(harness, await exampleArchive('bookmarks'));
  });
  afterAll(() => harness.close());

  const get = <T>(route: string, as: 'admin' | 'other' | 'agent' = 'admin'): Promise<T> =>
    harness.request(route, { as }).then((response) => read<T>(response, 200));
  const show = (id: number): Promise<AppBody> => get(`/api/sell/apps/${id}.json`);
  const idsAt = async (route: string, as: 'admin' | 'other' = 'admin'): Promise<number[]> =>
    (await get<{ apps: AppBody[] }>(route, as)).apps.map(({ id }) => id);
  const publish = async (id: number, visibility: 'public' | 'private'): Promise<void> => {
    const options = { as: 'operator', method: 'PUT', json: { visibility } } as const;
    await read(await harness.request(`/api/appyard/v1/apps/${id}/visibility`, options), 200);
  };
  const put = async (id: number, json: unknown, as: 'admin' | 'other' = 'admin'): Promise<Response> =>
    harness.request(`/api/v2/apps/${id}`, { as, method: 'PUT', json });

  it.each(['/api/sell/apps', '/api/v2/apps', '/api/support/apps', '/api/lotus_box/apps'])(
    'shows a whole app below %s, with and without .json',
    async (appsPath) => {
      const texts = JSON.parse(
        await readFile(path.join(projectRoot, 'examples/bookmarks/translations/en.json'), 'utf8'),
      ) as { app: Record<'short_description' | 'long_description' | 'installation_instructions', string> };
      const app = await get(`${appsPath}/${bookmarks}`);
      expect(app).toEqual({
        id: bookmarks,
        name: 'Bookmarks',
        author_name: 'Appyard',
        author_email: 'apps@example.com',
        categories: [],
        created_at: aTime(),
        updated_at: aTime(),
        default_locale: 'en',
        featured: false,
        framework_version: '2.0',
        installable: true,
        installation_instructions: asList(texts.app.installation_instructions),
        raw_installation_instructions: texts.app.installation_instructions,
        long_description: asParagraphs(texts.app.long_description),
        raw_long_description: texts.app.long_description,
        short_description: texts.app.short_description,
        large_icon: `${appsPath}/${bookmarks}/assets/logo.png`,
        small_icon: `${appsPath}/${bookmarks}/assets/logo-small.png`,
        screenshots: [0, 1].map((n) => `${appsPath}/${bookmarks}/assets/screenshot-${n}.png`),
        owner_id: harness.accountId,
        parameters: [
          parameter('title_prefix', 0, { app_id: bookmarks, required: true }),
          parameter('api_token', 1, { app_id: bookmarks, secure: true }),
          parameter('open_in_new_tab', 2, { app_id: bookmarks, kind: 'checkbox', default_value: true }),
        ],
        promoted: false,
        rating: { average: null, count: { '1': 0, '2': 0, '3': 0, '4': 0, '5': 0 }, total_count: 0 },
        single_install: false,
        version: '1.0.0',
        visibility: 'private',
        asset_url_prefix: expect.stringMatching(
          new RegExp(`^${harness.deps.config.publicUrl}/assets/[0-9a-f]{32}/$`),
        ) as string,
      });
      expect(await get(`${appsPath}/${bookmarks}.json`)).toEqual(app);
      expect(await get(`${appsPath}/${bookmarks}.json?any=thing`)).toEqual(app);
      for (const list of ['', '.json', '/owned', '/owned.json'])
        expect((await get<{ apps: AppBody[] }>(appsPath + list)).apps).toContainEqual(app);
    },
  );

  it('has null where the package has no picture or text', async () => {
    const id = await buildApp(
      harness,
      buildArchive({ files: { 'translations/en.json': JSON.stringify({ app: { name: 'Bare' } }) } }),
    );
    expect(await show(id)).toMatchObject({
      large_icon: null,
      small_icon: null,
      screenshots: [],
      short_description: null,
      long_description: '',
      raw_long_description: null,
      installation_instructions: '',
      raw_installation_instructions: null,
      parameters: [],
    });
  });

  it('leaves out of the lists and of one app what the query excludes', async () => {
    const of = async (route: string): Promise<string[]> =>
      Object.keys((await get<{ apps: AppBody[] }>(route)).apps.find(({ id }) => id === bookmarks)!);
    const one = Object.keys(await get<AppBody>(`/api/sell/apps/${bookmarks}.json?exclude=categories,parameters`));
    expect(one).toContain('rating');
    expect(one).not.toContain('parameters');
    expect(one).not.toContain('categories');
    for (const list of ['/api/sell/apps.json', '/api/sell/apps/owned.json']) {
      expect(await of(list)).toEqual(expect.arrayContaining(['parameters', 'categories']));
      expect(await of(`${list}?exclude=parameters`)).not.toContain('parameters');
      expect(await of(`${list}?exclude=parameters`)).toContain('categories');
      expect(await of(`${list}?exclude=categories`)).not.toContain('categories');
      const both = await of(`${list}?exclude=parameters,categories`);
      expect(both).toContain('name');
      expect(both).not.toContain('parameters');
      expect(both).not.toContain('categories');
      expect(await of(`${list}?exclude=name`)).toContain('name');
    }
  });

  it('lists all apps for everyone, but those of Sell for admins, and only what Sell can install', async () => {
    const only = { support: { ticket_sidebar: 'assets/iframe.html' } };
    const listing = { marketingOnly: true, private: false, frameworkVersion: undefined, location: undefined };
    const texts = { name: 'Ad', short_description: 'a', long_description: 'b', installation_instructions: 'c' };
    const files = { 'translations/en.json': JSON.stringify({ app: texts }), 'assets/iframe.html': undefined };
    const forSell = await buildApp(harness, buildArchive());
    const forSupport = await buildApp(harness, buildArchive({ manifest: { location: only } }));
    const notInstallable = await buildApp(harness, buildArchive({ manifest: listing, files }));
    const idsAt = async (slot: string, as: 'admin' | 'agent' = 'admin'): Promise<number[]> =>
      (await get<{ apps: AppBody[] }>(`/api/${slot}/apps.json`, as)).apps.map(({ id }) => id);
    const all = await idsAt('v2');
    expect(all).toEqual(expect.arrayContaining([forSell, forSupport, notInstallable]));
    for (const slot of ['v2', 'support', 'chat']) expect([slot, await idsAt(slot, 'agent')]).toEqual([slot, all]);
    const ofSell = await idsAt('sell');
    expect(ofSell).toContain(forSell);
    expect(ofSell).not.toContain(forSupport);
    expect(ofSell).not.toContain(notInstallable);
    await refusal(await harness.request('/api/sell/apps.json', { as: 'agent' }), 403);
    await refusal(await harness.request('/api/v2/apps.json', { as: null }), 401);
  });

  it('lets an agent look at one app and at nothing else', async () => {
    const as = 'agent';
    expect(await get<AppBody>(`/api/sell/apps/${bookmarks}.json`, 'agent')).toMatchObject({ name: 'Bookmarks' });
    for (const route of ['/api/sell/apps', '/api/sell/apps/owned.json'])
      await refusal(await harness.request(route, { as }), 403);
    const json = { upload_id: await uploadPackage(harness, buildArchive()) };
    await refusal(await harness.request('/api/apps.json', { as, method: 'POST', json }), 403);
    await refusal(await harness.request(`/api/v2/apps/${bookmarks}`, { as, method: 'PUT', json }), 403);
    await refusal(await harness.request(`/api/v2/apps/${bookmarks}`, { as, method: 'DELETE' }), 403);
    // None of it has used the upload up.
    await read(await harness.request('/api/apps.json', { method: 'POST', json }), 202);
  });

  it('is 401 for nobody and 403 for an operator on every route', async () => {
    for (const [method, route] of [
      ['GET', '/api/sell/apps'],
      ['GET', '/api/sell/apps/owned'],
      ['GET', `/api/sell/apps/${bookmarks}`],
      ['POST', '/api/apps.json'],
      ['PUT', `/api/sell/apps/${bookmarks}`],
      ['DELETE', `/api/sell/apps/${bookmarks}`],
    ] as const) {
      expect((await refusal(await harness.request(route, { method, as: null }), 401)).error).toBe('unauthenticated');
      expect((await refusal(await harness.request(route, { method, as: 'operator' }), 403)).error).toBe('forbidden');
    }
  });

  it('hides a private app from other accounts, although its package may say that it is public', async () => {
    const id = await buildApp(harness, buildArchive({ manifest: { private: false }, files: publicTexts }));
    expect(await show(id)).toMatchObject({ visibility: 'private' });
    const json = {
      upload_id: await uploadPackage({ request: (r, o) => harness.request(r, { ...o, as: 'other' }) }, buildArchive()),
    };
    for (const appId of [id, 999_999]) {
      await refusal(await harness.request(`/api/sell/apps/${appId}`, { as: 'other' }), 404);
      await refusal(await put(appId, json, 'other'), 404);
      await refusal(await harness.request(`/api/sell/apps/${appId}`, { as: 'other', method: 'DELETE' }), 404);
    }
    expect(await idsAt('/api/sell/apps', 'other')).not.toContain(id);
    expect(await idsAt('/api/sell/apps/owned', 'other')).toEqual([]);
    // A request that found no app has not used the upload up.
    await read(await harness.request('/api/apps', { as: 'other', method: 'POST', json }), 202);
  });

  it('shows a published app to all and lets only its owner change it', async () => {
    const id = await buildApp(harness, buildArchive());
    await refusalOfPublishing(id);
    await publish(id, 'public');
    expect(await get<AppBody>(`/api/sell/apps/${id}`, 'other')).toMatchObject({ id, visibility: 'public' });
    expect(await idsAt('/api/sell/apps', 'other')).toContain(id);
    // What there is to be seen is the same for all; whose it is stands in it.
    expect(await get(`/api/sell/apps/${id}`, 'other')).toEqual(await get(`/api/sell/apps/${id}`));
    expect(await get(`/api/sell/apps/${id}`, 'other')).toMatchObject({ owner_id: harness.accountId });
    expect(await idsAt('/api/sell/apps/owned', 'other')).not.toContain(id);
    expect(await idsAt('/api/sell/apps/owned')).toContain(id);
    const json = { upload_id: await uploadPackage(harness, buildArchive()) };
    await refusal(await put(id, json, 'other'), 404);
    await refusal(await harness.request(`/api/sell/apps/${id}`, { as: 'other', method: 'DELETE' }), 404);

    await publish(id, 'private');
    await refusal(await harness.request(`/api/sell/apps/${id}`, { as: 'other' }), 404);
    expect(await idsAt('/api/sell/apps', 'other')).not.toContain(id);
  });

  const refusalOfPublishing = async (id: number): Promise<void> => {
    for (const as of ['admin', 'agent', 'other'] as const) {
      const options = { as, method: 'PUT', json: { visibility: 'public' } };
      expect((await harness.request(`/api/appyard/v1/apps/${id}/visibility`, options)).status).toBe(403);
    }
  };

  it('deletes an app with its installations in every account', async () => {
    const id = await buildApp(harness, buildArchive());
    await publish(id, 'public');
    const mine = await install(harness, id);
    const theirs = await install({ request: (r, o) => harness.request(r, { ...o, as: 'other' }) }, id);
    const answer = await harness.request(`/api/sell/apps/${id}.json`, { method: 'DELETE' });
    expect(`${answer.status}${await answer.text()}`).toBe('204');
    await refusal(await harness.request(`/api/sell/apps/${id}.json`), 404);
    await refusal(await harness.request(`/api/sell/apps/installations/${mine.id}`), 404);
    await refusal(await harness.request(`/api/sell/apps/installations/${theirs.id}`, { as: 'other' }), 404);
    expect(await get('/api/v2/apps/installations', 'other')).toEqual({ installations: [] });
    await refusal(await harness.request(`/api/sell/apps/${id}.json`, { method: 'DELETE' }), 404);
    expect(await idsAt('/api/sell/apps')).toContain(bookmarks);
  });

  it('knows nothing of an app that came through another door', async () => {
    const id = await buildApp(harness, buildArchive());
    const asset = `/api/v2/apps/${id}/assets/iframe.html`;
    await harness.deps.db.query(`update apps set kind = 'other-door', visibility = 'public' where id = $1`, [id]);
    for (const as of ['admin', 'other'] as const) {
      for (const route of [`/api/v2/apps/${id}`, `/api/v2/apps/${id}/package`, asset])
        await refusal(await harness.request(route, { as }), 404);
      await refusal(await harness.request(`/api/v2/apps/${id}`, { as, method: 'DELETE' }), 404);
      expect(await idsAt('/api/v2/apps', as)).not.toContain(id);
      expect(await idsAt('/api/v2/apps/owned', as)).not.toContain(id);
      const json = { app_id: id, settings: { name: 'x' } };
      await refusal(await harness.request('/api/v2/apps/installations', { as, method: 'POST', json }), 404);
    }
    await refusal(await put(id, { upload_id: await uploadPackage(harness, buildArchive()) }), 404);
    await harness.deps.db.query(`update apps set kind = 'zendesk' where id = $1`, [id]);
    expect((await harness.request(asset)).status).toBe(200);
    await read(await put(id, { upload_id: await uploadPackage(harness, buildArchive()) }), 200);
  });

  it.each(named(badIds))('refuses %s as the id of an app', async (_name, id) => {
    for (const method of ['GET', 'PUT', 'DELETE']) {
      const json = method === 'PUT' ? { upload_id: 1 } : undefined;
      const { status } = await harness.request(`/api/sell/apps/${id}.json`, { method, json });
      expect([400, 404, 422]).toContain(status);
    }
  });

  it('has not once been at a loss', () => {
    expect(harness.deps.log.error).not.toHaveBeenCalled();
  });
});

/** Markdown as a page shows it, as far as the example's texts have any. */
const asParagraphs = (text: string): string =>
  text
    .split('\n\n')
    .map((paragraph) => `<p>${paragraph}</p>\n`)
    .join('');
const asList = (text: string): string => `<ol>\n${text.replaceAll(/^\d\. (.*)$/gm, '<li>$1</li>')}\n</ol>\n`;

const publicTexts = {
  'translations/en.json': JSON.stringify({
    app: { name: 'Tiny', short_description: 'A', long_description: 'B', installation_instructions: 'C' },
  }),
};
