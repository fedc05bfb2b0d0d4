import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { actingAs, publish } from '../../support/acting-as.ts';
import { buildApp, install, read } from '../../support/client.ts';
import { createHarness, type Harness, type RequestOptions } from '../../support/harness.ts';
import { buildArchive, exampleArchive } from '../../support/packages.ts';
import { refusal } from '../../support/refusal.ts';
import { badIds, named } from '../../support/shapes.ts';

interface Setting {
  key: string;
  type: string;
  secure: boolean;
  required: boolean;
  default_value: unknown;
  label: string;
  help: string | null;
}

interface NewInstallation {
  installation: { app_id: number; name: string; settings: Setting[] };
}

const SECRET = 'swordfish-3141';
const parameters = [
  { name: 'text', type: 'text', required: true, default: 'a' },
  { name: 'number', type: 'number', default: 'five' },
  { name: 'checkbox', type: 'checkbox', default: false },
  { name: 'key', secure: true, required: true, default: SECRET, scopes: ['header'] },
  { name: 'constructor', type: 'multiline' },
];

describe('what is asked before an app is installed', () => {
  let harness: Harness;
  let bookmarks: number;
  let plain: number;
  beforeAll(async () => {
    harness = await createHarness('postgres');
    harness.startWorker();
    bookmarks = await buildApp(harness, await exampleArchive('bookmarks'));
    plain = await buildApp(harness, buildArchive({ manifest: { parameters } }));
  });
  afterAll(() => harness.close());

  const at = (id: number | string, query = '', options?: RequestOptions): Promise<Response> =>
    harness.request(`/api/support/apps/${id}/installations/new.json${query}`, options);
  const settings = async (id: number, query = '', options?: RequestOptions): Promise<Setting[]> =>
    (await read<NewInstallation>(await at(id, query, options), 200)).installation.settings;

  it('is the title, and each parameter with its texts', async () => {
    expect(await read(await at(bookmarks), 200)).toEqual({
      installation: {
        app_id: bookmarks,
        name: 'Bookmarks',
        settings: [
          {
            key: 'name',
            type: 'text',
            secure: false,
            required: true,
            default_value: 'Bookmarks',
            label: 'name',
            help: null,
          },
          {
            key: 'title_prefix',
            type: 'text',
            secure: false,
            required: true,
            default_value: null,
            label: 'Name in front of the list',
            help: expect.stringContaining('Support team') as string,
          },
          {
            key: 'api_token',
            type: 'text',
            secure: true,
            required: false,
            default_value: null,
            label: 'API token',
            help: expect.stringContaining('Kept protected') as string,
          },
          {
            key: 'open_in_new_tab',
            type: 'checkbox',
            secure: false,
            required: false,
            default_value: true,
            label: 'Open links in a new tab',
            help: expect.any(String) as string,
          },
        ],
      },
    });
    const shown = await read(await at(bookmarks), 200);
    for (const path of [`/api/v2/apps/${bookmarks}/installations/new`, `/api/apps/${bookmarks}/installations/new/`])
      expect(await read(await harness.request(path), 200)).toEqual(shown);
  });

  it('has its texts in the language of who asks', async () => {
    const label = async (query: string, header = 'en'): Promise<string> =>
      (await settings(bookmarks, query, { headers: { 'accept-language': header } }))[1]!.label;
    expect(await label('?locale=de')).toBe('Name vor der Liste');
    expect(await label('', 'fr, de-AT;q=0.5')).toBe('Name vor der Liste');
    expect(await label('?locale=en', 'de')).toBe('Name in front of the list');
    expect(await label('?locale=ja')).toBe('Name in front of the list');
    await refusal(await at(bookmarks, '?locale=not a locale'), 422);
  });

  it('has the names of parameters where there are no texts, and defaults only where they fit and are no secret', async () => {
    const [, ...shown] = await settings(plain);
    expect(shown.map(({ key, type, label, help, default_value }) => [key, type, label, help, default_value])).toEqual([
      ['text', 'text', 'text', null, 'a'],
      ['number', 'number', 'number', null, null],
      ['checkbox', 'checkbox', 'checkbox', null, false],
      ['key', 'text', 'key', null, null],
      ['constructor', 'multiline', 'constructor', null, null],
    ]);
    expect(await (await at(plain)).text()).not.toContain(SECRET);
  });

  it('says what an installation needs: who gives just that can install', async () => {
    const needed = (await settings(bookmarks)).filter(({ required }) => required).map(({ key }) => key);
    expect(needed).toEqual(['name', 'title_prefix']);
    await install(harness, bookmarks, Object.fromEntries(needed.map((key) => [key, 'x'])));
  });

  it('is that an app which is only listed cannot be installed', async () => {
    const manifest = { marketingOnly: true, private: false, location: undefined, frameworkVersion: undefined };
    const texts = { name: 'Ad', short_description: 'a', long_description: 'b', installation_instructions: 'c' };
    const files = { 'translations/en.json': JSON.stringify({ app: texts }), 'assets/iframe.html': undefined };
    const ad = await buildApp(harness, buildArchive({ manifest, files }));
    const json = { app_id: ad, settings: { name: 'x' } };
    const refused = await refusal(await harness.request('/api/v2/apps/installations', { method: 'POST', json }), 422);
    expect(refused.error).toBe('not_installable');
    expect(await refusal(await at(ad), 422)).toEqual(refused);
  });

  it('is told to admins only, of an app that their account can install', async () => {
    await refusal(await at(bookmarks, '', { as: 'agent' }), 403);
    await refusal(await at(bookmarks, '', { as: null }), 401);
    await refusal(await at(bookmarks, '', { as: 'operator' }), 403);
    await refusal(await at(bookmarks, '', { as: 'other' }), 404);
    await publish(harness, plain, 'public');
    expect(await settings(plain, '', { as: 'other' })).toHaveLength(parameters.length + 1);
    await install(actingAs(harness, 'other'), plain, { key: SECRET });
    await publish(harness, plain, 'private');
    expect((await refusal(await at(plain, '', { as: 'other' }), 404)).description).toMatch(/can install/);
  });

  it.each(named(badIds))('is refused for %s', async (_name, bad) => {
    expect([400, 404, 422]).toContain((await at(bad)).status);
  });
});
