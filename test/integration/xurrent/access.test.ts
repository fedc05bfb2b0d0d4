import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { AppError } from '../../../src/errors.ts';
import { actingAs } from '../../support/acting-as.ts';
import { badJsonBodies, unknownMembers } from '../../support/bad-bodies.ts';
import { badSegments } from '../../support/bad-ids.ts';
import { read } from '../../support/client.ts';
import { createHarness, type Harness, type RequestOptions } from '../../support/harness.ts';
import { sendRaw } from '../../support/raw-http.ts';
import {
  addOffering,
  fieldsOf,
  newOffering,
  publishOffering,
  send,
  serviceInstanceOf,
  xurrentFault,
  xurrentRefusal,
  type InstanceBody,
} from '../../support/xurrent.ts';

/** Every route; `ID` stands for a record of acme. */
const reads = [
  '/v1',
  '/v1/app_offerings',
  '/v1/app_offerings/latest_internal',
  '/v1/app_offerings/latest_published',
  '/v1/app_offerings/all_latest_published',
  '/v1/app_offerings/consumed',
  '/v1/app_offerings/ID',
  '/v1/app_offerings/ID/app_instances',
  '/v1/app_instances',
  '/v1/app_instances/enabled',
  '/v1/app_instances/disabled',
  '/v1/app_instances/ID',
  '/v1/service_instances',
  '/v1/service_instances/ID',
  '/v1/ui_extension_versions',
  '/v1/ui_extension_versions/ID',
  '/v1/webhook_policies',
  '/v1/webhook_policies/enabled',
  '/v1/webhook_policies/disabled',
  '/v1/webhook_policies/ID',
  '/v1/webhook_policies/ID/deliveries',
];
/** Those that take a body. */
const jsonWrites: [method: string, route: string][] = [
  ['POST', '/v1/app_offerings'],
  ['PATCH', '/v1/app_offerings/ID'],
  ['PUT', '/v1/app_offerings/ID'],
  ['POST', '/v1/app_instances'],
  ['PATCH', '/v1/app_instances/ID'],
  ['PUT', '/v1/app_instances/ID'],
  ['POST', '/v1/service_instances'],
  ['POST', '/v1/ui_extension_versions'],
  ['POST', '/v1/webhook_policies'],
  ['PATCH', '/v1/webhook_policies/ID'],
  ['PUT', '/v1/webhook_policies/ID'],
];
const otherWrites: [method: string, route: string][] = [
  ['POST', '/v1/app_offerings/ID/publish'],
  ['DELETE', '/v1/app_instances/ID'],
  ['DELETE', '/v1/webhook_policies/ID'],
  ['POST', '/v1/webhook_policies/ID/deliveries/00000000-0000-4000-8000-000000000000/redeliver'],
];
const writes = [...jsonWrites, ...otherWrites];

