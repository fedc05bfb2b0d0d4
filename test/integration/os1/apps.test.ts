import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createHarness, type Harness } from '../../support/harness.ts';
import {
  dataOf,
  fieldsOf,
  goLive,
  newApp,
  refusal,
  register,
  REGISTER,
  versionPath,
  type AppBody,
} from '../../support/os1.ts';

const full = {
  ...newApp,
  visibility: { isPrivate: false, permissionType: 'ALLOW', orgIdentifiers: ['other'] },
  url: {
    relativePath: '/tracker',
    stackId: '*',
    server: 'https://tracker.example/hooks',
    interface: '',
    admin: '/admin',
    setting: '/settings',
    userGuide: 'https://tracker.example/guide',
    gitInfo: 'git@git.example:fleet/tracker.git',
  },
  shortDescription: 'Where the vans are',
  longDescription: 'All of them, all the time.',
  categories: ['fleet', 'maps'],
  menu: [{ displayName: 'Live map', displayOrder: 1, relativePath: '/map' }],
  packageName: '.com.example.test',
};

const aTime = () => expect.stringMatching(/^20\d\d-\d\d-\d\dT[\d:]{8}\.\d{3}Z$/) as string;
const anId = (prefix: string) => expect.stringMatching(new RegExp(`^${prefix}:[0-9a-f-]{36}$`)) as string;

