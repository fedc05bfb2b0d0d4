import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { actingAs } from '../../support/acting-as.ts';
import { read } from '../../support/client.ts';
import { createHarness, type Harness } from '../../support/harness.ts';
import {
  addOffering,
  fieldsOf,
  newOffering,
  publishOffering,
  send,
  serviceInstanceOf,
  xurrentRefusal,
  type OfferingBody,
} from '../../support/xurrent.ts';

const FIELDS = [
  'attachments',
  'card_description',
  'compliance',
  'configuration_uri_template',
  'created_at',
  'description',
  'disabled',
  'features',
  'id',
  'name',
  'nodeID',
  'openid_connect_discovery',
  'picture_uri',
  'policy_jwt_alg',
  'policy_jwt_audience',
  'policy_jwt_claim_expires_in',
  'reference',
  'requires_enabled_oauth_person',
  'service_instance',
  'source',
  'sourceID',
  'ui_extension_version',
  'updated_at',
  'webhook_uri_template',
];
const DEFAULTS = {
  attachments: [],
  card_description: null,
  compliance: null,
  configuration_uri_template: null,
  description: null,
  disabled: false,
  features: null,
  openid_connect_discovery: false,
  picture_uri: null,
  policy_jwt_audience: null,
  policy_jwt_claim_expires_in: null,
  requires_enabled_oauth_person: false,
  source: null,
  sourceID: null,
  ui_extension_version: null,
};

