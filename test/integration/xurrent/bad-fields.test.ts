import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { actingAs } from '../../support/acting-as.ts';
import { anyJson } from '../../support/arbitraries.ts';
import { createHarness, type Harness } from '../../support/harness.ts';
import {
  addOffering,
  fieldsOf,
  newOffering,
  send,
  xurrentFault,
  xurrentRefusal,
  type OfferingBody,
} from '../../support/xurrent.ts';

const SEED = 20_261_122;
const FOREIGN = 'Foreign-offering-of-others';
const long = (length: number): string => 'x'.repeat(length);
const UNSTORABLE = ['a\0b', 'a\ud800b', '\udfff'];
const notALine = (max: number): unknown[] => [long(max + 1), 'a\nb', 'a\tb', true, {}, [], ['a'], ...UNSTORABLE];
const notAText = [long(65_537), 'é'.repeat(32_769), true, {}, ['a'], ...UNSTORABLE];
const nothing = [null, '', '  '];
const notANumber = ['abc', 0, -1, 1.5, '01', '1 2', 2 ** 60, '9'.repeat(20), true, {}, [1], 'a\0'];
const notAnAddress = [
  'nowhere',
  'ftp://x.example/',
  'javascript:alert(1)',
  'https://',
  '//x.example',
  'https://x y.example/',
];

const badAttachments = [
  'x',
  5,
  true,
  {},
  ['x'],
  [null],
  [[]],
  [{}],
  [{ key: '' }],
  [{ key: 5 }],
  [{ key: { toString: 1 } }],
  [{ key: 'a\0b' }],
  [{ key: long(501) }],
  [{ key: 'a', inline: {} }],
  [{ key: 'a' }],
  Array.from({ length: 21 }, (_, index) => ({ key: `a${index}` })),
];

const bad: Record<string, unknown[]> = {
  card_description: notALine(255),
  compliance: notAText,
  compliance_attachments: badAttachments,
  configuration_uri_template: [...notALine(255), ...notAnAddress, `https://x.example/${long(240)}`],
  description: notAText,
  description_attachments: badAttachments,
  disabled: [{}, [], [true]],
  features: notAText,
  features_attachments: badAttachments,
  name: [...notALine(128), ...nothing],
  openid_connect_discovery: [{}, []],
  picture_uri: [...notAnAddress, 'data:text/html,<script>', 'data:image/png', `https://x.example/${long(262_144)}`, {}],
  policy_jwt_alg: [...nothing, 'none', 'hs256', 'RS256', 'rs256 ', 5, true, {}, ['rs256'], '__proto__', 'constructor'],
  policy_jwt_audience: [long(2_049), '"'.repeat(1_025), 'é'.repeat(1_025), 'a\nb', true, {}, ...UNSTORABLE],
  policy_jwt_claim_expires_in: [0, -1, 1.5, 'soon', '1:5', '1:60', '1000:00', '60000', ':30', true, {}, [5], 2 ** 60],
  reference: [...notALine(161), 'a b', 'a\u00a0b'],
  requires_enabled_oauth_person: [{}, []],
  service_instance_id: [...notANumber, ...nothing, 999_999],
  source: notALine(30),
  sourceID: notALine(128),
  ui_extension_version_id: [...notANumber, 999_999],
  webhook_uri_template: [
    ...notALine(255),
    ...nothing,
    ...notAnAddress,
    'https://user:secret@x.example/',
    'https://x.example:{account}/',
    'https://1.2.3.{account}/',
    `https://x.example/${long(240)}`,
  ],
};
const good: Record<string, unknown[]> = {
  card_description: [long(255), 'é'.repeat(255), '😀'.repeat(255), 5],
  compliance: [long(65_536), 'é'.repeat(32_768)],
  compliance_attachments: [[], null, '', ' '],
  configuration_uri_template: ['https://x.example/{account}', 'http://localhost:8080/?a={account}&b={account}'],
  name: [long(128), '<b>"quoted"</b>', '😀'.repeat(128)],
  picture_uri: ['data:image/svg+xml;utf8,%3Csvg%2F%3E', 'https://x.example/a.png', ''],
  policy_jwt_audience: [long(2_048), 'é'.repeat(1_024), '"\\'.repeat(512)],
  policy_jwt_claim_expires_in: [1, '1', '0:01', '999:59', 59_999],
  reference: [long(161), 'with-dash', 'Ünïcode', "';drop/**/table/**/apps;--"],
  source: [long(30), 0],
  sourceID: [long(128)],
  webhook_uri_template: ['https://{account}.x.example/', 'https://x.example/{account}/{account}?a#b'],
};

