import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { actingAs } from '../../support/acting-as.ts';
import { read } from '../../support/client.ts';
import { emails } from '../../support/accounts.ts';
import { createHarness, type Harness } from '../../support/harness.ts';
import {
  addOffering,
  fieldsOf,
  publishOffering,
  send,
  xurrentRefusal,
  type InstanceBody,
  type OfferingBody,
} from '../../support/xurrent.ts';

const SHOWN = [
  'app_offering',
  'created_at',
  'customer_account',
  'disabled',
  'enabled_by_customer',
  'id',
  'nodeID',
  'updated_at',
];

describe('app instances', () => {
  let harness: Harness;
  let customer: Pick<Harness, 'request'>;
  beforeAll(async () => {
    harness = await createHarness('postgres');
    customer = actingAs(harness, 'other');
  });
  afterAll(() => harness.close());

  let made = 0;
  /** An offering of acme that everyone may install. */
  const published = async (overrides: Record<string, unknown> = {}): Promise<OfferingBody> => {
    made += 1;
    const { id } = await addOffering(harness, { name: `Offering ${made}`, ...overrides });
    return publishOffering(harness, id);
  };
  const install = (json: unknown, api = customer) => send(api, 'POST', '/v1/app_instances', { json });
  const installed = async (offering: OfferingBody, api = customer, json: object = {}): Promise<InstanceBody> =>
    read<InstanceBody>(await install({ app_offering_id: offering.id, ...json }, api), 201);
  const patch = (id: number, json: unknown, api: Pick<Harness, 'request'> = customer) =>
    send(api, 'PATCH', `/v1/app_instances/${id}`, { json });
  const get = async (id: number | string, api: Pick<Harness, 'request'> = customer) =>
    read<InstanceBody>(await api.request(`/v1/app_instances/${id}`), 200);
  const list = async (route: string, api: Pick<Harness, 'request'> = customer) =>
    read<InstanceBody[]>(await api.request(route), 200);

  it('keep no more custom fields than one request may send, however many requests there are', async () => {
    const { id } = await installed(await published());
    const fields = (name: string) => Array.from({ length: 150 }, (_, n) => ({ id: `${name}${n}`, value: 'x' }));
    expect((await patch(id, { custom_fields: fields('a') })).status).toBe(200);
    expect(fieldsOf(await xurrentRefusal(await patch(id, { custom_fields: fields('b') }), 422))).toEqual([
      'custom_fields',
    ]);
    expect((await get(id)).custom_fields).toHaveLength(150);
  });

  it('are made by installing an offering, and show every field', async () => {
    const offering = await published();
    const representative = await harness.deps.db.query<{ id: number }>('select id from users where email = $1', [
      emails.other,
    ]);
    const instance = await installed(offering, customer, {
      custom_fields: [{ id: 'url', value: 'https://x.example' }],
      customer_representative_id: representative.rows[0]!.id,
    });
    expect(instance).toEqual({
      id: instance.id,
      nodeID: Buffer.from(`localhost/AppInstance/${instance.id}`).toString('base64url'),
      app_offering: { reference: offering.reference, id: offering.id, account: { id: 'acme', name: 'acme' } },
      customer_account: { id: 'other', name: 'other' },
      customer_representative: { id: representative.rows[0]!.id, name: emails.other },
      custom_fields: [{ id: 'url', value: 'https://x.example' }],
      disabled: false,
      enabled_by_customer: true,
      suspended: false,
      suspension_comment: null,
      webhook: null,
      attachments: [],
      created_at: instance.created_at,
      updated_at: instance.created_at,
    });
    expect(await get(instance.id)).toEqual(instance);
    expect(await get(instance.nodeID)).toEqual(instance);
    const { rows } = await harness.deps.db.query<{ state: string; enabled: boolean }>(
      'select state, enabled from installations where id = $1',
      [instance.id],
    );
    expect(rows).toEqual([{ state: 'installed', enabled: true }]);
  });

  it('cannot be made of what the account does not see, has installed, or may no longer install', async () => {
    const draft = await addOffering(harness, { name: 'Only a draft' });
    const twice = await published();
    await installed(twice);
    const closed = await published({ disabled: true });
    for (const id of [draft.id, twice.id, closed.id, 999_999, 0, -1, 'abc', null, undefined, {}, [1], 2 ** 60])
      expect(fieldsOf(await xurrentRefusal(await install({ app_offering_id: id }), 422))).toEqual(['app_offering_id']);
    const { rowCount } = await harness.deps.db.query('select 1 from installations where app_id = any($1)', [
      [draft.id, closed.id],
    ]);
    expect(rowCount).toBe(0);
  });

  it('can be made by the provider of its own draft', async () => {
    const draft = await addOffering(harness, { name: 'Tried at home' });
    const instance = await installed(draft, harness, { suspended: true, enabled_by_customer: false });
    expect(instance).toMatchObject({ suspended: true, enabled_by_customer: false });
    expect(instance).not.toHaveProperty('account');
    expect(instance.app_offering).toEqual({ reference: draft.reference, id: draft.id });
  });

  it('are changed by each side in its own fields', async () => {
    const { id } = await installed(await published());
    const byCustomer = { enabled_by_customer: 'false', custom_fields: [{ id: 'a', value: 1 }] };
    expect(await read<InstanceBody>(await patch(id, byCustomer), 200)).toMatchObject({
      enabled_by_customer: false,
      custom_fields: [{ id: 'a', value: 1 }],
      disabled: false,
    });
    const byProvider = { disabled: true, suspended: 1, suspension_comment: 'Not paid' };
    expect(await read<InstanceBody>(await patch(id, byProvider, harness), 200)).toMatchObject({
      account: { id: 'other', name: 'other' },
      disabled: true,
      suspended: true,
      suspension_comment: 'Not paid',
      enabled_by_customer: false,
    });
    const otherwise = { disabled: false, suspended: 0, suspension_comment: 'Paid' };
    const refusedCustomer = await xurrentRefusal(await patch(id, otherwise), 422);
    expect(fieldsOf(refusedCustomer)).toEqual(['disabled', 'suspended', 'suspension_comment']);
    const more = { enabled_by_customer: true, custom_fields: [{ id: 'a', value: 2 }] };
    const refusedProvider = await xurrentRefusal(await patch(id, more, harness), 422);
    expect(fieldsOf(refusedProvider)).toEqual(['custom_fields', 'enabled_by_customer']);
  });

  it('merge custom fields by their ids, and drop those that are emptied', async () => {
    const { id } = await installed(await published(), customer, {
      custom_fields: [
        { id: 'a', value: 'one' },
        { id: 'b', value: ['x', 'y'] },
      ],
    });
    const changed = await patch(id, {
      custom_fields: [
        { id: 'a', value: '' },
        { id: 'c', value: false },
      ],
    });
    expect((await read<InstanceBody>(changed, 200)).custom_fields).toEqual([
      { id: 'b', value: ['x', 'y'] },
      { id: 'c', value: false },
    ]);
    expect((await read<InstanceBody>(await patch(id, { custom_fields: null }), 200)).custom_fields).toEqual([]);
  });

  it.each([
    ['app_offering_id', 999_999],
    ['custom_fields', 'text'],
    ['custom_fields', [{ id: 'a' }]],
    ['custom_fields', [{ id: '', value: 1 }]],
    ['custom_fields', [{ id: 'a', value: {} }]],
    ['custom_fields', [{ id: 'a', value: 1, x: 1 }]],
    ['custom_fields', [{ id: 'a', value: 'a\0b' }]],
    [
      'custom_fields',
      [
        { id: 'a', value: 1 },
        { id: 'a', value: 2 },
      ],
    ],
    ['custom_fields', [{ id: 'a', value: 'x'.repeat(70_000) }]],
    ['customer_representative_id', 999_999],
    ['customer_representative_id', 'Bob'],
    ['enabled_by_customer', {}],
  ])('refuse %s when it is %j', async (field, value) => {
    const [{ id }] = (await list('/v1/app_instances?per_page=1')) as [InstanceBody];
    const before = await get(id);
    expect(fieldsOf(await xurrentRefusal(await patch(id, { [field]: value }), 422))).toEqual([field]);
    expect(await get(id)).toEqual(before);
  });

  it('are listed for both sides, enabled and disabled ones also apart', async () => {
    const offering = await published();
    const { id } = await installed(offering);
    await patch(id, { disabled: true }, harness);
    for (const api of [customer, harness]) {
      const found = await list('/v1/app_instances?per_page=100', api);
      expect(found.find((one) => one.id === id)).toMatchObject({ disabled: true });
      const keys = Object.keys(found.find((one) => one.id === id)!).filter((key) => key !== 'account');
      expect(keys.sort()).toEqual(SHOWN);
      expect((await list('/v1/app_instances/disabled', api)).map((one) => one.id)).toContain(id);
      expect((await list('/v1/app_instances/enabled?per_page=100', api)).map((one) => one.id)).not.toContain(id);
      expect((await list('/v1/app_instances?disabled=true', api)).every(({ disabled }) => disabled)).toBe(true);
    }
    const first = (await list('/v1/app_instances?sort=-id&per_page=1'))[0]!;
    expect((await list(`/v1/app_instances?id=<${first.id}&sort=-id`)).map((one) => one.id)).not.toContain(first.id);
  });

  it('of one offering are listed for its provider only', async () => {
    const offering = await published();
    const [one, two] = [await installed(offering), await installed(offering, harness)];
    const found = await list(`/v1/app_offerings/${offering.id}/app_instances`, harness);
    expect(found.map(({ id }) => id)).toEqual([one.id, two.id]);
    expect(await list(`/v1/app_offerings/${offering.nodeID}/app_instances/`, harness)).toEqual(found);
    await xurrentRefusal(await customer.request(`/v1/app_offerings/${offering.id}/app_instances`), 403);
  });

  it('are removed by the account that has them, and by nobody else', async () => {
    const offering = await published();
    const { id } = await installed(offering);
    await xurrentRefusal(await send(harness, 'DELETE', `/v1/app_instances/${id}`), 403);
    await xurrentRefusal(await send(harness, 'DELETE', `/v1/app_instances/${id}`, { as: 'agent' }), 403);
    expect((await send(customer, 'DELETE', `/v1/app_instances/${id}`)).status).toBe(204);
    await xurrentRefusal(await customer.request(`/v1/app_instances/${id}`), 404);
    const { rowCount } = await harness.deps.db.query(
      `select 1 from door_records where type = 'app_instance' and key = $1`,
      [String(id)],
    );
    expect(rowCount).toBe(0);
    expect((await installed(offering)).id).toBeGreaterThan(id);
  });

  it('make an offering one that is consumed', async () => {
    const offering = await published({ name: 'Consumed as it was' });
    const consumed = async () =>
      (await read<OfferingBody[]>(await customer.request('/v1/app_offerings/consumed?per_page=100'), 200)).find(
        ({ id }) => id === offering.id,
      );
    expect(await consumed()).toBeUndefined();
    await installed(offering);
    await send(harness, 'PATCH', `/v1/app_offerings/${offering.id}`, { json: { name: 'Newer' } });
    await publishOffering(harness, offering.id);
    expect(await consumed()).toMatchObject({ name: 'Consumed as it was', account: { id: 'acme' } });
  });

  it('move to the version that was published last when their account asks, also of a disabled offering', async () => {
    const worker = harness.startWorker();
    const offering = await published({ name: 'Before' });
    const { id } = await installed(offering);
    const json = { name: 'After', disabled: true };
    await send(harness, 'PATCH', `/v1/app_offerings/${offering.id}`, { json });
    await publishOffering(harness, offering.id);
    await xurrentRefusal(await send(harness, 'POST', `/v1/app_instances/${id}/upgrade`), 403);
    await xurrentRefusal(await customer.request(`/v1/app_instances/${id}/upgrade`), 405);
    expect(await read(await send(customer, 'POST', `/v1/app_instances/${id}/upgrade`), 202)).toMatchObject({ id });
    await vi.waitFor(
      async () => {
        const consumed = await customer.request(`/v1/app_offerings/consumed?id=${offering.id}`);
        expect(await read(consumed, 200)).toMatchObject([{ name: 'After', disabled: true }]);
      },
      { timeout: 10_000, interval: 20 },
    );
    await worker.close(1_000);
    const draft = await installed(await addOffering(harness, { name: 'Never published' }), harness);
    await xurrentRefusal(await send(harness, 'POST', `/v1/app_instances/${draft.id}/upgrade`), 422);
  });

  it('are also what was installed through another door, and can be changed and removed', async () => {
    const offering = await published();
    const json = { app_id: offering.id };
    const native = await send(customer, 'POST', '/api/appyard/v1/installations', { json });
    const { id } = (await read<{ data: { id: number } }>(native, 201)).data;
    expect(await get(id)).toMatchObject({ disabled: false, suspended: false, custom_fields: [] });
    expect(await list(`/v1/app_instances?id=${id}&disabled=false`)).toHaveLength(1);
    expect(await read(await patch(id, { suspended: true }, harness), 200)).toMatchObject({ suspended: true });
    expect((await send(customer, 'DELETE', `/v1/app_instances/${id}`)).status).toBe(204);
  });

  it("stand in the customer's audit log, also when the provider changes them, who is not named", async () => {
    const { id } = await installed(await published(), customer, { custom_fields: [{ id: 'key', value: 'hush-hush' }] });
    await patch(id, { suspended: true, suspension_comment: 'Not paid' }, harness);
    await send(customer, 'DELETE', `/v1/app_instances/${id}`);
    const { rows } = await harness.deps.db.query<{
      action: string;
      actor_name: string;
      after: object;
      subdomain: string;
    }>(
      `select e.action, e.actor_name, e.after, a.subdomain from audit_entries e join accounts a on a.id = e.account_id
       where e.subject_type = 'installation' and e.subject_id = $1 order by e.id`,
      [id],
    );
    expect(rows.map(({ action, actor_name, subdomain }) => [action, actor_name, subdomain])).toEqual([
      ['create', emails.other, 'other'],
      ['update', 'developer of the app', 'other'],
      ['destroy', emails.other, 'other'],
    ]);
    expect(rows[1]!.after).toEqual({ suspended: true, suspension_comment: 'Not paid' });
    expect(JSON.stringify(rows)).not.toContain('hush-hush');
  });
});