describe('the door', () => {
  let harness: Harness;
  let ids: Record<string, number>;
  beforeAll(async () => {
    harness = await createHarness('postgres');
    const { id } = await addOffering(harness, { name: 'Private to acme' });
    const post = async (route: string, json: object): Promise<number> =>
      (await read<{ id: number }>(await send(harness, 'POST', route, { json }), 201)).id;
    ids = {
      app_offerings: id,
      app_instances: await post('/v1/app_instances', { app_offering_id: id }),
      service_instances: await serviceInstanceOf(harness),
      ui_extension_versions: await post('/v1/ui_extension_versions', { name: 'Page' }),
      webhook_policies: await post('/v1/webhook_policies', { jwt_alg: 'es256' }),
    };
  });
  afterAll(() => harness.close());

  const at = (route: string): string => route.replace('ID', String(ids[route.split('/').find((part) => part in ids)!]));
  const ask = (method: string, route: string, options?: RequestOptions) => send(harness, method, at(route), options);
  /** Everything that this door keeps. */
  const stored = async (): Promise<unknown> => {
    const tables = ['apps', 'app_versions', 'installations', 'door_records', 'signing_keys', 'audit_entries'];
    const counts = tables.map((table) => `(select json_agg(t.* order by t.id) from ${table} t) as ${table}`);
    return (await harness.deps.db.query(`select ${counts.join(', ')}`)).rows[0];
  };

  it.each(reads)('answers GET %s, with /v1 and without, and whatever stands at its end', async (route) => {
    const short = route.replace(/^\/v1(?=\/)/, '');
    const answers = [route, `${route}/`, `${route}.json`, `${route}.json/`, `/${route}`, short, `${short}/`].map(
      async (one) => {
        const response = await ask('GET', one, { as: 'agent' });
        expect(response.headers.get('cache-control')).toBe('no-store');
        return read<unknown>(response, 200);
      },
    );
    const [first, ...rest] = await Promise.all(answers);
    for (const answer of rest) expect(answer).toEqual(first);
    expect(first).not.toHaveProperty('message');
  });

  it('answers the ping with nothing', async () => {
    expect(await read(await harness.request('/v1'), 200)).toEqual({});
  });

  it('refuses nobody, and credentials that are none of its ways', async () => {
    const wrong = [
      {},
      { authorization: 'Bearer nobody' },
      { authorization: `Token ${harness.tokens.admin}` },
      { authorization: `Basic ${btoa(`ada@acme.example/token:${harness.tokens.admin}`)}` },
      { authorization: `Basic ${btoa(`${harness.tokens.admin}:y`)}` },
      { authorization: 'Basic %%%' },
    ];
    for (const [method, route] of [...reads.map((one) => ['GET', one] as const), ...writes])
      for (const headers of wrong)
        expect(await xurrentRefusal(await ask(method, route, { as: null, headers }), 401)).toEqual({
          message: 'Unauthorized',
        });
  });

  it('takes the token as Bearer, and as the name of Basic credentials with the password x', async () => {
    for (const authorization of [
      `Bearer ${harness.tokens.admin}`,
      `bearer ${harness.tokens.admin}`,
      `Basic ${btoa(`${harness.tokens.admin}:x`)}`,
    ])
      expect((await harness.request('/v1', { as: null, headers: { authorization } })).status).toBe(200);
  });

  it.each(['x-4me-account', 'X-Xurrent-Account'])(
    "knows the account that %s names only as the token's own",
    async (name) => {
      for (const own of ['acme', 'ACME', ' acme '])
        expect((await harness.request('/v1/app_offerings', { headers: { [name]: own } })).status).toBe(200);
      for (const foreign of ['other', 'nobody', 'acme,other', ''])
        expect(
          await xurrentRefusal(await harness.request('/v1/app_offerings', { headers: { [name]: foreign } }), 403),
        ).toEqual({ message: 'Forbidden' });
    },
  );

  it.each(writes)('lets no agent and no operator %s %s', async (method, route) => {
    const before = await stored();
    const json = method === 'DELETE' || route.endsWith('publish') ? {} : { json: {} };
    for (const as of ['agent', 'operator'] as const)
      expect(await xurrentRefusal(await ask(method, route, { as, ...json }), 403)).toEqual({ message: 'Forbidden' });
    expect(await stored()).toEqual(before);
  });

  it("shows nothing of another account's: 404, and an empty list", async () => {
    const before = await stored();
    for (const [method, route] of [...reads.map((one) => ['GET', one] as const), ...writes].filter(([, one]) =>
      one.includes('ID'),
    ))
      expect(
        await xurrentRefusal(await ask(method, route, { as: 'other', ...(method === 'GET' ? {} : { json: {} }) }), 404),
      ).toEqual({
        message: 'Not Found',
      });
    for (const route of reads.filter(
      (one) => !one.includes('ID') && one !== '/v1' && !one.includes('service_instances'),
    ))
      expect(await read(await ask('GET', route, { as: 'other' }), 200)).toEqual([]);
    expect((await stored()) as object).toMatchObject({ ...(before as object), door_records: expect.anything() });
  });

  it('knows no service instance of another account in a body', async () => {
    const foreign = await serviceInstanceOf(actingAs(harness, 'other'));
    const json = newOffering(foreign, { ui_extension_version_id: 999_999 });
    expect(fieldsOf(await xurrentRefusal(await ask('POST', '/v1/app_offerings', { json }), 422))).toEqual([
      'service_instance_id',
      'ui_extension_version_id',
    ]);
  });

  it.each([
    '/v1/nothing',
    '/v1/app_offering',
    '/v1/app_offeringss',
    '/v1/App_Offerings',
    '/v1/app_offerings/ID/audit',
    '/v1/app_offerings/ID/automation_rules',
    '/v1/app_offerings/ID/scopes',
    '/v1/app_offerings/ID/scopes/1',
    '/v1/app_offerings/ID/attachments',
    '/v1/people',
    '/v1/appsx',
    '/app_offerings/ID/nothing',
    '/webhook_policies/ID/.well-known/nothing',
    '/v1/nothing/app_offerings',
  ])('has nothing at %s', async (route) => {
    for (const method of ['GET', 'POST', 'DELETE'])
      expect(await xurrentRefusal(await ask(method, route), 404)).toEqual({ message: 'Not Found' });
  });

  it.each([
    ['DELETE', '/v1/app_offerings/ID', 'GET, HEAD, PATCH, PUT'],
    ['DELETE', '/v1/app_offerings', 'GET, HEAD, POST'],
    ['GET', '/v1/app_offerings/ID/publish', 'POST'],
    ['POST', '/v1/app_offerings/ID/app_instances', 'GET, HEAD'],
    ['POST', '/v1/app_instances/ID', 'GET, HEAD, PATCH, PUT, DELETE'],
    ['PATCH', '/v1/service_instances/ID', 'GET, HEAD'],
    ['DELETE', '/v1/ui_extension_versions/ID', 'GET, HEAD'],
    ['POST', '/v1', 'GET, HEAD'],
  ])('does not know %s %s, and says what it knows', async (method, route, allowed) => {
    const response = await ask(method, route);
    expect(response.headers.get('allow')).toBe(allowed);
    expect((await xurrentRefusal(response, 405)).message).toContain(allowed);
  });

  it('leaves the paths of others alone', async () => {
    for (const route of ['/v1/apps', '/v1/apps/nothing', '/token', '/accounts', '/apps', '/'])
      expect(xurrentFault(404, await (await harness.request(route, { as: null })).text())).toBeDefined();
  });

  it.each(reads.filter((route) => route.endsWith('ID')))(
    'finds nothing at %s with an id that is none',
    async (route) => {
      const others = [
        btoa('localhost/Person/1'),
        btoa('localhost/AppOffering/x').replace(/=+$/, ''),
        'a'.repeat(3_000),
      ];
      for (const segment of [...badSegments, '999999', '007', ...others]) {
        // They are resolved, or end the path, before anything is looked at.
        if (/^\.{0,2}$|^%2e%2e$|[?#]/i.test(segment) || segment.startsWith('enabled')) continue;
        const path = route.replace('ID', segment);
        const answer = await sendRaw(harness.origin, {
          path,
          headers: { authorization: `Bearer ${harness.tokens.admin}` },
        });
        const fault = xurrentFault(answer.status, answer.body.toString());
        expect(`${path.slice(0, 100)} ${answer.status} ${fault ?? ''}`).toMatch(/ 4(04|00) $/);
      }
    },
  );

  it.each(jsonWrites)('refuses bodies of %s %s that are no JSON object, and writes nothing', async (method, route) => {
    const before = await stored();
    // A change requires no field: an object without any that is known changes nothing.
    const bodies = badJsonBodies.filter(([name]) => method === 'POST' || name !== 'a good object in another one');
    for (const [name, headers, body] of bodies) {
      // What is sent as `GOOD` is refused for its type.
      const sent = typeof body === 'string' ? body.replace('GOOD', '{}') : body && new Uint8Array(body);
      const response = await ask(method, route, { headers, ...(sent !== undefined && { body: sent }) });
      const fault = xurrentFault(response.status, await response.text());
      expect(`${name}: ${fault ?? ''}`).toBe(`${name}: `);
      expect([name, response.status]).toEqual([
        name,
        expect.toSatisfy((status) => [400, 413, 415, 422].includes(status)),
      ]);
    }
    expect(await stored()).toEqual(before);
  });

  it.each(jsonWrites)('ignores fields of %s %s that it does not know, and names them', async (method, route) => {
    const before = await stored();
    for (const [name, member] of unknownMembers.filter(([one]) => one !== 'body')) {
      const headers = { 'content-type': 'application/json' };
      const answer = await ask(method, route, { headers, body: `{${member}}` });
      // What is required is still demanded.
      const fields = method === 'POST' ? fieldsOf(await xurrentRefusal(answer, 422)) : [];
      expect([name, answer.status, fields.length > 0]).toEqual([
        name,
        method === 'POST' ? 422 : 200,
        method === 'POST',
      ]);
      const shown = (JSON.parse(`"${name}"`) as string).replace(/\p{Surrogate}/gu, '\ufffd');
      expect(answer.headers.get('x-appyard-ignored')).toBe(method === 'POST' ? null : encodeURIComponent(shown));
    }
    expect(await stored()).toEqual(before);
  });

  it("says in the vendor's words that a body is no JSON", async () => {
    const sent = { headers: { 'content-type': 'application/json' }, body: '{"name":' };
    expect(await xurrentRefusal(await ask('POST', '/v1/app_offerings', sent), 400)).toEqual({
      message: 'Invalid JSON string posted',
    });
  });

  it('says that it is at fault when it is, and when a store is away, in its own envelope', async () => {
    const broken = vi.spyOn(harness.deps.db, 'query').mockRejectedValue(new Error('broken') as never);
    const internal = await harness.request('/v1/app_offerings');
    broken.mockRejectedValue(Object.assign(new Error('away'), { code: '57P01' }) as never);
    const away = await harness.request('/v1/app_offerings');
    broken.mockRestore();
    expect([internal.status, away.status, away.headers.get('retry-after')]).toEqual([500, 503, '5']);
    for (const response of [internal, away])
      expect(Object.keys((await response.json()) as object)).toEqual(['message']);
  });

  it('says how long to wait to whoever asks too often', async () => {
    const tooMany = Object.assign(new AppError('too_many_requests', 429, 'Slowly.'), { retryAfter: 17 });
    const identify = (): Promise<never> => Promise.reject(tooMany);
    const busy = await createHarness('postgres', { deps: { identify } });
    try {
      const response = await busy.request('/v1/app_offerings');
      expect(response.headers.get('retry-after')).toBe('17');
      expect(await xurrentRefusal(response, 429)).toEqual({ message: 'Too Many Requests' });
    } finally {
      await busy.close();
    }
  });

  it('shows what is published to all accounts to agents of others too, and nothing else', async () => {
    const other = actingAs(harness, 'other');
    const { id } = await addOffering(other, { name: 'Of others' });
    await xurrentRefusal(await harness.request(`/v1/app_offerings/${id}`, { as: 'agent' }), 404);
    await publishOffering(other, id);
    expect((await harness.request(`/v1/app_offerings/${id}`, { as: 'agent' })).status).toBe(200);
    const listed = await read<InstanceBody[]>(
      await harness.request('/v1/app_offerings?state=all_latest_published', { as: 'agent' }),
      200,
    );
    expect(listed).toMatchObject([{ id, account: { id: 'other' } }]);
    expect(await read(await harness.request('/v1/app_offerings/latest_published'), 200)).toEqual([]);
  });
});