describe('fields of an app offering', () => {
  let harness: Harness;
  let offering: OfferingBody;
  let service: number;
  beforeAll(async () => {
    harness = await createHarness('postgres');
    await addOffering(actingAs(harness, 'other'), { name: FOREIGN, reference: 'foreign' });
    offering = await addOffering(harness, { name: 'Stays as it is' });
    service = offering.service_instance.id;
  });
  afterAll(() => harness.close());
  const stored = async (): Promise<unknown> =>
    (await harness.deps.db.query('select json_agg(a.* order by a.id) as apps from apps a')).rows[0];

  it.each(Object.entries(bad))('refuse %s when it is wrong, in a new one and in a change', async (field, values) => {
    const before = await stored();
    for (const value of values) {
      const created = await send(harness, 'POST', '/v1/app_offerings', {
        json: newOffering(service, { [field]: value }),
      });
      // A reference that is empty is the usual one.
      expect([value, fieldsOf(await xurrentRefusal(created, 422))]).toEqual([value, [field]]);
      const changed = await send(harness, 'PATCH', `/v1/app_offerings/${offering.id}`, { json: { [field]: value } });
      expect([value, fieldsOf(await xurrentRefusal(changed, 422))]).toEqual([value, [field]]);
    }
    expect(await stored()).toEqual(before);
  });

  it.each(Object.entries(good))('take %s as long as it may be', async (field, values) => {
    const one = await addOffering(harness, { name: `For ${field}`, reference: `for-${field}` });
    for (const value of values) {
      const changed = await send(harness, 'PATCH', `/v1/app_offerings/${one.id}`, { json: { [field]: value } });
      expect([value, changed.status]).toEqual([value, 200]);
    }
    expect((await send(harness, 'POST', `/v1/app_offerings/${one.id}/publish`)).status).toBe(200);
    const json = { app_offering_id: one.id };
    expect((await send(harness, 'POST', '/v1/app_instances', { json })).status).toBe(201);
  });

  it('leave room in a token for all of them at their longest', async () => {
    const { id } = await addOffering(harness, {
      reference: '😀'.repeat(161),
      policy_jwt_alg: 'rs512',
      policy_jwt_audience: '"'.repeat(1_024),
      openid_connect_discovery: true,
    });
    expect((await send(harness, 'POST', '/v1/app_instances', { json: { app_offering_id: id } })).status).toBe(201);
  });

  it('are named all together when they are wrong, and when they are missing', async () => {
    const json = { card_description: 'a\nb', disabled: [], sourceID: {} };
    const refused = await xurrentRefusal(await send(harness, 'POST', '/v1/app_offerings', { json }), 422);
    expect(refused.message).toBe('Validation Failed');
    expect(refused.errors!.map(([field, text]) => `${field} ${text}`).sort()).toEqual([
      'card_description must be one line without control characters',
      'disabled must be true or false',
      "name can't be blank",
      "policy_jwt_alg can't be blank",
      "service_instance_id can't be blank",
      'sourceID must be a text',
      "webhook_uri_template can't be blank",
    ]);
  });

  it('take a long header for the source as little as a long field', async () => {
    const headers = { 'x-xurrent-source': long(31) };
    const json = newOffering(service, { name: 'Long source' });
    const refused = await send(harness, 'POST', '/v1/app_offerings', { json, headers });
    expect(fieldsOf(await xurrentRefusal(refused, 422))).toEqual(['source']);
  });

  /** What is wrong with an answer, or with what it has done. */
  const faultAfter = async (method: string, route: string, json: unknown): Promise<string | undefined> => {
    const response = await send(harness, method, route, { json });
    const text = await response.text();
    if (text.includes(FOREIGN)) return `shows what is hidden: ${text}`;
    if (response.status >= 300) return xurrentFault(response.status, text);
    const { public_key_pem: _, ...made } = JSON.parse(text) as OfferingBody;
    if ('message' in made) return `looks like a failure: ${text}`;
    const kept = await (await harness.request(`${route.replace(/\/\d+$/, '')}/${made.id}`)).json();
    return isDeepStrictEqual(kept, made) ? undefined : `${text} is kept as ${JSON.stringify(kept)}`;
  };

  it('are answered or refused, whatever they hold, and at every route', async () => {
    const routes: [string, string][] = [
      ['POST', '/v1/app_offerings'],
      ['PATCH', `/v1/app_offerings/${offering.id}`],
      ['POST', '/v1/app_instances'],
      ['POST', '/v1/service_instances'],
      ['POST', '/app_offerings'],
      ['POST', '/v1/ui_extension_versions'],
      ['POST', '/v1/webhook_policies'],
    ];
    const names = [
      ...Object.keys(bad),
      'app_offering_id',
      'custom_fields',
      'jwt_alg',
      'jwt_audience',
      'suspended',
      'id',
    ];
    const body = fc.oneof(
      anyJson,
      fc.dictionary(fc.constantFrom(...names), anyJson, { maxKeys: 4 }).map((some) => newOffering(service, some)),
      fc.dictionary(fc.constantFrom(...names), anyJson, { maxKeys: 3 }),
    );
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...routes), body, async ([method, route], json) => {
        expect(await faultAfter(method, route, json)).toBeUndefined();
      }),
      { seed: SEED, numRuns: 250 },
    );
  });
});
