import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { endPending } from '../../../src/db/installations.ts';
import { buildApp, endOf, install, read, uploadPackage, type InstallationBody } from '../../support/client.ts';
import { createHarness, type Harness, type RequestOptions } from '../../support/harness.ts';
import { buildArchive, macros } from '../../support/packages.ts';
import { refusal } from '../../support/refusal.ts';

interface Listed extends InstallationBody {
  state: string;
  missing_settings: string[];
  updated: string;
  updated_at: string;
}

interface Shown {
  locale: string;
  obsolete: boolean;
  has_oauth_client: boolean;
  state: string;
  missing_settings: string[];
  settings: Record<string, unknown>[];
  app?: { id: number };
}

const parameters = [
  { name: 'text', type: 'text', required: true },
  { name: 'number', type: 'number', default: 5 },
  { name: 'key', type: 'text', secure: true, required: true, scopes: ['header'] },
  { name: 'token', type: 'text', secure: true, scopes: ['header'] },
];

describe('an installation', () => {
  let harness: Harness;
  let app: number;
  let demanding: number;
  beforeAll(async () => {
    harness = await createHarness('postgres');
    const worker = harness.startWorker();
    app = await buildApp(harness, buildArchive({ manifest: { parameters } }));
    demanding = await buildApp(harness, buildArchive({ requirements: macros(1) }));
    await worker.close(1_000);
  });
  afterAll(() => harness.close());

  const at = (route: string | number, options?: RequestOptions): Promise<Response> =>
    harness.request(`/api/v2/apps/installations/${route}`, options);
  const put = async (id: number, json: unknown): Promise<Listed> =>
    read<Listed>(await at(`${id}.json`, { method: 'PUT', json }), 200);
  const listed = async (id: number): Promise<Listed> => {
    const { installations } = await read<{ installations: Listed[] }>(await at(''), 200);
    return installations.find((one) => one.id === id)!;
  };
  const shown = async (id: number, query = '', options?: RequestOptions): Promise<Shown> =>
    (
      await read<{ installation: Shown }>(
        await harness.request(`/api/sell/apps/installations/${id}${query}`, options),
        200,
      )
    ).installation;
  const withoutTimes = (one: Listed) => ({ ...one, updated: null, updated_at: null });
  const sealed = async (id: number): Promise<unknown> => {
    const { rows } = await harness.deps.db.query('select secrets, enabled from installations where id = $1', [id]);
    return rows[0];
  };

  it('can be sent back as it was listed, and nothing changes, secure settings included', async () => {
    const json = {
      app_id: app,
      settings: { name: 'Mine', text: 'a', key: 'swordfish' },
      group_restrictions: [7, 'Sales'],
      role_restrictions: ['admin'],
    };
    const { id } = await read<Listed>(await at('', { method: 'POST', json }), 201);
    const before = await listed(id);
    const secrets = await sealed(id);
    expect(withoutTimes(await put(id, before))).toEqual(withoutTimes(before));
    expect(withoutTimes(await put(id, { ...before, app: { id: app } }))).toEqual(withoutTimes(before));
    expect(withoutTimes(await listed(id))).toEqual(withoutTimes(before));
    expect(await sealed(id)).toEqual(secrets);
  });

  it('can be sent back as it was shown, whole or with one value changed', async () => {
    const { id } = await install(harness, app, { name: 'Mine', text: 'a', key: 'swordfish' });
    const before = await listed(id);
    const secrets = await sealed(id);
    const one = await shown(id, '?include=app');
    expect(withoutTimes(await put(id, one))).toEqual(withoutTimes(before));
    expect(await sealed(id)).toEqual(secrets);
    const settings = [{ ...one.settings[0], text: 'b' }];
    expect(await put(id, { ...one, settings })).toMatchObject({ settings: { text: 'b', name: 'Mine', number: 5 } });
  });

  it('can be sent back with one value changed', async () => {
    const { id } = await install(harness, app, { name: 'Mine', text: 'a', key: 'swordfish' });
    const before = await listed(id);
    const changed = { ...before, settings: { ...before.settings, text: 'b' } };
    expect(await put(id, changed)).toMatchObject({ settings: { text: 'b', number: 5, name: 'Mine' }, enabled: true });
  });

  it('can be sent to the list as it was listed, to make another one like it', async () => {
    const { id } = await install(harness, app, { name: 'Mine', text: 'a', key: 'swordfish' });
    const before = await listed(id);
    const json = { ...before, settings: { ...before.settings, key: 'another' } };
    const copy = await read<Listed>(await at('', { method: 'POST', json }), 201);
    expect(copy).toMatchObject({ settings: before.settings, product: before.product, enabled: true });
    expect(copy.id).not.toBe(id);
  });

  it('takes that somebody would pay, and goes on being free', async () => {
    const { id } = await install(harness, app, { text: 'a', key: 'swordfish' });
    expect(await put(id, { recurring_payment: true })).toMatchObject({ recurring_payment: false, paid: null });
  });

  it('waits for its job whatever is changed, and is switched on or off after it as was asked for', async () => {
    for (const [json, enabled] of [
      [{ enabled: false }, false],
      [{ settings: { name: 'Anew' } }, true],
    ] as const) {
      const { id } = await install(harness, demanding);
      expect(await put(id, json)).toMatchObject({ enabled: false, pending_installation: true, state: 'pending' });
      await endPending(harness.deps.db, { accountId: harness.accountId, id, state: 'installed' });
      expect(await listed(id)).toMatchObject({ enabled, pending_installation: false, state: 'installed' });
    }
  });

  it('is not switched off by who sends it back while it waits, or after its job failed', async () => {
    for (const failed of [false, true]) {
      const { id } = await install(harness, demanding);
      const { accountId, deps } = harness;
      if (failed) await endPending(deps.db, { accountId, id, state: 'failed' });
      const before = await listed(id);
      expect(before).toMatchObject({ enabled: false, state: failed ? 'failed' : 'pending' });
      expect(withoutTimes(await put(id, before))).toEqual(withoutTimes(before));
      await endPending(deps.db, { accountId, id, state: 'installed' });
      expect(await listed(id)).toMatchObject({ enabled: true, state: 'installed' });
    }
  });

  it('stays failed when its job failed, whatever is changed', async () => {
    const { id } = await install(harness, demanding);
    await endPending(harness.deps.db, { accountId: harness.accountId, id, state: 'failed' });
    const state = { state: 'failed', enabled: false, servable: false, pending_installation: false };
    expect(await put(id, { enabled: true, settings: { name: 'Anew' } })).toMatchObject({
      ...state,
      settings: { name: 'Anew' },
    });
    expect(await listed(id)).toMatchObject(state);
    expect(await shown(id)).toMatchObject({ state: 'failed', new_installation: false });
  });

  it('says which settings a newer version misses, and goes on running', async () => {
    const worker = harness.startWorker();
    const growing = await buildApp(harness, buildArchive());
    const { id } = await install(harness, growing);
    const upload_id = await uploadPackage(harness, buildArchive({ manifest: { parameters } }));
    const build = await harness.request(`/api/v2/apps/${growing}`, { method: 'PUT', json: { upload_id } });
    await endOf(harness, (await read<{ job_id: string }>(build, 200)).job_id);
    await worker.close(1_000);
    const lacking = { state: 'needs_settings', missing_settings: ['text', 'key'] };
    expect(await listed(id)).toMatchObject({ ...lacking, enabled: true, servable: true, settings: { number: 5 } });
    expect(await shown(id)).toMatchObject({
      ...lacking,
      settings: [{ text: null, number: 5, key: null, token: null }],
    });
    const before = await listed(id);
    expect(withoutTimes(await put(id, before))).toEqual(withoutTimes(before));
    expect(await put(id, { settings: { text: 'a' } })).toMatchObject({ ...lacking, missing_settings: ['key'] });
    expect(await put(id, { settings: { key: 'swordfish' } })).toMatchObject({
      state: 'installed',
      missing_settings: [],
    });
  });

  it('keeps what it has when a version changes a default, or no longer keeps a value secret', async () => {
    const worker = harness.startWorker();
    const versionOf = (own: Record<string, unknown>[]) => buildArchive({ manifest: { parameters: own } });
    const first = { name: 'first', type: 'text', default: 'a' };
    const changing = await buildApp(
      harness,
      versionOf([first, { name: 'key', type: 'text', secure: true, scopes: ['header'] }]),
    );
    const { id } = await install(harness, changing, { name: 'Mine', key: 'swordfish' });
    const next = versionOf([
      { ...first, default: 'b' },
      { name: 'key', type: 'text' },
      { ...first, name: 'added' },
    ]);
    const json = { upload_id: await uploadPackage(harness, next) };
    const build = await harness.request(`/api/v2/apps/${changing}`, { method: 'PUT', json });
    await endOf(harness, (await read<{ job_id: string }>(build, 200)).job_id);
    await worker.close(1_000);
    const before = await listed(id);
    expect(before.settings).toMatchObject({ first: 'a', key: null, added: 'a' });
    expect(await sealed(id)).toMatchObject({ secrets: { key: expect.any(String) as string } });
    await put(id, before);
    expect(await sealed(id)).toMatchObject({ secrets: { key: expect.any(String) as string } });
    expect(await put(id, { settings: { key: 'trout' } })).toMatchObject({ settings: { key: 'trout' } });
    expect(await sealed(id)).toMatchObject({ secrets: {} });
  });

  it('is not there when its app is of another door', async () => {
    const { id } = await install(harness, demanding);
    const list = async (): Promise<number[]> =>
      (await read<{ installations: Listed[] }>(await at(''), 200)).installations.map((one) => one.id);
    const move = (kind: string) => harness.deps.db.query('update apps set kind = $2 where id = $1', [demanding, kind]);
    expect(await list()).toContain(id);
    await move('other');
    expect(await list()).not.toContain(id);
    for (const route of [`${id}`, `${id}/requirements`]) await refusal(await at(route), 404);
    await refusal(await at(id, { method: 'PUT', json: { enabled: false } }), 404);
    await refusal(await at(id, { method: 'DELETE' }), 404);
    await move('zendesk');
    expect(await list()).toContain(id);
  });

  it('is shown with its app when that is asked for', async () => {
    const { id } = await install(harness, app, { text: 'a', key: 'swordfish' });
    const whole = await read<{ id: number }>(await harness.request(`/api/v2/apps/${app}`), 200);
    expect((await shown(id, '?include=app')).app).toEqual(whole);
    expect((await shown(id, '?include=users,app,moon')).app).toEqual(whole);
    for (const query of ['', '?include=', '?include=apps']) expect(await shown(id, query)).not.toHaveProperty('app');
  });

  it('is shown with the locale of who asks', async () => {
    const { id } = await install(harness, app, { text: 'a', key: 'swordfish' });
    const locale = async (query: string, accepted: string): Promise<string> =>
      (await shown(id, query, { headers: { 'accept-language': accepted } })).locale;
    expect(await locale('', '*')).toBe('en');
    expect(await locale('', 'de;q=0.5, pt-BR')).toBe('pt-BR');
    expect(await locale('?locale=fr', 'de')).toBe('fr');
    await refusal(await at(`${id}?locale=not%20one`), 422);
  });

  it('says that its app has an OAuth client, and that it is obsolete', async () => {
    const { id } = await install(harness, app, { text: 'a', key: 'swordfish' });
    expect(await shown(id)).toMatchObject({ has_oauth_client: false, obsolete: false });
    const worker = harness.startWorker();
    const oauth = {
      client_id: 'x',
      client_secret: 'y',
      authorize_uri: 'https://auth.example.org/authorize',
      access_token_uri: 'https://auth.example.org/token',
    };
    const signing = await buildApp(
      harness,
      buildArchive({ manifest: { oauth, parameters: [{ name: 'access', type: 'oauth' }] } }),
    );
    await worker.close(1_000);
    await harness.deps.db.query('update apps set obsolete = true where id = $1', [signing]);
    const other = await install(harness, signing);
    expect(await shown(other.id)).toMatchObject({ has_oauth_client: true, obsolete: true });
  });
});
