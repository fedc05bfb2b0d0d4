import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildApp, uploadPackage } from '../../support/client.ts';
import { createHarness, type Harness } from '../../support/harness.ts';
import { environmentOf, kontentFault, newApp } from '../../support/kontent.ts';
import { kustomerFaultOf } from '../../support/kustomer.ts';
import { faultOf as os1FaultOf, getReady, newApp as os1App, REGISTER, type AppBody } from '../../support/os1.ts';
import { buildArchive } from '../../support/packages.ts';
import { faultOf } from '../../support/refusal.ts';
import { expectReplay, sendKeyed } from '../../support/replays.ts';
import { addOffering, newOffering, publishOffering, serviceInstanceOf, xurrentFault } from '../../support/xurrent.ts';

type Fault = (status: number, text: string) => string | undefined;

interface Make {
  route: string;
  json: unknown;
  /** Another request. */
  other: unknown;
  status: number;
  /** What is wrong with a refusal of the door. */
  fault: Fault;
}

describe('an Idempotency-Key', () => {
  let harness: Harness;
  let app: number;
  let environment: string;
  beforeAll(async () => {
    harness = await createHarness('postgres');
    harness.startWorker();
    app = await buildApp(harness, buildArchive());
    environment = await environmentOf(harness);
  });
  afterAll(() => harness.close());

  const count = async (table: string): Promise<number> =>
    (await harness.deps.db.query<{ count: number }>(`select count(*) from ${table}`)).rows[0]!.count;
  let keys = 0;
  /** How many are made: of a request, its repeat, and another one under its key, which is refused in the door's words. */
  const madeBy = async (table: string, { route, json, other, status, fault }: Make): Promise<number> => {
    const key = `holds-${(keys += 1)}`;
    const before = await count(table);
    await expectReplay(harness, route, key, { json, status });
    const refused = await sendKeyed(harness, route, key, { json: other });
    expect([refused.status, refused.replayed, fault(refused.status, refused.text)]).toEqual([422, null, undefined]);
    expect(refused.text).toContain('Idempotency-Key');
    return (await count(table)) - before;
  };

  it('makes a build once, of a new app and of a new version', async () => {
    const [first, second] = [
      await uploadPackage(harness, buildArchive()),
      await uploadPackage(harness, buildArchive()),
    ];
    const json = { upload_id: first };
    const other = { upload_id: first, name: 'Another' };
    expect(await madeBy('jobs', { route: '/api/apps.json', json, other, status: 202, fault: faultOf })).toBe(1);
    const update = { method: 'PUT', json: { upload_id: second }, status: 200 };
    const { job_id } = await expectReplay<{ job_id: string }>(harness, `/api/v2/apps/${app}`, 'update', update);
    expect(job_id).toMatch(/^[0-9a-f]{32}$/);
    const elsewhere = await sendKeyed(harness, `/api/v2/apps/${app + 1}`, 'update', update);
    expect([elsewhere.status, faultOf(elsewhere.status, elsewhere.text)]).toEqual([422, undefined]);
  });

  it('makes an installation once, at the vendor’s door and at our own', async () => {
    const json = { app_id: app, settings: { name: 'Mine' } };
    const fields = { json, other: { ...json, enabled: false }, status: 201, fault: faultOf };
    expect(await madeBy('installations', { route: '/api/v2/apps/installations.json', ...fields })).toBe(1);
    const nativeFault: Fault = (_status, text) =>
      (JSON.parse(text) as { error?: { code?: string } }).error?.code === 'idempotency_key_reused' ? undefined : text;
    expect(
      await madeBy('installations', { route: '/api/appyard/v1/installations', ...fields, fault: nativeFault }),
    ).toBe(1);
  });

  it('takes the same for the same, however it is written', async () => {
    const route = '/api/v2/apps/installations';
    const json = { app_id: app, settings: { name: 'Same' }, enabled: true };
    const first = await sendKeyed(harness, route, 'same', { json });
    for (const body of [
      `{ "settings": {"name": "Same"}, "app_id": "${app}" }`,
      JSON.stringify({ enabled: true, settings: { name: 'Same' }, app_id: app }),
    ]) {
      const headers = { 'content-type': 'application/json; charset=UTF-8' };
      expect(await sendKeyed(harness, route, 'same', { body, headers })).toMatchObject({
        status: 201,
        text: first.text,
        replayed: 'true',
      });
    }
    expect((await sendKeyed(harness, '/api/sell/apps/installations', 'same', { json })).status).toBe(422);
  });

  it('registers and installs at the Kustomer door once', async () => {
    const fault = kustomerFaultOf;
    const route = '/v1/apps/available';
    const definition = { app: 'once', version: '1.0.0', title: 'Once' };
    const other = { ...definition, title: 'Twice' };
    expect(await madeBy('app_versions', { route, json: definition, other, status: 201, fault })).toBe(1);
    const next = { ...definition, version: '1.0.1' };
    expect(
      await madeBy('app_versions', { route, json: next, other: { ...next, version: '1.0.2' }, status: 201, fault }),
    ).toBe(1);
    const install = { app: 'once', version: '1.0.0' };
    const upgrade = { app: 'once', version: '1.0.1' };
    expect(
      await madeBy('installations', { route: '/v1/apps/install', json: install, other: upgrade, status: 202, fault }),
    ).toBe(1);
    expect(await madeBy('jobs', { route: '/v1/apps/install', json: upgrade, other: install, status: 202, fault })).toBe(
      1,
    );
  });

  it('adds a custom app at the Kontent.ai door once, also where a codename has to be found', async () => {
    const route = `/v2/projects/${environment}/custom-apps`;
    const { codename: _, ...json } = newApp({ name: 'Once' });
    const other = { ...json, name: 'Twice' };
    for (const _time of [1, 2])
      expect(await madeBy('apps', { route, json, other, status: 201, fault: kontentFault })).toBe(1);
  });

  it('makes apps and versions at the OS1 door once', async () => {
    const other = { ...os1App, displayName: 'Another' };
    const fields = { status: 201, fault: os1FaultOf };
    expect(await madeBy('apps', { route: REGISTER, json: os1App, other, ...fields })).toBe(1);
    const key = 'os1';
    const json = { ...os1App, listingId: 'once-more' };
    const { data } = await expectReplay<{ data: AppBody }>(harness, REGISTER, key, { json, status: 201 });
    await getReady(harness, data.appVersionId);
    const route = `/developer/apps/${data.appId}/versions`;
    expect(
      await madeBy('app_versions', { route, json: { version: '1.1.0' }, other: { version: '1.2.0' }, ...fields }),
    ).toBe(1);
  });

  it('makes everything at the Xurrent door once', async () => {
    const fault = xurrentFault;
    const json = newOffering(await serviceInstanceOf(harness), { name: 'Once' });
    const other = { ...json, name: 'Twice' };
    expect(await madeBy('apps', { route: '/v1/app_offerings', json, other, status: 201, fault })).toBe(1);
    const { id } = await addOffering(harness, { name: 'Published' });
    const publish = `/v1/app_offerings/${id}/publish`;
    const versions = await count('app_versions');
    await expectReplay(harness, publish, 'publish', { status: 200 });
    expect(await count('app_versions')).toBe(versions + 1);
    await publishOffering(harness, id);
    const instance = { app_offering_id: id };
    const disabled = { ...instance, enabled_by_customer: false };
    const instances = { route: '/v1/app_instances', json: instance, other: disabled, status: 201, fault };
    expect(await madeBy('installations', instances)).toBe(1);
    const upgraded = await sendKeyed(harness, '/v1/app_instances/1/upgrade', 'none', {});
    expect([upgraded.status, upgraded.replayed]).toEqual([404, null]);
    for (const route of ['/v1/service_instances', '/v1/ui_extension_versions'])
      expect(
        await madeBy('door_records', { route, json: { name: 'a' }, other: { name: 'b' }, status: 201, fault }),
      ).toBe(1);
    const [es256, es384] = [{ jwt_alg: 'es256' }, { jwt_alg: 'es384' }];
    expect(
      await madeBy('signing_keys', { route: '/v1/webhook_policies', json: es256, other: es384, status: 201, fault }),
    ).toBe(1);
  });

  it('belongs to its account, and is of one request whichever route it came by', async () => {
    const first = await expectReplay(harness, '/v1/service_instances', 'mine', { json: { name: 'x' }, status: 201 });
    const theirs = await sendKeyed(harness, '/v1/service_instances', 'mine', { as: 'other', json: { name: 'y' } });
    expect([theirs.status, theirs.replayed]).toEqual([201, null]);
    expect(theirs.text).not.toBe(JSON.stringify(first));
    const elsewhere = await sendKeyed(harness, '/v1/ui_extension_versions', 'mine', { json: { name: 'x' } });
    expect([elsewhere.status, xurrentFault(elsewhere.status, elsewhere.text)]).toEqual([422, undefined]);
  });

  it('remembers no refusal: mended, the request goes under the same key', async () => {
    const route = '/api/apps.json';
    const bad = { upload_id: 'x' };
    for (const json of [bad, bad, { upload_id: 999_999 }]) {
      const refused = await sendKeyed(harness, route, 'mended', { json });
      expect([faultOf(refused.status, refused.text), refused.replayed]).toEqual([undefined, null]);
    }
    const json = { upload_id: await uploadPackage(harness, buildArchive()) };
    await expectReplay(harness, route, 'mended', { json, status: 202 });
  });

  it('has 1 to 255 visible ASCII characters; another one is refused by its name, and nothing is made', async () => {
    const json = { name: 'x' };
    const before = await count('door_records');
    for (const key of ['', ' ', 'a b', 'ä', 'a'.repeat(256), 'a\tb']) {
      const refused = await sendKeyed(harness, '/v1/service_instances', key, { json });
      expect([key, refused.status, xurrentFault(refused.status, refused.text)]).toEqual([key, 422, undefined]);
      expect(refused.text).toContain('Idempotency-Key');
    }
    expect(await count('door_records')).toBe(before);
    for (const key of ['a', '!"~', 'a'.repeat(255)])
      await expectReplay(harness, '/v1/service_instances', key, { json, status: 201 });
  });
});
