import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { read, type InstallationBody, type JobBody } from '../../support/client.ts';
import { createHarness, type Harness } from '../../support/harness.ts';
import { countOf } from '../../support/jobs.ts';
import { buildArchive, uploadForm } from '../../support/packages.ts';

const parameters = [
  { name: 'subdomain', type: 'text', required: true },
  { name: 'token', type: 'text', secure: true },
  { name: 'flag', type: 'checkbox' },
];
const IGNORED = 'x-appyard-ignored';

/** Client libraries and scripts that cannot run here, replayed by the requests they send and the members they read. */
describe('client libraries and deploy scripts', () => {
  let harness: Harness;
  let app: number;
  beforeAll(async () => {
    harness = await createHarness('postgres');
    harness.startWorker();
    app = await built(await upload());
  });
  afterAll(() => harness.close());

  const upload = async (): Promise<number> => {
    const archive = buildArchive({ manifest: { parameters } });
    const sent = { method: 'POST', body: uploadForm(archive) };
    return (await read<{ id: number }>(await harness.request('/api/v2/apps/uploads.json', sent), 201)).id;
  };
  /** Follows `Location` until the job has ended, as a script does. */
  const follow = (location: string | null): Promise<JobBody> => {
    const { pathname } = new URL(String(location));
    return vi.waitFor(
      async () => {
        const job = await read<JobBody>(await harness.request(pathname), 200);
        expect(job.status).toBe('completed');
        return job;
      },
      { timeout: 20_000, interval: 50 },
    );
  };
  const built = async (upload_id: number): Promise<number> => {
    const answer = await harness.request('/api/apps.json', { method: 'POST', json: { upload_id } });
    return (await follow(answer.headers.get('location'))).app_id!;
  };
  const send = (method: string, path: string, json: unknown): Promise<Response> =>
    harness.request(path, { method, json });

  it('the Ruby client creates an installation, finds it, and saves it with PUT instead of a second POST', async () => {
    const settings = { name: 'Ruby', subdomain: 'acme' };
    const created = await read<InstallationBody>(
      await send('POST', '/api/v2/apps/installations', { app_id: app, settings }),
      201,
    );
    // Its attributes are the whole body of the answer; without an id in them it would POST again.
    const attributes = await read<InstallationBody>(
      await harness.request(`/api/v2/apps/installations/${created.id}`),
      200,
    );
    expect(attributes).toMatchObject({ id: created.id, app_id: app, settings });
    const before = await countOf(harness, 'installations');
    const changes = { settings: { ...attributes.settings, subdomain: 'other' }, enabled: false };
    const saved = await send('PUT', `/api/v2/apps/installations/${attributes.id}`, changes);
    expect(await read(saved, 200)).toMatchObject({ id: created.id, settings: { subdomain: 'other' }, enabled: false });
    expect(await countOf(harness, 'installations')).toBe(before);
  });

  it('the PHP client creates, updates and polls an app, installs it with settings that it does not have', async () => {
    const create = { upload_id: String(await upload()), name: 'PHP', short_description: 'From PHP' };
    const { job_id } = await read<{ job_id: string }>(await send('POST', '/api/v2/apps.json', create), 202);
    const { pathname } = new URL(`http://x/api/v2/apps/job_statuses/${job_id}.json`);
    const { app_id } = await follow(`http://x${pathname}`);
    // Its parameters go into the query as well.
    expect((await harness.request(`${pathname}?id=${job_id}`)).status).toBe(200);
    const again = await send('PUT', `/api/v2/apps/${app_id}.json`, { id: app_id, upload_id: await upload() });
    expect(again.headers.get(IGNORED)).toBe('id');
    await read(again, 200);

    const settings = { name: 'PHP', subdomain: 'acme', use_ssl: true, 'two words': 'swordfish' };
    const installed = await send('POST', '/api/v2/apps/installations.json', { app_id, settings });
    expect(installed.headers.get(IGNORED)).toBe('settings.use_ssl, settings.two%20words');
    const { id, settings: shown } = await read<InstallationBody>(installed, 201);
    expect(Object.keys(shown)).toEqual(['name', 'title', 'subdomain', 'token', 'flag']);
    const found = await read<InstallationBody>(await harness.request(`/api/v2/apps/installations/${id}.json`), 200);
    expect([found.id, found.settings['subdomain']]).toEqual([id, 'acme']);
    const update = await send('PUT', `/api/v2/apps/installations/${id}.json`, {
      settings: { subdomain: 'x', gone: '' },
    });
    expect(update.headers.get(IGNORED)).toBe('settings.gone');
    expect(await read(update, 200)).toMatchObject({ settings: { subdomain: 'x' } });
  });

  it('a deploy script builds and installs an app with forms, and follows the address of the job', async () => {
    const form = new URLSearchParams({ upload_id: String(await upload()), product_name: 'support', create: 'true' });
    const create = await harness.request('/api/support/apps.json', { method: 'POST', body: form });
    expect([create.status, create.headers.get(IGNORED)]).toEqual([202, 'product_name, create']);
    const { app_id } = await follow(create.headers.get('location'));

    const body = new FormData();
    for (const [name, value] of [
      ['app_id', String(app_id)],
      ['settings[name]', 'Deployed'],
      ['settings[subdomain]', 'a&b=c%20ü'],
      ['settings[token]', 'swordfish'],
      ['settings[flag]', 'true'],
      ['enabled', 'false'],
      ['group_restrictions[]', '7'],
      ['group_restrictions[]', 'Sales'],
      ['role_restrictions[0]', 'admin'],
      ['create', 'true'],
    ] as const)
      body.append(name, value);
    const install = await harness.request('/api/sell/apps/installations.json', { method: 'POST', body });
    expect(install.headers.get(IGNORED)).toBe('create');
    const installation = await read<InstallationBody>(install, 201);
    expect(installation).toMatchObject({
      app_id,
      enabled: false,
      settings: { name: 'Deployed', subdomain: 'a&b=c%20ü', token: null, flag: true },
      group_restrictions: ['7', 'Sales'],
      role_restrictions: ['admin'],
    });
    const { pathname } = new URL(install.headers.get('location')!);
    expect(pathname).toBe(`/api/sell/apps/installations/${installation.id}.json`);
    expect(await read(await harness.request(pathname), 200)).toMatchObject({ installation: { id: installation.id } });

    const change = new URLSearchParams('settings_objects[0][name]=subdomain&settings_objects[0][value]=two&enabled=1');
    const changed = await harness.request(pathname, { method: 'PUT', body: change });
    expect(await read(changed, 200)).toMatchObject({ settings: { subdomain: 'two', flag: true }, enabled: true });
    const update = new FormData();
    update.append('upload_id', String(await upload()));
    await read(await harness.request(`/api/v2/apps/${app_id}`, { method: 'PUT', body: update }), 200);
  });

  it('the Ruby client, the PHP client and apps notify an app, and read the answer as an object', async () => {
    const event = 'updateUsersPhoneNumber';
    // Ruby: POST without .json; its attributes are the whole body of the answer.
    const ruby = await send('POST', '/api/v2/apps/notify', { app_id: app, event, body: '+61455534512', agent_id: 534 });
    expect(await read(ruby, 202)).toEqual({ delivered_to: 0 });
    const php = await send('POST', '/api/v2/apps/notify.json', { app_id: String(app), event, body: { text: 'Hello' } });
    expect(await read(php, 202)).toEqual({ delivered_to: 0 });
    // An app without a content type for JSON: its framework sends nested objects as a form.
    const body = new URLSearchParams(
      `event=${event}&body[text]=Hi&body[groupIds][]=7&body[groupIds][]=8&app_id=${app}`,
    );
    const form = await harness.request('/api/v2/apps/notify.json', { method: 'POST', body, as: 'agent' });
    expect([await read(form, 202), form.headers.get(IGNORED)]).toEqual([{ delivered_to: 0 }, null]);
  });

  it('a server of an app reads its public key with and without credentials', async () => {
    const path = `/api/v2/apps/${app}/public_key`;
    const pem = await (await harness.request(`${path}.pem`)).text();
    expect(pem).toMatch(/^-----BEGIN PUBLIC KEY-----\n[^-]+\n-----END PUBLIC KEY-----\n$/);
    expect(await read(await harness.request(path, { headers: { accept: 'application/json' } }), 200)).toBe(pem);
    await harness.request(`/api/appyard/v1/apps/${app}/visibility`, {
      as: 'operator',
      method: 'PUT',
      json: { visibility: 'public' },
    });
    expect(await (await harness.request(`${path}.pem`, { as: null })).text()).toBe(pem);
  });

  it.each(['/api/v2', '/api/support', '/api/chat', '/api/standalone_chat', '/api/zendesk', '/api/zopim', '/api'])(
    'an installation below %s is shown flat, as lists and updates show it',
    async (slot) => {
      const settings = { name: 'Flat', subdomain: 'acme' };
      const { id } = await read<InstallationBody>(
        await send('POST', '/api/v2/apps/installations', { app_id: app, settings }),
        201,
      );
      const list = await harness.request('/api/v2/apps/installations');
      const { installations } = await read<{ installations: InstallationBody[] }>(list, 200);
      const listed = installations.find((one) => one.id === id);
      const path = `${slot}/apps/installations/${id}`;
      const shown = await read<InstallationBody>(await harness.request(`${path}.json`), 200);
      expect(shown).toEqual(listed);
      expect(shown.settings).toMatchObject({ ...settings, token: null });
      expect(await read(await send('PUT', path, shown), 200)).toEqual(listed);
      expect(await read(await harness.request(`${path}?include=app`), 200)).toMatchObject({ id, app: { id: app } });
      const statuses = await Promise.all(
        (['agent', 'other', null] as const).map(async (as) => (await harness.request(path, { as })).status),
      );
      expect(statuses).toEqual([200, 404, 401]);
    },
  );

  it('a body in its wrapper is taken, JSON or a form, also as sell shows it', async () => {
    const settings = { name: 'Wrapped', subdomain: 'acme' };
    const json = { installation: { app_id: app, settings, id: 5, locale: 'en' }, create: true };
    const made = await send('POST', '/api/sell/apps/installations', json);
    expect(made.headers.get(IGNORED)).toBe('create, id, locale');
    const { id } = await read<InstallationBody>(made, 201);
    const path = `/api/sell/apps/installations/${id}`;
    const shown = await read<{ installation: { settings: object[] } }>(await harness.request(path), 200);
    const back = await send('PUT', path, shown);
    expect(back.headers.get(IGNORED)?.split(', ')).toHaveLength(20);
    expect(await read(back, 200)).toMatchObject({ id, settings });
    const form = new URLSearchParams({ 'installation[settings][subdomain]': 'form', 'installation[enabled]': 'false' });
    const changed = await harness.request(path, { method: 'PUT', body: form });
    expect(await read(changed, 200)).toMatchObject({ settings: { subdomain: 'form' }, enabled: false });
  });

  it.each<[string, unknown, RegExp]>([
    [
      'both forms at once',
      { installation: { enabled: true }, settings: { name: 'x' } },
      /cannot be combined with settings/,
    ],
    ['a wrapper that is no object', { installation: 5 }, /installation: must be an object/],
    ['a wrapper that is null', { installation: null }, /installation: must be an object/],
    ['a wrapper that is a list', { installation: [{}] }, /installation: must be an object/],
    ['a known field of a wrong type', { installation: { enabled: 'yes' } }, /enabled: must be true or false/],
  ])('%s is refused', async (_name, json, description) => {
    const body = { app_id: app, settings: { name: 'Kept', subdomain: 'acme' } };
    const { id } = await read<InstallationBody>(await send('POST', '/api/v2/apps/installations', body), 201);
    const answer = await send('PUT', `/api/v2/apps/installations/${id}`, json);
    expect(answer.headers.get(IGNORED)).toBeNull();
    expect((await read<{ description: string }>(answer, 422)).description).toMatch(description);
  });

  const hostile: [name: string, form: string, status: number, description: RegExp][] = [
    ['an index beyond all memory', 'settings[4294967294]=5&settings[x]=5', 422, /app_id/],
    ['deep names', 'settings[a][b][c][d]=1', 422, /at most 3 pairs of brackets/],
    ['a long name', `${'a'.repeat(400)}=1`, 422, /at most 300 characters/],
    ['a name of a million brackets', `a${'['.repeat(900_000)}`, 422, /at most 300 characters/],
    ['too many fields', 'a=1&'.repeat(201), 422, /at most 200 fields/],
    ['a field twice', 'app_id=1&app_id=2&settings[name]=x', 422, /app_id: must be a positive whole number/],
    ['settings as a text', 'app_id=1&settings=x', 422, /settings: must be an object/],
    ['a prototype', '__proto__[app_id]=1&constructor[prototype][app_id]=1', 422, /app_id: is required/],
    ['JSON without its type', '{"app_id": 1}', 400, /looks like JSON/],
    ['a mebibyte', `settings[name]=${'x'.repeat(1_050_000)}`, 413, /too large/],
  ];
  it.each(hostile)('a form with %s is refused', async (_name, body, status, description) => {
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    const answer = await harness.request('/api/v2/apps/installations', { method: 'POST', body, headers });
    expect((await read<{ description: string }>(answer, status)).description).toMatch(description);
    expect(harness.deps.log.error).not.toHaveBeenCalled();
  });

  it.each(hostile.filter(([, form]) => form.includes('=')))('a multipart form with %s is refused', async (...given) => {
    const [, text, status] = given;
    const body = new FormData();
    for (const pair of text.split('&').filter((one) => one !== '')) {
      const [name = '', value = ''] = pair.split('=', 2);
      body.append(name, value);
    }
    const answer = await harness.request('/api/v2/apps/installations', { method: 'POST', body });
    expect([await answer.text(), answer.status]).toEqual([expect.any(String), status]);
    expect(harness.deps.log.error).not.toHaveBeenCalled();
  });

  it('a multipart form with a file is refused, and says where the file goes', async () => {
    const answer = await harness.request('/api/v2/apps.json', { method: 'POST', body: uploadForm(buildArchive()) });
    const { description } = await read<{ description: string }>(answer, 422);
    expect(description).toMatch(/takes no file/);
  });
});
