import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { read } from '../../support/client.ts';
import { createHarness, type Harness } from '../../support/harness.ts';
import { countOf } from '../../support/jobs.ts';
import {
  kustomerClient,
  kustomerRefusal,
  organisationIdOf,
  type AvailableBody,
  type Definition,
  type PageBody,
} from '../../support/kustomer.ts';

/** As the vendor's page has it. */
const hello = (version: string): Definition => ({
  app: 'hello_world_example',
  version,
  title: 'Hello World',
  kviews: [
    {
      name: 'hello-world-example.helloworld',
      template: "<div style={ { padding: '10px' } }>Hello, {_.get(customer, 'name')}!</div>",
      context: 'smartbar-card',
      resource: 'customer',
      meta: { displayName: 'Hello World', icon: 'earth', state: 'open' },
    },
  ],
});

describe('to register an app', () => {
  let harness: Harness;
  let acme: ReturnType<typeof kustomerClient>;
  let other: ReturnType<typeof kustomerClient>;
  let id: string;
  beforeAll(async () => {
    harness = await createHarness('postgres');
    acme = kustomerClient(harness);
    other = kustomerClient(harness, 'other');
    id = await organisationIdOf(harness);
  });
  afterAll(() => harness.close());
  beforeEach(async () => {
    await harness.deps.db.query('delete from installations');
    await harness.deps.db.query('delete from apps');
  });

  const refused = async (definition: Definition, status: number, as = acme) =>
    kustomerRefusal(await as.post('/v1/apps/available', definition), status);

  it('answers 201 with the definition, the app and its components named as they are registered', async () => {
    const response = await acme.post('/v1/apps/available', hello('0.0.1'));
    const name = `kustomer.app.hello_world_example_${id}.hello-world-example.helloworld`;
    const [view] = hello('0.0.1')['kviews'] as object[];
    expect(await read(response, 201)).toEqual({
      data: {
        type: 'app_available',
        id: `hello_world_example_${id}-0.0.1`,
        attributes: {
          ...hello('0.0.1'),
          app: `hello_world_example_${id}`,
          visibility: 'private',
          kviews: [{ ...view, name }],
        },
        links: { self: `/v1/apps/available/hello_world_example_${id}-0.0.1` },
        meta: { createdAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/) as string },
      },
      meta: {
        latest: true,
        renamed: [
          { parameter: 'app', from: 'hello_world_example', to: `hello_world_example_${id}` },
          { parameter: 'kviews.0.name', from: 'hello-world-example.helloworld', to: name },
        ],
        renamedTotal: 2,
      },
    });
  });

  it('needs nothing but a name and a version', async () => {
    const { attributes } = await acme.register({ app: 'hello', version: '0.0.1' });
    expect(attributes).toEqual({ app: `hello_${id}`, version: '0.0.1', visibility: 'private' });
  });

  it('takes an answer back as it is, with another version, and renames nothing', async () => {
    const { attributes } = await acme.register(hello('0.0.1'));
    const response = await acme.post('/v1/apps/available', { ...attributes, version: '0.0.2' });
    const { data, meta } = await read<{ data: AvailableBody; meta: object }>(response, 201);
    expect(data.attributes).toEqual({ ...attributes, version: '0.0.2' });
    expect(meta).toEqual({ latest: true, renamed: [], renamedTotal: 0 });
    expect(await countOf(harness, 'apps')).toBe(1);
  });

  it('takes every member of the contract, and shows what is not secret as it was sent', async () => {
    const shown = {
      app: `full_${id}`,
      version: '1.2.3-beta.1',
      title: 'Full',
      description: '# All',
      iconUrl: 'www.example.com/icon.png',
      instructions: 'Do **this**',
      installUrl: 'https://a.example/install',
      postInstallMessage: 'Done',
      releaseNotesUrl: 'https://a.example/notes',
      vendor: 'Acme',
      website: 'acme.example',
      identifier: 'abcdefg',
      visibility: 'private',
      appDetails: { appDeveloper: { name: 'Acme' }, documentationLinks: [{ title: 'Docs', url: 'www.example.com' }] },
      dependencies: ['other-^1.0.0'],
      tags: ['ai', 'ecommerce'],
      screenshots: ['<<url>>'],
      changelog: { '1.2.3': 'New' },
      roles: ['org.permission.customer.read'],
      redirectUris: ['https://a.example/callback'],
      meta: { anything: [1, null] },
      default: false,
      system: true,
      url: 'https://a.example',
      clientId: 'public-id',
      setupUrl: 'https://a.example/setup',
      inboundHookUris: ['https://a.example/hook'],
      settingsPageConfig: { title: 'Set', description: 'Up', url: 'https://a.example' },
      klasses: [{ name: 'order', icon: 'cart', metadata: { properties: { idStr: { displayName: 'Id' } } } }],
      kviews: [{ name: `kustomer.app.full_${id}.<<organization>>.card`, template: '<div/>' }],
      commands: [{ name: `kustomer.app.full_${id}.get`, url: 'https://a.example', httpMethod: 'get' }],
      actions: [{ name: `kustomer.app.full_${id}.act`, type: 'rest_api' }],
      triggers: [{ eventName: `kustomer.app.full_${id}.fired` }],
      hooks: [{ eventName: `kustomer.app.full_${id}.form`, type: 'form' }],
      outboundWebhooks: [{ name: 'out', url: 'https://a.example', events: ['kustomer.customer.create'] }],
      widgets: [{ url: 'https://a.example', width: '464px', height: 300 }, { title: 'No name either' }],
      workflows: [{ name: 'flow', trigger: { eventName: `kustomer.app.full_${id}.form` }, steps: [] }],
      i18n: { en_us: { key: 'text' } },
      shortcuts: ['Hi', { name: 'bye' }],
      dataSubscriptions: ['click-to-dial'],
    };
    const { attributes } = await acme.register({
      ...shown,
      settings: { default: { key: { type: 'secret', defaultValue: 'swordfish-1', required: true } } },
      auth: {
        authorizationUrl: 'https://a.example',
        clientSecret: 'swordfish-2',
        nested: [{ api_key: 'swordfish-3' }],
      },
      env: { PASSWORD: 'swordfish-4' },
      clientSecret: 'swordfish-5',
    });
    expect(attributes).toEqual({
      ...shown,
      settings: { default: { key: { type: 'secret', required: true } } },
      auth: { authorizationUrl: 'https://a.example', nested: [{}] },
    });
    const { rows } = await harness.deps.db.query(
      `select (select json_agg(e) from audit_entries e) as log, (select json_agg(v) from app_versions v) as versions,
         (select json_agg(a) from apps a) as apps, (select json_agg(r) from requirements r) as requirements`,
    );
    expect(JSON.stringify(rows)).not.toContain('swordfish');
    const { rows: required } = await harness.deps.db.query<{ name: string }>(
      `select type || ' ' || identifier as name from requirements order by position`,
    );
    expect(required.map(({ name }) => name.replace(`kustomer.app.full_${id}.`, ''))).toEqual([
      'klass order',
      'kview <<organization>>.card',
      'command get',
      'action act',
      'trigger fired',
      'hook form',
      'outbound_webhook out',
      'widget #1',
      'widget #2',
      'workflow flow',
    ]);
    const secret = (await acme.install({ app: 'full' })).attributes;
    expect(secret.state).toBe('installing');
  });

  it('that asks to be public registers it as private', async () => {
    const { attributes } = await acme.register({ app: 'hello', version: '0.0.1', visibility: 'public' });
    expect(attributes['visibility']).toBe('private');
    expect(await other.available()).toEqual([]);
  });

  it('adds a version to what is there, and tells of it in the audit log', async () => {
    await acme.register(hello('0.0.1'));
    await acme.register({ ...hello('0.0.2'), title: 'Hello again' });
    expect((await acme.available()).map(({ id: name }) => name)).toEqual([
      `hello_world_example_${id}-0.0.1`,
      `hello_world_example_${id}-0.0.2`,
    ]);
    const { rows } = await harness.deps.db.query<{ name: string }>('select name from apps');
    expect(rows).toEqual([{ name: 'Hello again' }]);
    const { rows: log } = await harness.deps.db.query(
      `select action, actor_name, before, after from audit_entries order by id desc limit 1`,
    );
    expect(log).toEqual([
      {
        action: 'update',
        actor_name: 'ada@acme.example',
        before: { version: '0.0.1', title: 'Hello World' },
        after: { version: '0.0.2', title: 'Hello again' },
      },
    ]);
  });

  it('again with the same version is 409 with the entry of the page', async () => {
    await acme.register(hello('0.0.1'));
    for (const app of ['hello_world_example', `hello_world_example_${id}`])
      expect(await refused({ ...hello('0.0.1'), app }, 409)).toEqual([
        {
          status: 409,
          source: { parameter: '' },
          code: 'duplicate',
          title: 'Duplicate',
          message: expect.stringMatching(/^version already registered, increment it/) as string,
          detail: expect.any(String) as string,
          meta: {},
        },
      ]);
    expect(await acme.available()).toHaveLength(1);
  });

  it('with a version that is not above all others is 400 that says what it must be above', async () => {
    await acme.register({ app: 'hello', version: '1.4.0' });
    await acme.register({ app: 'hello', version: '1.5.0-beta.2' });
    for (const version of ['1.3.9', '1.4.1', '1.5.0-beta.1', '1.4.0-rc.1'])
      expect((await refused({ app: 'hello', version }, 400))[0]).toMatchObject({
        code: 'bad_request',
        message: 'cannot register outdated version, must be greater than 1.5.0-beta.2',
        source: { parameter: 'version' },
      });
    await acme.register({ app: 'hello', version: '1.5.0-beta.10' });
    await acme.register({ app: 'hello', version: '1.5.0' });
  });

  it('has 1,000 versions at the most', async () => {
    await acme.register({ app: 'hello', version: '0.0.1' });
    await harness.deps.db.query(
      `insert into app_versions (app_id, definition, attributes)
       select v.app_id, v.definition || jsonb_build_object('version', '0.0.' || n), v.attributes
       from app_versions v, generate_series(2, 1000) n`,
    );
    const [entry] = await refused({ app: 'hello', version: '0.1.0' }, 400);
    expect(entry).toMatchObject({
      source: { parameter: 'version' },
      message: expect.stringContaining('1000') as string,
    });
  });

  it('tells of 250 names that were changed, and how many there are', async () => {
    const steps = Array.from({ length: 1_000 }, () => ({ action: 'act' }));
    const response = await acme.post('/v1/apps/available', { app: 'hello', version: '0.0.1', workflows: [{ steps }] });
    const { meta } = await read<{ meta: { renamed: unknown[]; renamedTotal: number } }>(response, 201);
    expect([meta.renamed.length, meta.renamedTotal]).toEqual([250, 1_001]);
  });

  it('is listed in pages of the size asked for, however large its definitions are', async () => {
    const i18n = { en: 'x'.repeat(1_000_000) };
    for (let patch = 1; patch <= 7; patch++) await acme.register({ app: 'hello', version: `0.0.${patch}`, i18n });
    const versions: string[][] = [];
    for (let next: string | null = '/v1/apps/available?page[size]=5'; next !== null;) {
      const page: PageBody<AvailableBody> = await read(await acme.get(next), 200);
      versions.push(page.data.map(({ attributes }) => attributes.version));
      next = page.links.next;
    }
    expect(versions).toEqual([
      ['0.0.1', '0.0.2', '0.0.3', '0.0.4', '0.0.5'],
      ['0.0.6', '0.0.7'],
    ]);
  });

  it('gives each organisation a name of its own', async () => {
    const mine = await acme.register(hello('0.0.1'));
    const theirs = await other.register(hello('0.0.1'));
    expect(theirs.attributes.app).toBe(`hello_world_example_${await organisationIdOf(harness, 'other')}`);
    expect(theirs.attributes.app).not.toBe(mine.attributes.app);
    expect(await other.available()).toEqual([theirs]);
    await kustomerRefusal(await other.get(`/v1/apps/available/${mine.id}`), 404);
  });

  it('once, when two register the same version at the same time', async () => {
    const answers = await Promise.all([1, 2, 3].map(() => acme.post('/v1/apps/available', hello('0.0.1'))));
    expect(answers.map(({ status }) => status).toSorted((one, other) => one - other)).toEqual([201, 409, 409]);
    expect(await acme.available()).toHaveLength(1);
  });

  it('both, when two register the first two versions at the same time, or says that one is outdated', async () => {
    const answers = await Promise.all(
      ['0.0.1', '0.0.2'].map((version) => acme.post('/v1/apps/available', hello(version))),
    );
    const statuses = answers.map(({ status }) => status);
    expect([[201, 201].join(), [400, 201].join()]).toContain(statuses.join());
    expect(await acme.available()).toHaveLength(statuses.filter((status) => status === 201).length);
  });

  it('is listed in pages, with a relative address of the next one', async () => {
    for (const version of ['0.0.1', '0.0.2', '0.0.3']) await acme.register({ app: 'hello', version });
    const first: PageBody<AvailableBody> = await read(await acme.get('/v1/apps/available?page[size]=2'), 200);
    expect(first.data.map(({ attributes }) => attributes.version)).toEqual(['0.0.1', '0.0.2']);
    expect(first.links.next).toMatch(/^\/v1\/apps\/available\?page\[size\]=2&page\[after\]=\d+$/);
    const last: PageBody<AvailableBody> = await read(await acme.get(first.links.next!), 200);
    expect(last.data.map(({ attributes }) => attributes.version)).toEqual(['0.0.3']);
    expect(last.links.next).toBeNull();
  });

  it('is in the list of all apps, and not in those of another door', async () => {
    await acme.register(hello('0.0.1'));
    const { apps } = await read<{ apps: unknown[] }>(await harness.request('/api/v2/apps.json'), 200);
    expect(apps).toEqual([]);
    const { data } = await read<{ data: { kind: string; name: string }[] }>(
      await harness.request('/api/appyard/v1/apps'),
      200,
    );
    expect(data).toMatchObject([{ kind: 'kustomer', name: 'Hello World' }]);
  });

  it('that fails adds nothing to what is there', async () => {
    await acme.register(hello('0.0.1'));
    const before = await acme.available();
    await refused({ ...hello('0.0.2'), settings: { a: { b: { type: 'x' } } } }, 400);
    expect(await acme.available()).toEqual(before);
  });
});
