import { inspect } from 'node:util';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { actingAs, publish } from '../../support/acting-as.ts';
import { emails, type Person } from '../../support/accounts.ts';
import { buildApp, endOf, install, read, type InstallationBody } from '../../support/client.ts';
import { createHarness, type Harness, type RequestOptions } from '../../support/harness.ts';
import { buildArchive, exampleArchive, macros } from '../../support/packages.ts';
import { refusal } from '../../support/refusal.ts';
import { aCompactTime, aJobId, anId, aTime, badIds, named } from '../../support/shapes.ts';

const SECRET = 'swordfish-3141';

describe('installations', () => {
  let harness: Harness;
  let bookmarks: number;
  let tiny: number;
  beforeAll(async () => {
    harness = await createHarness('redis');
    harness.startWorker();
    bookmarks = await buildApp(harness, await exampleArchive('bookmarks'));
    tiny = await buildApp(harness, buildArchive());
  });
  afterAll(() => harness.close());

  const at = (route: string | number, options?: RequestOptions): Promise<Response> =>
    harness.request(`/api/v2/apps/installations/${route}`, options);
  const sell = (route: string | number, options?: RequestOptions): Promise<Response> =>
    harness.request(`/api/sell/apps/installations/${route}`, options);
  const post = (json: unknown, product = 'v2', as: Person = 'admin'): Promise<Response> =>
    harness.request(`/api/${product}/apps/installations.json`, { as, method: 'POST', json });
  const put = (id: number, json: unknown): Promise<Response> => at(`${id}.json`, { method: 'PUT', json });
  const list = async (product = 'v2', query = '', as: Person = 'admin'): Promise<InstallationBody[]> => {
    const answer = await harness.request(`/api/${product}/apps/installations.json${query}`, { as });
    return (await read<{ installations: InstallationBody[] }>(answer, 200)).installations;
  };
  const listed = async (id: number): Promise<InstallationBody | undefined> =>
    (await list()).find((one) => one.id === id);

  it('are not to be had of an app that is only listed', async () => {
    const manifest = { marketingOnly: true, private: false, location: undefined, frameworkVersion: undefined };
    const texts = { name: 'Tiny', short_description: 'A', long_description: 'B', installation_instructions: 'C' };
    const files = { 'assets/iframe.html': undefined, 'translations/en.json': JSON.stringify({ app: texts }) };
    const listed = await buildApp(harness, buildArchive({ manifest, files }));
    expect(await read(await harness.request(`/api/v2/apps/${listed}.json`), 200)).toMatchObject({ installable: false });
    const { error } = await refusal(await post({ app_id: listed, settings: { name: 'Mine' } }), 422);
    expect(error).toBe('not_installable');
  });

  it('answers 201 with the whole installation, and lists the same', async () => {
    const settings = { name: 'Links', title_prefix: 'Team', api_token: SECRET };
    const created = await read<InstallationBody>(await post({ app_id: bookmarks, settings }, 'sell'), 201);
    const shown = { name: 'Links', title: 'Links', title_prefix: 'Team', api_token: null, open_in_new_tab: true };
    expect(created).toEqual({
      id: anId(),
      app_id: bookmarks,
      collapsible: true,
      created_at: aTime(),
      enabled: true,
      group_restrictions: [],
      has_incomplete_subscription: false,
      has_unpaid_subscription: null,
      paid: null,
      pending_installation: false,
      pending_job_id: aJobId(),
      plan_information: { name: null },
      product: 'sell',
      recurring_payment: false,
      redirect_path: '/sell/apps/manage',
      role_restrictions: null,
      missing_settings: [],
      servable: true,
      settings: shown,
      settings_objects: Object.entries(shown).map(([name, value]) => ({ name, value })),
      state: 'installed',
      stripe_account: null,
      stripe_publishable_key: null,
      stripe_subscription_id: null,
      updated: aCompactTime(),
      updated_at: aTime(),
    });
    expect(await listed(created.id)).toEqual(created);
    // Nothing to provision, and yet a job to ask for: some clients poll it without looking.
    expect(await endOf(harness, created.pending_job_id)).toMatchObject({
      status: 'completed',
      installation_id: created.id,
      app_id: bookmarks,
    });
  });

  it('shows one installation below sell in the shape that the show endpoint has', async () => {
    const { id } = await install(harness, bookmarks, { name: 'Shown', title_prefix: 'Team' });
    const shown = await read(await sell(`${id}.json`), 200);
    expect(shown).toEqual({
      installation: {
        id,
        app_id: bookmarks,
        agent_count: 0,
        app_installation_count: null,
        author_email: 'apps@example.com',
        email: emails.admin,
        framework_versions: { current: '2.0', version: '2.0' },
        group_restrictions: [],
        has_custom_object_requirements: false,
        has_incomplete_subscription: false,
        has_oauth_client: false,
        has_unpaid_subscription: null,
        installed_at: aTime(),
        locale: 'en',
        locations: [
          { name: 'nav_bar', visible: true },
          { name: 'ticket_sidebar', visible: true },
        ],
        marketing_only: false,
        missing_settings: [],
        new_installation: false,
        obsolete: false,
        paid: null,
        plan_id: null,
        require_category_terms: false,
        require_oauth_subdomain: false,
        role_restrictions: [],
        settings: [{ name: 'Shown', title: 'Shown', title_prefix: 'Team', api_token: null, open_in_new_tab: true }],
        state: 'installed',
        supports_group_restrictions: true,
        supports_role_restrictions: true,
        third_party_paid: false,
        version: '1.0.0',
        zendesk_labs_license_url: null,
      },
    });
    expect(await read(await sell(id), 200)).toEqual(shown);
  });

  it("shows everybody the e-mail address of the account's owner", async () => {
    const { id } = await install(harness, tiny);
    const { installation } = await read<{ installation: { email: string } }>(await sell(id, { as: 'agent' }), 200);
    expect(installation.email).toBe(emails.admin);
  });

  it('takes the product from the path, and under v2 the first of the app', async () => {
    const product = async (path: string): Promise<string> =>
      (await read<InstallationBody>(await post({ app_id: tiny, settings: { name: path } }, path), 201)).product;
    expect(await product('support')).toBe('support');
    expect(await product('zendesk')).toBe('support');
    expect(await product('sell')).toBe('sell');
    expect(await product('v2')).toBe('support');
    for (const path of ['chat', 'zopim', 'standalone_chat', 'lotus_box'])
      expect((await refusal(await post({ app_id: tiny, settings: { name: 'x' } }, path), 422)).description).toMatch(
        /no place in "\w+"; it has in support, sell/,
      );
  });

  it('lists the installations of one product, or of all', async () => {
    const [all, support, sell, chat] = await Promise.all(['v2', 'support', 'sell', 'chat'].map((path) => list(path)));
    expect(support).toEqual(all!.filter(({ product }) => product === 'support'));
    expect(sell).toEqual(all!.filter(({ product }) => product === 'sell'));
    expect(support!.length * sell!.length).toBeGreaterThan(0);
    expect(chat).toEqual([]);
    expect(await list('zendesk')).toEqual(support);
  });

  it('side-loads the app of each installation when asked to', async () => {
    const app = await read(await harness.request(`/api/sell/apps/${tiny}`), 200);
    const loaded = (await list('sell', '?include=app')) as (InstallationBody & { app: unknown })[];
    expect(loaded.find(({ app_id }) => app_id === tiny)?.app).toEqual(app);
    expect(loaded.every((one) => (one.app as { id: number }).id === one.app_id)).toBe(true);
    expect((await list('sell')).some((one) => 'app' in one)).toBe(false);
  });

  it('takes the id of an app as number or text', async () => {
    for (const app_id of [tiny, String(tiny)])
      expect(await read(await post({ app_id, settings: { name: 'x' } }), 201)).toMatchObject({ app_id: tiny });
  });

  it('installs an app that stays off until it is switched on', async () => {
    const json = { app_id: tiny, settings: { name: 'Off' }, enabled: false };
    const { id, ...off } = await read<InstallationBody>(await post(json), 201);
    expect(off).toMatchObject({ enabled: false, servable: false, pending_installation: false });
    expect(await read(await put(id, { enabled: true }), 200)).toMatchObject({ enabled: true, servable: true });
    expect(await read(await put(id, { settings: { name: 'Still' } }), 200)).toMatchObject({ enabled: true });
    expect(await read(await put(id, { enabled: false }), 200)).toMatchObject({ enabled: false });
    expect(await listed(id)).toMatchObject({ enabled: false, settings: { name: 'Still' } });
  });

  it('stays off while its requirements are provisioned, and afterwards when it was installed so', async () => {
    const demanding = await buildApp(harness, buildArchive({ requirements: macros(3) }));
    for (const enabled of [true, false]) {
      const json = { app_id: demanding, settings: { name: 'Desk' }, enabled };
      const created = await read<InstallationBody>(await post(json), 201);
      expect(created).toMatchObject({ enabled: false, pending_installation: true, pending_job_id: aJobId() });
      expect(await endOf(harness, created.pending_job_id)).toMatchObject({
        status: 'completed',
        progress: 4,
        total: 4,
      });
      expect(await listed(created.id)).toMatchObject({ enabled, pending_installation: false });
    }
  });

  it('keeps restrictions, and shows null for no restriction to roles', async () => {
    const json = { app_id: tiny, settings: { name: 'x' }, group_restrictions: ['7', 8], role_restrictions: ['admin'] };
    const { id, ...created } = await read<InstallationBody>(await post(json), 201);
    expect(created).toMatchObject({ group_restrictions: ['7', '8'], role_restrictions: ['admin'] });
    expect(await read(await put(id, { settings: { name: 'y' } }), 200)).toMatchObject({
      group_restrictions: ['7', '8'],
      role_restrictions: ['admin'],
    });
    for (const none of [[], null])
      expect(await read(await put(id, { group_restrictions: none, role_restrictions: none }), 200)).toMatchObject({
        group_restrictions: [],
        role_restrictions: null,
      });
  });

  it('keeps each restriction once, be it number or text', async () => {
    const json = { app_id: tiny, settings: { name: 'x' }, group_restrictions: [7, 'Sales', '7', ' Sales '] };
    expect(await read(await post({ ...json, role_restrictions: [] }), 201)).toMatchObject({
      group_restrictions: ['7', 'Sales'],
      role_restrictions: null,
    });
  });

  it('removes an installation and nothing else', async () => {
    const [gone, stays] = [await install(harness, tiny), await install(harness, tiny)];
    const answer = await at(`${gone.id}.json`, { method: 'DELETE' });
    expect(`${answer.status}${await answer.text()}`).toBe('204');
    for (const method of ['GET', 'DELETE']) await refusal(await at(gone.id, { method }), 404);
    await refusal(await put(gone.id, { enabled: true }), 404);
    expect(await listed(stays.id)).toEqual(stays);
  });

  it('hides the installations of other accounts', async () => {
    const { id } = await install(harness, tiny);
    const other = actingAs(harness, 'other');
    await refusal(await post({ app_id: tiny, settings: { name: 'x' } }, 'v2', 'other'), 404);
    for (const method of ['GET', 'DELETE']) await refusal(await at(id, { as: 'other', method }), 404);
    await refusal(await at(id, { as: 'other', method: 'PUT', json: { enabled: false } }), 404);
    expect(await list('v2', '', 'other')).toEqual([]);
    await publish(harness, tiny, 'public');
    const theirs = await install(other, tiny);
    expect(await list('v2', '', 'other')).toEqual([theirs]);
    expect(await listed(theirs.id)).toBeUndefined();
    await refusal(await at(theirs.id), 404);
  });

  it('keeps showing an installation of an app that was published and is private again', async () => {
    const app = await buildApp(harness, buildArchive());
    await publish(harness, app, 'public');
    const { id } = await install(actingAs(harness, 'other'), app);
    await publish(harness, app, 'private');
    expect((await list('v2', '', 'other')).map((one) => one.id)).toContain(id);
    await read(await at(id, { as: 'other' }), 200);
  });

  it('lets an agent read and not write, nobody do anything, and an operator neither', async () => {
    const { id } = await install(harness, tiny);
    expect(await list('v2', '', 'agent')).toEqual(await list());
    await read(await at(id, { as: 'agent' }), 200);
    const json = { app_id: tiny, settings: { name: 'x' } };
    const writes = [
      ['POST', ''],
      ['PUT', String(id)],
      ['DELETE', String(id)],
    ] as const;
    for (const [method, route] of writes) await refusal(await at(route, { as: 'agent', method, json }), 403);
    for (const [method, route] of [...writes, ['GET', ''], ['GET', String(id)]] as const) {
      const options = { method, ...(method !== 'GET' && { json }) };
      await refusal(await at(route, { as: null, ...options }), 401);
      await refusal(await at(route, { as: 'operator', ...options }), 403);
    }
    expect(await listed(id)).toBeDefined();
  });

  it.each(named(badIds))('refuses %s as the id of an installation', async (_name, id) => {
    for (const method of ['GET', 'PUT', 'DELETE']) {
      const { status } = await at(`${id}.json`, { method, json: method === 'PUT' ? { enabled: true } : undefined });
      expect([400, 404, 422]).toContain(status);
    }
  });

  it('has written no secret into the log and has not once been at a loss', () => {
    expect(harness.deps.log.error).not.toHaveBeenCalled();
    const calls = Object.values(harness.deps.log).flatMap((write) => vi.mocked(write).mock.calls);
    expect(inspect(calls, { depth: 20, maxStringLength: Infinity })).not.toContain(SECRET);
  });
});