describe('an app of this door', () => {
  let harness: Harness;
  beforeAll(async () => {
    harness = await createHarness('postgres');
  });
  afterAll(() => harness.close());

  const post = (json: unknown, path = REGISTER) => harness.request(path, { method: 'POST', json });
  let made = 0;
  /** A listing id that no other test has. */
  const another = () => ({ listingId: `app-${++made}` });

  it('is registered with all that is said of it, in development', async () => {
    const { version: _, ...attributes } = full;
    const app = await dataOf<AppBody>(await post(full), 201);
    expect(app).toEqual({
      ...attributes,
      appId: anId('app'),
      appVersionId: anId('appversion'),
      version: '1.0.0',
      state: 'DEVELOPMENT',
      actions: ['SUBMIT_FOR_TECH_REVIEW'],
      organizationId: 'acme',
      teamId: 'fleet',
      createdAt: aTime(),
      updatedAt: aTime(),
      redirectUrl: `https://${new URL(harness.deps.config.publicUrl).host}/auth/realms/acme/web/.com.example.test/callback`,
      versions: [{ appVersionId: app.appVersionId, version: '1.0.0', state: 'DEVELOPMENT', createdAt: aTime() }],
    });
    expect(await dataOf(await harness.request(`/developer/apps/${app.appId}`))).toEqual(app);
    const { versions: _versions, updatedAt: _updatedAt, ...version } = app;
    expect(await dataOf(await harness.request(versionPath(app.appVersionId)))).toEqual({
      ...version,
      createdAt: aTime(),
    });
  });

  it.each(['WEB', 'BACKEND', 'MOBILE'])('is registered as %s with what is required and no more', async (type) => {
    const app = await register(harness, { ...another(), type });
    expect(app).toMatchObject({ type, displayName: newApp.displayName, isConsoleCompatible: true });
    expect(Object.keys(app)).not.toContain('shortDescription');
  });

  it('is registered by an agent, who is a developer', async () => {
    expect((await register(harness, another(), 'agent')).state).toBe('DEVELOPMENT');
  });

  it.each(['displayName', 'type', 'listingId', 'version', 'isConsoleCompatible'])(
    'is refused without %s, and with null for it',
    async (name) => {
      const { [name as 'type']: _, ...rest } = { ...newApp, ...another() };
      expect(fieldsOf(await refusal(await post(rest), 400))).toEqual([name]);
      expect(fieldsOf(await refusal(await post({ ...rest, [name]: null }), 400))).toEqual([name]);
    },
  );

  it('names every field that is wrong', async () => {
    const body = {
      ...newApp,
      type: 'DESKTOP',
      version: 'v1',
      menu: [{ displayOrder: -1 }],
      url: { server: 'javascript:alert(1)', home: '/' },
      visibility: { isPrivate: 'no' },
    };
    expect(fieldsOf(await refusal(await post(body), 400)).toSorted()).toEqual([
      'menu.0.displayName',
      'menu.0.displayOrder',
      'menu.0.relativePath',
      'type',
      'url.home',
      'url.server',
      'version',
      'visibility.isPrivate',
    ]);
  });

  it('is refused with ALLOW or DENY where it is private', async () => {
    const visibility = { isPrivate: true, permissionType: 'DENY', orgIdentifiers: ['other'] };
    expect(fieldsOf(await refusal(await post({ ...newApp, ...another(), visibility }), 400))).toEqual([
      'visibility.permissionType',
      'visibility.orgIdentifiers',
    ]);
  });

  it.each(['1', '1.0', 'v1.0.0', ' 1.0.0', '1.0.0 ', '01.0.0', '1.0.0-', '', 1])(
    'is refused with the version %j, which is no semver',
    async (version) => {
      expect(fieldsOf(await refusal(await post({ ...newApp, ...another(), version }), 400))).toEqual(['version']);
    },
  );

  it('has a listing id that no other app of any account has: 409', async () => {
    const { listingId } = another();
    await register(harness, { listingId }, 'other');
    const error = await refusal(await post({ ...newApp, listingId }), 409);
    expect([error.code, fieldsOf(error)]).toEqual(['listing_taken', ['listingId']]);
  });

  it.each([
    ['organizationId', '/developer/apps?teamId=fleet'],
    ['teamId', '/developer/apps?organizationId=acme'],
    ['organizationId', '/developer/apps?organizationId=&teamId=fleet'],
    ['organizationId', '/developer/apps?organizationId=acme&organizationId=other&teamId=fleet'],
    ['teamId', `/developer/apps?organizationId=acme&teamId=${'x'.repeat(256)}`],
    ['teamId', '/developer/apps?organizationId=acme&teamId=%00'],
  ])('is refused without a good %s in the query', async (name, path) => {
    expect(fieldsOf(await refusal(await post(newApp, path), 400))).toEqual([name]);
  });

  it("takes the account's short name or its id for the organization, and nobody else's: 403", async () => {
    const { rows } = await harness.deps.db.query<{ id: string; subdomain: string }>(
      'select subdomain, external_id as id from accounts',
    );
    const idOf = (subdomain: string) => rows.find((row) => row.subdomain === subdomain)!.id;
    const asked = (id: string) => post({ ...newApp, ...another() }, `/developer/apps?organizationId=${id}&teamId=t`);
    expect((await dataOf(await asked(idOf('acme')), 201))['organizationId']).toBe(idOf('acme'));
    for (const foreign of ['other', idOf('other'), 'nobody', '%00'])
      expect((await refusal(await asked(foreign), 403)).description).toContain('organizationId');
  });

  it('is found with its colon escaped, and in capitals', async () => {
    const { appId, appVersionId } = await register(harness, another());
    const version = await dataOf(await harness.request(versionPath(appVersionId.toUpperCase())));
    expect(version.appVersionId).toBe(appVersionId);
    for (const id of [appId.replace(':', '%3A'), appId.replace(':', '%3a'), appId.toUpperCase()])
      expect((await dataOf(await harness.request(`/developer/apps/${id}`))).appId).toBe(appId);
  });

  it('is 404 for what is no id of an app, or of none that is there', async () => {
    const ids = [
      'app:00000000-0000-4000-8000-000000000000',
      'app:1',
      '1',
      'app',
      'appversion:x',
      '%00',
      'app%3A',
      '..%2f',
    ];
    for (const id of ids)
      expect((await refusal(await harness.request(`/developer/apps/${id}`), 404)).code).toBe('not_found');
  });

  it('is 404 for other accounts while it is a draft, whatever it is asked for', async () => {
    const { appId, appVersionId } = await register(harness, { ...another(), visibility: { isPrivate: false } });
    const as = 'other' as const;
    const asked = [
      harness.request(`/developer/apps/${appId}`, { as }),
      harness.request(versionPath(appVersionId), { as }),
      harness.request(versionPath(appVersionId), { as, method: 'PATCH', json: { displayName: 'Mine' } }),
      harness.request(versionPath(appVersionId), { as, method: 'DELETE' }),
      harness.request(`/developer/apps/${appId}/versions`, { as, method: 'POST', json: { version: '2.0.0' } }),
      harness.request(`${versionPath(appVersionId)}/states`, {
        as,
        method: 'PUT',
        json: { action: 'SUBMIT_FOR_TECH_REVIEW' },
      }),
    ];
    for (const response of await Promise.all(asked)) await refusal(response, 404);
    expect((await dataOf<AppBody>(await harness.request(`/developer/apps/${appId}`))).displayName).toBe(
      newApp.displayName,
    );
  });

  it("shows others its live version only, without what is the developer's", async () => {
    const { appId, appVersionId } = await register(harness, {
      ...full,
      ...another(),
      visibility: { isPrivate: false, permissionType: 'DENY', orgIdentifiers: ['rival'] },
    });
    await goLive(harness, appVersionId);
    const seen = await dataOf<AppBody>(await harness.request(`/developer/apps/${appId}`, { as: 'other' }));
    expect(seen).toMatchObject({ state: 'LIVE', displayName: newApp.displayName, visibility: { isPrivate: false } });
    expect(seen.url).toEqual({
      relativePath: '/tracker',
      stackId: '*',
      interface: '',
      admin: '/admin',
      setting: '/settings',
      userGuide: 'https://tracker.example/guide',
    });
    for (const hidden of ['teamId', 'actions', 'redirectUrl']) expect(seen).not.toHaveProperty(hidden);
    expect(JSON.stringify(seen)).not.toContain('rival');
    const version = await dataOf(await harness.request(versionPath(appVersionId), { as: 'other' }));
    expect(version).toMatchObject({ url: seen.url, visibility: { isPrivate: false } });
    const foreign = await harness.request(versionPath(appVersionId), {
      as: 'other',
      method: 'PATCH',
      json: { displayName: 'Mine' },
    });
    expect((await refusal(foreign, 403)).code).toBe('forbidden');
  });

  it('is written into the audit log with what was said of it', async () => {
    await register(harness, { ...another(), displayName: 'Audited' });
    const { rows } = await harness.deps.db.query(
      `select account_id, action, actor_name, after from audit_entries where subject_name = 'Audited'`,
    );
    expect(rows).toEqual([
      {
        account_id: harness.accountId,
        action: 'create',
        actor_name: 'ada@acme.example',
        after: expect.objectContaining({
          kind: 'os1',
          version: '1.0.0',
          '1.0.0 state': 'DEVELOPMENT',
          visibility: 'private',
        }),
      },
    ]);
  });
});

