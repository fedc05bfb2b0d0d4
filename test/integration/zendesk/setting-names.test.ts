import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildApp, read, type InstallationBody } from '../../support/client.ts';
import { createHarness, type Harness } from '../../support/harness.ts';
import { buildArchive } from '../../support/packages.ts';
import { refusal } from '../../support/refusal.ts';

const parameters = [
  { name: 'text', type: 'text', required: true },
  { name: 'number', type: 'number', default: 5 },
  { name: 'key', type: 'text', secure: true, required: true, scopes: ['header'] },
];
const needed = { text: 'a', key: 'swordfish-3141' };

describe('the settings of an installation', () => {
  let harness: Harness;
  let app: number;
  beforeAll(async () => {
    harness = await createHarness('postgres');
    harness.startWorker();
    app = await buildApp(harness, buildArchive({ manifest: { parameters } }));
  });
  afterAll(() => harness.close());

  const created = async (json: Record<string, unknown>): Promise<InstallationBody> => {
    const options = { method: 'POST', json: { app_id: app, ...json } };
    return read(await harness.request('/api/v2/apps/installations.json', options), 201);
  };
  const put = (id: number, json: unknown): Promise<Response> =>
    harness.request(`/api/v2/apps/installations/${id}.json`, { method: 'PUT', json });
  const changed = async (id: number, settings: Record<string, unknown>): Promise<InstallationBody['settings']> =>
    (await read<InstallationBody>(await put(id, { settings }), 200)).settings;

  it('are renamed by either name when the whole is sent back', async () => {
    const { id, settings } = await created({ settings: { ...needed, name: 'Mine' } });
    expect(await changed(id, { ...settings, title: 'By title' })).toMatchObject({ name: 'By title' });
    const again = { ...settings, name: 'By title', title: 'By title' };
    expect(await changed(id, { ...again, name: 'By name' })).toMatchObject({ name: 'By name', title: 'By name' });
    expect(await changed(id, { name: 'First', title: 'Second' })).toMatchObject({ name: 'First' });
    const refusals = [
      await put(id, { settings: { name: 'First', title: '' } }),
      await put(id, { settings: { title: 5 } }),
    ];
    for (const answer of refusals) expect((await refusal(answer, 422)).description).toContain('"title"');
    const nul = await refusal(await put(id, { settings: { name: 'a\0' } }), 422);
    expect(nul.description).toBe('The setting "name" must hold neither NUL characters nor broken surrogate pairs.');
  });

  it('may be named in a list without a value, which is null', async () => {
    const objects = [{ name: 'text', value: 'a' }, { name: 'key', value: needed.key }, { name: 'number' }];
    const { id, settings } = await created({ settings_objects: objects });
    expect(settings).toMatchObject({ number: null });
    await changed(id, { number: 9 });
    const answer = await put(id, { settings_objects: [{ name: 'number' }] });
    expect(await read<InstallationBody>(answer, 200)).toMatchObject({ settings: { number: null } });
  });
});
