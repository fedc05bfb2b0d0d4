import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { actingAs } from '../../support/acting-as.ts';
import { read } from '../../support/client.ts';
import { createHarness, type Harness } from '../../support/harness.ts';
import { addOffering, fieldsOf, publishOffering, send, xurrentRefusal } from '../../support/xurrent.ts';

type Fields = Record<string, unknown>;
type Api = Pick<Harness, 'request'>;

/** Sends values as the vendor's Ruby client does: scalars as texts, nothing as an empty text. */
const stringified = (record: Fields): Fields =>
  Object.fromEntries(Object.entries(record).map(([name, value]) => [name, textOf(value)]));

const textOf = (value: unknown): unknown =>
  typeof value === 'object' && value !== null
    ? value
    : value === null
      ? ''
      : JSON.stringify(value).replace(/^"|"$/g, '');

describe('a whole record that is sent back', () => {
  let harness: Harness;
  let customer: Api;
  beforeAll(async () => {
    harness = await createHarness('postgres');
    harness.startWorker();
    customer = actingAs(harness, 'other');
  });
  afterAll(() => harness.close());

  const show = async (api: Api, path: string): Promise<Fields> => read<Fields>(await api.request(path), 200);
  const make = async (api: Api, path: string, json: Fields): Promise<string> =>
    `${path}/${(await read<{ id: number }>(await send(api, 'POST', path, { json }), 201)).id}`;
  /** Sends a record back as it was shown, in both ways, and gives the names of what was ignored. */
  const sendBack = async (api: Api, path: string): Promise<string[]> => {
    const shown = await show(api, path);
    const { updated_at: _, ...before } = shown;
    let ignored = '';
    for (const json of [shown, stringified(shown)])
      for (const method of ['PATCH', 'PUT']) {
        const answer = await send(api, method, path, { json });
        ignored = String(answer.headers.get('x-appyard-ignored'));
        expect([method, await read<Fields>(answer, 200)]).toMatchObject([method, before]);
      }
    return ignored.split(', ').toSorted();
  };

  it('changes nothing of an app offering, published or not, and the answer names what was ignored', async () => {
    const { id } = await addOffering(harness, { name: 'Whole' });
    const path = `/v1/app_offerings/${id}`;
    const ignored = ['attachments', 'created_at', 'id', 'nodeID', 'service_instance', 'ui_extension_version'];
    expect(await sendBack(harness, path)).toEqual([...ignored, 'updated_at']);
    await publishOffering(harness, id);
    expect(await sendBack(harness, path)).toEqual([...ignored, 'updated_at']);
  });

  it('changes nothing of an app instance, whichever side sends it', async () => {
    const { id } = await addOffering(harness, { name: 'On both sides' });
    await publishOffering(harness, id);
    const custom_fields = [{ id: 'a', value: 1 }];
    const path = await make(customer, '/v1/app_instances', { app_offering_id: id, custom_fields });
    const provided = { suspended: true, suspension_comment: 'Not paid' };
    await read(await send(harness, 'PATCH', path, { json: provided }), 200);
    for (const api of [harness, customer]) expect(await sendBack(api, path)).toContain('customer_account');
    const json = { ...(await show(customer, path)), suspended: false };
    expect(fieldsOf(await xurrentRefusal(await send(customer, 'PATCH', path, { json }), 422))).toEqual(['suspended']);
  });

  it('changes nothing of a webhook policy, of its own or of an offering, and another algorithm is refused', async () => {
    const own = await make(harness, '/v1/webhook_policies', { jwt_alg: 'es256', jwt_claim_expires_in: 5 });
    const { id } = await addOffering(harness, { name: 'With a policy', policy_jwt_claim_expires_in: 7 });
    const ofOffering = await make(harness, '/v1/webhook_policies', { app_offering_id: id });
    for (const path of [own, ofOffering]) {
      expect(await sendBack(harness, path)).toEqual([
        'app_offering',
        'created_at',
        'id',
        'name',
        'nodeID',
        'updated_at',
      ]);
      const json = { ...(await show(harness, path)), jwt_alg: 'rs512' };
      expect(fieldsOf(await xurrentRefusal(await send(harness, 'PATCH', path, { json }), 422))).toEqual(['jwt_alg']);
    }
  });

  it('is not taken for a new one: what is required is still demanded', async () => {
    const { id } = await addOffering(harness, { name: 'Copied' });
    const shown = await show(harness, `/v1/app_offerings/${id}`);
    const refused = await send(harness, 'POST', '/v1/app_offerings', { json: { ...shown, reference: 'copied-2' } });
    expect(fieldsOf(await xurrentRefusal(refused, 422))).toEqual(['service_instance_id']);
  });
});