describe('the list of apps', () => {
  let harness: Harness;
  beforeAll(async () => {
    harness = await createHarness('postgres');
  });
  afterAll(() => harness.close());

  interface Page {
    apps: AppBody[];
    next: string | null;
  }
  const list = async (query = '', as: 'admin' | 'agent' | 'other' = 'admin') =>
    dataOf<Page>(await harness.request(`/developer/apps${query}`, { as }));
  const idsOf = ({ apps }: Page) => apps.map(({ listingId }) => listingId);

  it('has the own apps and those that others have live, page by page', async () => {
    for (const listingId of ['one', 'two', 'three']) await register(harness, { listingId }, 'agent');
    await register(harness, { listingId: 'draft', visibility: { isPrivate: false } }, 'other');
    const live = await register(harness, { listingId: 'live', visibility: { isPrivate: false } }, 'other');
    await goLive(harness, live.appVersionId, 'other');
    expect(idsOf(await list('', 'agent'))).toEqual(['one', 'two', 'three', 'live']);
    expect(idsOf(await list('', 'other'))).toEqual(['draft', 'live']);
    const first = await list('?limit=2');
    const second = await list(`?limit=2&after=${first.next}`);
    expect([idsOf(first), idsOf(second), second.next]).toEqual([['one', 'two'], ['three', 'live'], null]);
  });

  it('has no draft of another account that an operator has shown to all', async () => {
    await harness.deps.db.query(`update apps set visibility = 'public' where key = 'draft'`);
    expect(idsOf(await list())).not.toContain('draft');
    const { rows } = await harness.deps.db.query<{ id: string }>(
      `select external_id as id from apps where key = 'draft'`,
    );
    await refusal(await harness.request(`/developer/apps/${rows[0]!.id}`), 404);
    await harness.deps.db.query(`update apps set visibility = 'private' where key = 'draft'`);
  });

  it('leaves out what can be long, and has 50 apps on a page at the most', async () => {
    const { version: _, url: _url, longDescription: _long, menu: _menu, visibility, ...short } = full;
    const { orgIdentifiers: _names, ...rest } = visibility;
    await register(harness, { ...full, listingId: 'long' });
    const listed = (await list()).apps.find(({ listingId }) => listingId === 'long')!;
    expect(listed).toMatchObject({ ...short, listingId: 'long', visibility: rest, teamId: 'fleet' });
    for (const name of ['longDescription', 'menu', 'url']) expect(listed).not.toHaveProperty(name);
    expect(listed['visibility']).toEqual(rest);
    for (let n = 0; n < 50; n++) await register(harness, { listingId: `more-${n}` });
    const { apps, next } = await list();
    expect([apps.length, next]).toEqual([50, apps.at(-1)!.appId]);
  });

  it.each(['?limit=0', '?limit=51', '?limit=x', '?limit=1&limit=2', '?after=app:1', '?after=', '?after=a&after=b'])(
    'refuses %s',
    async (query) => {
      expect(fieldsOf(await refusal(await harness.request(`/developer/apps${query}`), 400))).toEqual([
        query.slice(1).split('=')[0],
      ]);
    },
  );
});