describe('app offerings', () => {
  let harness: Harness;
  beforeAll(async () => {
    harness = await createHarness('postgres');
  });
  afterAll(() => harness.close());
  const other = () => actingAs(harness, 'other');
  const patch = (id: number | string, json: unknown, as?: 'agent' | 'other') =>
    send(harness, 'PATCH', `/v1/app_offerings/${id}`, { json, ...(as && { as }) });
  const get = async (id: number | string, api: Pick<Harness, 'request'> = harness) =>
    read<OfferingBody>(await api.request(`/v1/app_offerings/${id}`), 200);

  it('come with every field, those that nobody has set as null, false or nothing', async () => {
    const made = await addOffering(harness, { name: 'All Defaults' });
    expect(Object.keys(made).sort()).toEqual(FIELDS);
    expect(made).toMatchObject({ ...DEFAULTS, name: 'All Defaults', reference: 'acme_all_defaults' });
    expect(made.service_instance).toEqual({ id: await serviceInstanceOf(harness), name: 'Default service instance' });
    expect(made.created_at).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
    expect(made.updated_at).toBe(made.created_at);
    expect(Buffer.from(made.nodeID, 'base64url').toString()).toBe(`localhost/AppOffering/${made.id}`);
    expect(await get(made.id)).toEqual(made);
    expect(await get(made.nodeID)).toEqual(made);
  });

  it('keep every field that is set, and all but those when one is changed', async () => {
    const extension = await read<{ id: number; name: string }>(
      await send(harness, 'POST', '/v1/ui_extension_versions', { json: { name: 'Settings page', sourceID: 'x-1' } }),
      201,
    );
    const set = {
      card_description: 'Sends notes on',
      compliance: 'Compliant.\nVery.',
      configuration_uri_template: 'https://config.example.com/{account}',
      description: 'Long\ntext',
      disabled: true,
      features: 'Many',
      openid_connect_discovery: true,
      picture_uri: 'data:image/png;base64,iVBORw0KGgo=',
      policy_jwt_audience: 'https://hooks.example.com',
      policy_jwt_claim_expires_in: '1:30',
      requires_enabled_oauth_person: true,
      source: 'CMDB',
      sourceID: 'off-1',
      reference: 'set-of-all',
    };
    const made = await addOffering(harness, { ...set, ui_extension_version_id: extension.id });
    const shown = {
      ...set,
      policy_jwt_claim_expires_in: 90,
      ui_extension_version: { id: extension.id, name: 'Settings page', sourceID: 'x-1' },
    };
    expect(made).toMatchObject(shown);
    const changed = await read<OfferingBody>(await patch(made.id, { card_description: null }), 200);
    expect(changed).toMatchObject({ ...shown, card_description: null });
    const again = await send(harness, 'PUT', `/v1/app_offerings/${made.id}`, { json: { name: 'Put' } });
    expect(await read<OfferingBody>(again, 200)).toMatchObject({ name: 'Put', reference: 'set-of-all' });
  });

  it('take scalars as texts, and empty texts as nothing', async () => {
    const id = String(await serviceInstanceOf(harness));
    const made = await addOffering(harness, {
      name: 'Texts only',
      service_instance_id: id,
      disabled: 'true',
      requires_enabled_oauth_person: 'no',
      policy_jwt_claim_expires_in: '45',
      policy_jwt_audience: '',
      sourceID: 83,
      reference: '',
      ui_extension_version_id: '',
    });
    expect(made).toMatchObject({
      disabled: true,
      requires_enabled_oauth_person: false,
      policy_jwt_claim_expires_in: 45,
      policy_jwt_audience: null,
      sourceID: '83',
      reference: 'acme_texts_only',
    });
  });

  it.each(['1', 't', 'Y', 'true', 'YES', 'on', true, 1])('take %j for true', async (disabled) => {
    expect((await addOffering(harness, { name: `True ${typeof disabled} ${disabled}`, disabled })).disabled).toBe(true);
  });

  it.each(['0', 'f', 'off', 'anything', 2, false, null, ''])('take %j for false', async (disabled) => {
    expect((await addOffering(harness, { name: `False ${typeof disabled} ${disabled}`, disabled })).disabled).toBe(
      false,
    );
  });

  it('ignore what nobody can write when a whole record is sent back', async () => {
    const made = await addOffering(harness, { name: 'Sent back' });
    const { service_instance, ui_extension_version: _, ...rest } = made;
    const json = { ...rest, service_instance_id: service_instance.id, id: 999_999, created_at: '1999-01-01' };
    expect(await read<OfferingBody>(await patch(made.id, json), 200)).toMatchObject({
      id: made.id,
      created_at: made.created_at,
    });
  });

  it('get the source from the header of the request, unless they say it', async () => {
    const json = newOffering(await serviceInstanceOf(harness), { name: 'From a header' });
    const headers = { 'x-4me-source': 'importer' };
    const made = await read<OfferingBody>(await send(harness, 'POST', '/v1/app_offerings', { json, headers }), 201);
    expect(made.source).toBe('importer');
    const said = { ...json, name: 'Said', source: 'me' };
    const second = await send(harness, 'POST', '/v1/app_offerings', { json: said, headers });
    expect((await read<OfferingBody>(second, 201)).source).toBe('me');
  });

  describe('the reference', () => {
    it('is unique over all accounts', async () => {
      await addOffering(harness, { reference: 'taken-by-acme' });
      const json = newOffering(await serviceInstanceOf(other()), { reference: 'taken-by-acme' });
      const refused = await xurrentRefusal(await send(other(), 'POST', '/v1/app_offerings', { json }), 422);
      expect(refused.errors).toEqual([['reference', 'has already been taken']]);
      const mine = await addOffering(other(), { reference: 'free' });
      const renamed = await patch(mine.id, { reference: 'taken-by-acme' }, 'other');
      expect(fieldsOf(await xurrentRefusal(renamed, 422))).toEqual(['reference']);
    });

    it('is made of the account and the name, and cut to what it may have', async () => {
      const made = await addOffering(harness, { name: `A ${'B'.repeat(126)}` });
      expect(made.reference).toBe(`acme_a_${'b'.repeat(126)}`);
      const changed = await read<OfferingBody>(await patch(made.id, { name: 'Shorter' }), 200);
      expect(changed.reference).toBe(made.reference);
    });

    it('may be changed until the offering is published, and never after', async () => {
      const { id } = await addOffering(harness, { name: 'Freezing' });
      expect(await read<OfferingBody>(await patch(id, { reference: 'freezing-1' }), 200)).toMatchObject({
        reference: 'freezing-1',
      });
      await publishOffering(harness, id);
      const refused = await xurrentRefusal(await patch(id, { reference: 'freezing-2', name: 'No' }), 422);
      expect(fieldsOf(refused)).toEqual(['reference']);
      expect(await get(id)).toMatchObject({ reference: 'freezing-1', name: 'Freezing' });
      expect(await read<OfferingBody>(await patch(id, { reference: 'freezing-1' }), 200)).toMatchObject({
        reference: 'freezing-1',
      });
    });

    it('cannot be emptied', async () => {
      const { id } = await addOffering(harness, { name: 'Not empty' });
      for (const reference of [null, '', ' '])
        expect(fieldsOf(await xurrentRefusal(await patch(id, { reference }), 422))).toEqual(['reference']);
    });
  });

  describe('publishing', () => {
    it('shows to others what was published, until it is published again', async () => {
      const { id } = await addOffering(harness, { name: 'Version one' });
      await xurrentRefusal(await other().request(`/v1/app_offerings/${id}`), 404);
      await publishOffering(harness, id);
      const seen = await get(id, other());
      expect(seen).toMatchObject({ name: 'Version one', account: { id: 'acme', name: 'acme' } });
      await patch(id, { name: 'Version two' });
      expect(await get(id, other())).toMatchObject({ name: 'Version one' });
      expect(await get(id)).toMatchObject({ name: 'Version two' });
      await publishOffering(harness, id);
      expect(await get(id, other())).toMatchObject({ name: 'Version two' });
      const versions = await harness.deps.db.query<{ version: string | null }>(
        `select definition ->> 'version' as version from app_versions where app_id = $1 order by id`,
        [id],
      );
      expect(versions.rows.map(({ version }) => version)).toEqual([null, '1', '2']);
    });

    it('is not needed to keep an offering from being installed', async () => {
      const { id } = await addOffering(harness, { name: 'Closing' });
      await publishOffering(harness, id);
      await patch(id, { disabled: true });
      expect(await get(id, other())).toMatchObject({ disabled: true });
    });

    it("is the owner's alone", async () => {
      const { id } = await addOffering(harness, { name: 'Mine to publish' });
      await xurrentRefusal(await send(harness, 'POST', `/v1/app_offerings/${id}/publish`, { as: 'agent' }), 403);
      await xurrentRefusal(await send(other(), 'POST', `/v1/app_offerings/${id}/publish`), 404);
      await publishOffering(harness, id);
      await xurrentRefusal(await send(other(), 'POST', `/v1/app_offerings/${id}/publish`), 403);
      await xurrentRefusal(await patch(id, { name: 'Hijacked' }, 'other'), 403);
      expect(await get(id, other())).toMatchObject({ name: 'Mine to publish' });
    });
  });

  it('stand in the audit log without their long texts and what may be secret', async () => {
    const webhook = 'https://hooks.example.com/a?token=hush-hush';
    const { id } = await addOffering(harness, {
      name: 'Audited',
      webhook_uri_template: webhook,
      features: 'long-text',
    });
    await patch(id, { name: 'Audited again' });
    const { rows } = await harness.deps.db.query<{ action: string; before: object | null; after: object }>(
      `select action, before, after from audit_entries where subject_type = 'app' and subject_id = $1 order by id`,
      [id],
    );
    expect(rows.map(({ action }) => action)).toEqual(['create', 'update']);
    expect(rows[1]).toMatchObject({ before: { name: 'Audited' }, after: { name: 'Audited again' } });
    expect(JSON.stringify(rows)).not.toMatch(/hush-hush|long-text/);
  });
});
