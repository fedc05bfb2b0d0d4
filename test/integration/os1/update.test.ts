import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createHarness, type Harness } from '../../support/harness.ts';
import {
  act,
  addVersion,
  dataOf,
  fieldsOf,
  getReady,
  goLive,
  patch,
  refusal,
  register,
  versionPath,
  type AppBody,
} from '../../support/os1.ts';

describe('UpdateApp', () => {
  let harness: Harness;
  beforeAll(async () => {
    harness = await createHarness('postgres');
  });
  afterAll(() => harness.close());

  let made = 0;
  const draft = (body: object = {}) => register(harness, { listingId: `app-${++made}`, ...body });
  const versionOf = (id: string) => harness.request(versionPath(id)).then((response) => dataOf(response));
  const auditCount = async () =>
    (await harness.deps.db.query<{ n: number }>('select count(*) as n from audit_entries')).rows[0]!.n;

  it('adds, modifies and removes attributes in one call', async () => {
    const { appVersionId, appId } = await draft({ shortDescription: 'Old', categories: ['fleet', 'maps'] });
    const json = { displayName: 'Van Tracker', shortDescription: null, longDescription: 'New', categories: ['vans'] };
    const changed = await dataOf(await patch(harness, appVersionId, json));
    expect(changed).toMatchObject({ displayName: 'Van Tracker', longDescription: 'New', categories: ['vans'] });
    expect(changed).not.toHaveProperty('shortDescription');
    expect(await versionOf(appVersionId)).toEqual(changed);
    const app = await dataOf<AppBody>(await harness.request(`/developer/apps/${appId}`));
    expect(app.displayName).toBe('Van Tracker');
  });

  it('takes what the vendor announces as its example: displayName, shortDescription and the listingId that is there', async () => {
    const { appVersionId, listingId } = await draft();
    const json = { displayName: 'Vehicle Tracker Pro', shortDescription: 'All vehicles on one map', listingId };
    expect(await dataOf(await patch(harness, appVersionId, json))).toMatchObject(json);
  });

  it('takes an update from an agent, and one that changes nothing', async () => {
    const before = await draft({ url: { server: 'https://tracker.example' } });
    const { versions: _versions, updatedAt: _updatedAt, ...version } = before;
    expect(await dataOf(await patch(harness, before.appVersionId, {}, { as: 'agent' }))).toEqual(version);
  });

  it('merges visibility and url by key, and replaces menu', async () => {
    const { appVersionId } = await draft({
      visibility: { isPrivate: false, permissionType: 'ALLOW', orgIdentifiers: ['other'] },
      url: { relativePath: '/', server: 'https://tracker.example' },
      menu: [{ displayName: 'One', relativePath: '/one' }],
    });
    const json = {
      visibility: { permissionType: 'DENY' },
      url: { server: null, admin: '/admin' },
      menu: [{ displayName: 'Two', displayOrder: 2, relativePath: '/two' }],
    };
    expect(await dataOf(await patch(harness, appVersionId, json))).toMatchObject({
      visibility: { isPrivate: false, permissionType: 'DENY', orgIdentifiers: ['other'] },
      url: { relativePath: '/', admin: '/admin' },
      menu: json.menu,
    });
  });

  it.each([
    ['displayName', { displayName: null }],
    ['isConsoleCompatible', { isConsoleCompatible: null }],
    ['listingId', { listingId: 'another' }],
    ['type', { type: 'WEB' }],
    ['version', { version: '1.0.0' }],
    ['categories.0', { categories: [null] }],
    ['menu.0.displayName', { menu: [{ displayName: null, relativePath: '/' }] }],
    ['visibility.permissionType', { visibility: { permissionType: 'ALLOW' } }],
    ['visibility.permissionType', { visibility: { isPrivate: false, permissionType: 'allow' } }],
    ['url.home', { url: { home: '/' } }],
    ['appId', { appId: 'app:1' }],
    ['state', { state: 'LIVE' }],
    ['__proto__', JSON.parse('{"__proto__":{"displayName":"x"}}') as object],
  ])('is refused with 400 that names %s, and changes nothing: %j', async (field, json) => {
    const { appVersionId } = await draft();
    const [before, entries] = [await versionOf(appVersionId), await auditCount()];
    const body = `{"longDescription":"half",${JSON.stringify(json).slice(1)}`;
    const options = { method: 'PATCH', body, headers: { 'content-type': 'application/json' } };
    expect(fieldsOf(await refusal(await harness.request(versionPath(appVersionId), options), 400))).toEqual([field]);
    expect([await versionOf(appVersionId), await auditCount()]).toEqual([before, entries]);
  });

  it('is possible in DEVELOPMENT only: 409 afterwards, and again when it was withdrawn', async () => {
    const { appVersionId } = await draft();
    await dataOf(await act(harness, appVersionId, 'SUBMIT_FOR_TECH_REVIEW', 'admin'));
    const error = await refusal(await patch(harness, appVersionId, { displayName: 'Late' }), 409);
    expect([error.code, error.description]).toEqual(['wrong_state', expect.stringContaining('IN_TECH_REVIEW')]);
    await dataOf(await act(harness, appVersionId, 'WITHDRAW_FROM_TECH_REVIEW', 'admin'));
    expect((await dataOf(await patch(harness, appVersionId, { displayName: 'Late' }))).displayName).toBe('Late');
  });

  it('of a version that is not the current one leaves the name of the app', async () => {
    const { appId, appVersionId } = await draft();
    await goLive(harness, appVersionId);
    const next = await addVersion(harness, appId, { version: '1.1.0' });
    await dataOf(await patch(harness, next.appVersionId, { displayName: 'Next' }));
    const nameOf = async () =>
      (await harness.deps.db.query<{ name: string }>('select name from apps where external_id = $1', [appId])).rows;
    expect(await nameOf()).toEqual([{ name: 'Vehicle Tracker' }]);
    await goLive(harness, next.appVersionId);
    expect(await nameOf()).toEqual([{ name: 'Next' }]);
  });

  it('is written into the audit log with what it changed', async () => {
    const { appVersionId } = await draft();
    await dataOf(await patch(harness, appVersionId, { displayName: 'Audited', url: { admin: '/admin' } }));
    const { rows } = await harness.deps.db.query(
      `select actor_name, before, after from audit_entries where subject_name = 'Audited' and action = 'update'`,
    );
    const before = { name: 'Vehicle Tracker', '1.0.0 displayName': 'Vehicle Tracker' };
    const after = { name: 'Audited', '1.0.0 displayName': 'Audited', '1.0.0 url': { admin: '/admin' } };
    expect(rows).toEqual([{ actor_name: 'ada@acme.example', before, after }]);
  });

  it('is written into the audit log without long texts, and with how long they were', async () => {
    const { appVersionId } = await draft({ longDescription: 'old '.repeat(4_000) });
    const menu = Array.from({ length: 40 }, (_, n) => ({ displayName: `Item ${n}`, relativePath: `/${n}` }));
    const longDescription = `${'x'.repeat(199)}\u{1F600}${'y'.repeat(9_799)}`;
    await dataOf(await patch(harness, appVersionId, { displayName: 'Long', longDescription, menu }));
    const { rows } = await harness.deps.db.query<{ before: object; after: Record<string, string> }>(
      `select before, after from audit_entries where subject_name = 'Long' and action = 'update'`,
    );
    expect(rows).toHaveLength(1);
    expect(rows[0]!.before).toMatchObject({
      '1.0.0 longDescription': `${'old '.repeat(4_000).slice(0, 200)}… (16000 characters)`,
    });
    expect(rows[0]!.after['1.0.0 longDescription']).toBe(`${'x'.repeat(199)}… (10000 characters)`);
    expect(rows[0]!.after['1.0.0 menu']).toMatch(/^\[\{"displayName":"Item 0".{175,190}… \(\d{4} characters\)$/);
  });

  it('by two at the same time loses neither', async () => {
    const { appVersionId } = await draft();
    const changes = [{ shortDescription: 'a' }, { longDescription: 'b' }, { packageName: 'c' }, { categories: ['d'] }];
    await Promise.all(changes.map(async (json) => dataOf(await patch(harness, appVersionId, json))));
    expect(await versionOf(appVersionId)).toMatchObject(Object.assign({}, ...changes));
  });
});

describe('versions', () => {
  let harness: Harness;
  beforeAll(async () => {
    harness = await createHarness('postgres');
  });
  afterAll(() => harness.close());

  let made = 0;
  const draft = (body: object = {}) => register(harness, { listingId: `app-${++made}`, ...body });
  const add = (appId: string, json: unknown) =>
    harness.request(`/developer/apps/${appId}/versions`, { method: 'POST', json });
  const remove = (id: string, as: 'admin' | 'agent' = 'admin') =>
    harness.request(versionPath(id), { method: 'DELETE', as });

  it('are added once one is ready to publish, as copies of their parent', async () => {
    const { appId, appVersionId } = await draft({ categories: ['fleet'] });
    expect((await refusal(await add(appId, { version: '1.1.0' }), 409)).code).toBe('not_ready');
    await getReady(harness, appVersionId);
    const next = await addVersion(harness, appId, { version: '1.1.0', parentVersion: '1.0.0' });
    expect(next).toMatchObject({ appId, version: '1.1.0', state: 'DEVELOPMENT', categories: ['fleet'] });
    expect((await refusal(await add(appId, { version: '1.2.0' }), 409)).code).toBe('phase_taken');
    const app = await dataOf<AppBody>(await harness.request(`/developer/apps/${appId}`));
    expect(app.versions.map(({ version, state }) => [version, state])).toEqual([
      ['1.0.0', 'READY_TO_PUBLISH'],
      ['1.1.0', 'DEVELOPMENT'],
    ]);
  });

  it.each([
    ['version', {}],
    ['version', { version: null }],
    ['version', { version: '1.0' }],
    ['version', { version: '1.0.0' }],
    ['parentVersion', { version: '2.0.0', parentVersion: '3.0.0' }],
    ['parentVersion', { version: '2.0.0', parentVersion: 1 }],
    ['displayName', { version: '2.0.0', displayName: 'x' }],
  ])('are refused with 400 that names %s: %j', async (field, json) => {
    const { appId, appVersionId } = await draft();
    await getReady(harness, appVersionId);
    expect(fieldsOf(await refusal(await add(appId, json), 400))).toEqual([field]);
  });

  it('are added once when two ask for it at the same time', async () => {
    const { appId, appVersionId } = await draft();
    await getReady(harness, appVersionId);
    const answers = await Promise.all(['1.1.0', '1.2.0'].map((version) => add(appId, { version })));
    expect(answers.map(({ status }) => String(status)).toSorted()).toEqual(['201', '409']);
  });

  it('are deleted in development, and then found no more', async () => {
    const { appId, appVersionId } = await draft();
    await getReady(harness, appVersionId);
    expect((await refusal(await remove(appVersionId), 409)).code).toBe('wrong_state');
    const next = await addVersion(harness, appId, { version: '1.1.0' });
    expect(await dataOf(await remove(next.appVersionId, 'agent'))).toEqual({
      appId,
      appVersionId: next.appVersionId,
      deleted: true,
    });
    await refusal(await harness.request(versionPath(next.appVersionId)), 404);
    await refusal(await remove(next.appVersionId), 404);
    expect((await dataOf<AppBody>(await harness.request(`/developer/apps/${appId}`))).versions).toHaveLength(1);
  });

  it('are not deleted while the account has one installed', async () => {
    const { appId, appVersionId, listingId } = await draft();
    await getReady(harness, appVersionId);
    const next = await addVersion(harness, appId, { version: '1.1.0' });
    const { rows } = await harness.deps.db.query<{ id: number }>('select id from apps where key = $1', [listingId]);
    const json = { app_id: rows[0]!.id, version: '1.1.0', settings: { name: 'Mine' } };
    const installed = await harness.request('/api/appyard/v1/installations', { method: 'POST', json });
    expect(installed.status).toBe(201);
    expect((await refusal(await remove(next.appVersionId), 409)).code).toBe('version_in_use');
  });

  it('take the app with them when there is no other, and free its listing id', async () => {
    const { appId, appVersionId, listingId } = await draft();
    await dataOf(await remove(appVersionId));
    await refusal(await harness.request(`/developer/apps/${appId}`), 404);
    expect((await draft({ listingId })).appId).not.toBe(appId);
  });
});
