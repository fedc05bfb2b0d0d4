import { createManagementClient, SharedModels, type ManagementClient } from '@kontent-ai/management-sdk';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Person } from '../support/accounts.ts';
import { createHarness, type Harness } from '../support/harness.ts';
import { environmentOf } from '../support/kontent.ts';
import { startRefusingProxy } from '../support/refusing-proxy.ts';

type KontentError = SharedModels.ContentManagementBaseKontentError;

const UUID = /^[0-9a-f-]{36}$/;
const newApp = { name: 'My app', codename: 'my_app', source_url: 'https://customapp.net' };

describe("the vendor's SDK", { timeout: 60_000 }, () => {
  let harness: Harness;
  let environmentId: string;
  let client: ManagementClient;
  beforeAll(async () => {
    harness = await createHarness('redis');
    environmentId = await environmentOf(harness);
    client = clientOf();
  });
  afterAll(() => harness.close());
  // The SDK writes every failure there, credentials included.
  beforeAll(() => {
    vi.spyOn(console, 'error').mockReturnValue();
    vi.spyOn(console, 'warn').mockReturnValue();
  });
  afterAll(() => void vi.restoreAllMocks());
  beforeEach(async () => {
    await harness.deps.db.query('delete from apps');
  });

  const clientOf = ({
    apiKey = harness.tokens.admin,
    environment = environmentId,
    attempts = 0,
    origin = harness.origin,
  } = {}) =>
    createManagementClient({
      apiKey,
      environmentId: environment,
      baseUrl: `${origin}/v2`,
      retryStrategy: { maxAttempts: attempts, deltaBackoffMs: 100, addJitter: false },
    });
  const as = (person: Person): ManagementClient => clientOf({ apiKey: harness.tokens[person] });
  const failureOf = async (promise: Promise<unknown>): Promise<KontentError> => {
    const [settled] = await Promise.allSettled([promise]);
    const error: unknown = settled.status === 'rejected' ? settled.reason : undefined;
    if (!(error instanceof SharedModels.ContentManagementBaseKontentError))
      throw new Error(`no such error: ${String(error)}`);
    expect(error.requestId).toMatch(UUID);
    expect(error.message).toMatch(/\S/);
    return error;
  };

  it('adds an app and gets it by id and by codename', async () => {
    const roles = (await client.listRoles().toPromise()).data.roles;
    const added = await client
      .addCustomApp()
      .withData({
        ...newApp,
        config: '{"a":1}',
        allowed_roles: [{ codename: 'project-manager' }, { id: roles[1]!.id }],
        display_mode: 'dialog',
      })
      .toPromise();
    expect(added.debug.response.status).toBe(201);
    expect(added.rawData).toEqual({
      id: expect.stringMatching(UUID),
      ...newApp,
      config: '{"a":1}',
      allowed_roles: [{ id: roles[0]!.id }, { id: roles[1]!.id }],
      display_mode: 'dialog',
    });
    const { id } = added.data;
    expect((await client.getCustomApp().byCustomAppId(id).toPromise()).rawData).toEqual(added.rawData);
    expect((await client.getCustomApp().byCustomAppCodename('my_app').toPromise()).rawData).toEqual(added.rawData);
  });

  it('adds an app with no more than its types ask for', async () => {
    const { data } = await client
      .addCustomApp()
      .withData({ name: 'My new app', source_url: 'https://a.example' })
      .toPromise();
    expect(data._raw).toMatchObject({
      codename: 'my_new_app',
      config: null,
      allowed_roles: [],
      display_mode: 'fullScreen',
    });
  });

  it('modifies an app by id and by codename', async () => {
    const { id } = (await client.addCustomApp().withData(newApp).toPromise()).data;
    const byId = await client
      .modifyCustomApp()
      .byCustomAppId(id)
      .withData([
        { op: 'addInto', property_name: 'allowed_roles', value: [{ codename: 'editor' }, { codename: 'developer' }] },
        { op: 'remove', property_name: 'allowed_roles', value: [{ codename: 'editor' }] },
        { op: 'replace', property_name: 'name', value: 'New name' },
        { op: 'replace', property_name: 'config', value: null },
      ])
      .toPromise();
    const developer = (await client.viewRole().byCodename('developer').toPromise()).data;
    expect(byId.rawData).toMatchObject({ id, name: 'New name', config: null, allowed_roles: [{ id: developer.id }] });
    const byCodename = await client
      .modifyCustomApp()
      .byCustomAppCodename('my_app')
      .withData([{ op: 'replace', property_name: 'display_mode', value: 'dialog' }])
      .toPromise();
    expect(byCodename.rawData).toEqual({ ...byId.rawData, display_mode: 'dialog' });
  });

  it('deletes an app by id and by codename', async () => {
    const { id } = (await client.addCustomApp().withData(newApp).toPromise()).data;
    await client
      .addCustomApp()
      .withData({ ...newApp, codename: 'other' })
      .toPromise();
    expect((await client.deleteCustomApp().byCustomAppId(id).toPromise()).debug.response.status).toBe(204);
    await client.deleteCustomApp().byCustomAppCodename('other').toPromise();
    expect((await client.listCustomApps().toPromise()).data.items).toEqual([]);
  });

  it('lists roles and views them', async () => {
    const { roles } = (await client.listRoles().toPromise()).data;
    expect(roles.map(({ codename }) => codename)).toEqual(['project-manager', 'developer', 'editor']);
    expect((await client.viewRole().byId(roles[2]!.id).toPromise()).data).toEqual(roles[2]);
    expect((await client.viewRole().byCodename('editor').toPromise()).data).toEqual(roles[2]);
  });

  it('pages over 250 apps, all at once and by hand', async () => {
    const codenames = Array.from({ length: 250 }, (_, i) => `app_${i}`);
    for (const codename of codenames)
      await client
        .addCustomApp()
        .withData({ ...newApp, codename })
        .toPromise();
    const all = await client.listCustomApps().toAllPromise();
    expect(all.data.items.map(({ codename }) => codename)).toEqual(codenames);
    const { pagination, items } = all.responses[0]!.data;
    const second = await client.listCustomApps().xContinuationToken(pagination.continuationToken!).toPromise();
    expect(second.data.items[0]!.codename).toBe(codenames[items.length]);
  });

  it('tells each failure as an error of its own kind', async () => {
    const { id } = (await client.addCustomApp().withData(newApp).toPromise()).data;
    const stranger = 'f4b3fc05-e988-4dae-9ac1-a94aba566474';
    const get = (of: ManagementClient, appId = id) => of.getCustomApp().byCustomAppId(appId).toPromise();

    const unknown = await failureOf(get(client, stranger));
    expect(unknown).toMatchObject({ errorCode: 100, validationErrors: [] });
    expect(unknown.message).toBe(`The requested custom app '${stranger}' was not found.`);
    expect(await failureOf(get(clientOf({ environment: stranger })))).toMatchObject({ errorCode: 100 });
    expect(await failureOf(get(as('other')))).toMatchObject({ errorCode: 100 });
    expect(await failureOf(get(clientOf({ apiKey: 'wrong' })))).toMatchObject({ errorCode: 401 });
    expect(await failureOf(get(as('operator')))).toMatchObject({ errorCode: 403 });
    expect(await failureOf(as('agent').deleteCustomApp().byCustomAppId(id).toPromise())).toMatchObject({
      errorCode: 403,
    });

    const again = await failureOf(client.addCustomApp().withData(newApp).toPromise());
    expect(again.errorCode).toBe(5);
    expect(again.validationErrors.map(({ message }) => message)).toEqual([expect.stringMatching(/^codename: .*taken/)]);
    const empty = await failureOf(client.addCustomApp().withData({ name: '', source_url: '' }).toPromise());
    expect(empty.validationErrors.map(({ message }) => message.split(':')[0])).toEqual(['name', 'source_url']);
    const changed = client
      .modifyCustomApp()
      .byCustomAppId(id)
      .withData([{ op: 'addInto', property_name: 'allowed_roles', value: [{ codename: 'nobody' }] }]);
    expect((await failureOf(changed.toPromise())).validationErrors).toHaveLength(1);
    expect(await failureOf(client.listCustomApps().xContinuationToken('wrong').toPromise())).toMatchObject({
      errorCode: 5,
    });
    const large = { ...newApp, codename: 'large', config: 'x'.repeat(2_000_000) };
    expect(await failureOf(client.addCustomApp().withData(large).toPromise())).toMatchObject({ errorCode: 413 });
    expect((await get(client)).data.name).toBe('My app');
  });

  it('waits as long as it is told when it is refused with 429, and adds the app once', async () => {
    const body = { request_id: crypto.randomUUID(), error_code: 10_000, message: 'Too many requests.' };
    const proxy = await startRefusingProxy(harness.origin, {
      refuse: 2,
      status: 429,
      headers: { 'retry-after': '1', 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    try {
      const patient = clientOf({ origin: proxy.origin, attempts: 5 });
      await patient.addCustomApp().withData(newApp).toPromise();
      const [first, second, third] = proxy.times as [number, number, number];
      expect(proxy.times).toHaveLength(3);
      for (const waited of [second - first, third - second]) expect(waited).toBeGreaterThan(900);
      expect((await client.listCustomApps().toPromise()).data.items).toHaveLength(1);
    } finally {
      await proxy.close();
    }
  });
});