describe('an app that can be installed once only', () => {
  let harness: Harness;
  let app: number;
  beforeAll(async () => {
    harness = await createHarness('postgres');
    harness.startWorker();
    app = await buildApp(harness, buildArchive({ manifest: { singleInstall: true } }));
  });
  afterAll(() => harness.close());

  const post = (product: string): Promise<Response> =>
    harness.request(`/api/${product}/apps/installations`, {
      method: 'POST',
      json: { app_id: app, settings: { name: 'Only' } },
    });

  it('says so', async () => {
    expect(await read(await harness.request(`/api/v2/apps/${app}`), 200)).toMatchObject({ single_install: true });
  });

  it('lets exactly one of many requests at the same time win, in each product', async () => {
    const answers = await Promise.all(['support', 'support', 'v2', 'zendesk', 'support', 'sell', 'sell'].map(post));
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([201, 201, 422, 422, 422, 422, 422]);
    const { error, description } = await refusal(await post('sell'), 422);
    expect(error).toBe('already_installed');
    expect(description).toMatch(/once only.*installed in sell/);
  });

  it('can be installed again once it is removed', async () => {
    const route = '/api/sell/apps/installations';
    const { installations } = await read<{ installations: InstallationBody[] }>(await harness.request(route), 200);
    await harness.request(`${route}/${installations[0]!.id}`, { method: 'DELETE' });
    expect(await read(await post('sell'), 201)).toMatchObject({ app_id: app, product: 'sell' });
    await refusal(await post('sell'), 422);
  });
});
