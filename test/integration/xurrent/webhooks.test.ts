import { createPublicKey } from 'node:crypto';
import { createLocalJWKSet, decodeProtectedHeader, importSPKI, jwtVerify, type JSONWebKeySet } from 'jose';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { signingAlgorithms, type SigningAlgorithm } from '../../../src/domain/delivery-claims.ts';
import { emails } from '../../support/accounts.ts';
import { actingAs } from '../../support/acting-as.ts';
import { read } from '../../support/client.ts';
import { createHarness, type Harness } from '../../support/harness.ts';
import { startReceiver, type Receiver } from '../../support/receiver.ts';
import {
  addOffering,
  publishOffering,
  send,
  xurrentRefusal,
  type InstanceBody,
  type OfferingBody,
  type PolicyBody,
} from '../../support/xurrent.ts';

type Received = Receiver['received'][number];

const keyDetails: Record<SigningAlgorithm, object> = {
  rs256: { modulusLength: 2_048 },
  rs384: { modulusLength: 2_048 },
  rs512: { modulusLength: 2_048 },
  es256: { namedCurve: 'prime256v1' },
  es384: { namedCurve: 'secp384r1' },
  es512: { namedCurve: 'secp521r1' },
};

interface DeliveryBody {
  id: string;
  event: string;
  uri: string;
  state: string;
  attempts: { number: number; status: number | null; error: string | null }[];
}

describe('webhooks', () => {
  let harness: Harness;
  let customer: Pick<Harness, 'request'>;
  let receiver: Receiver;
  beforeAll(async () => {
    [harness, receiver] = await Promise.all([
      createHarness('postgres', { env: { DELIVERY_ALLOW_PRIVATE: 'true' } }),
      startReceiver(),
    ]);
    customer = actingAs(harness, 'other');
    harness.startWorker();
  });
  afterEach(() => {
    receiver.received.length = 0;
    receiver.answer(200);
  });
  afterAll(async () => {
    await receiver.close();
    await harness.close();
  });

  let made = 0;
  const offering = async (overrides: Record<string, unknown> = {}): Promise<OfferingBody> => {
    made += 1;
    const { id } = await addOffering(harness, {
      name: `Told ${made}`,
      webhook_uri_template: `${receiver.url}/hook?account={account}`,
      ...overrides,
    });
    return publishOffering(harness, id);
  };
  const install = async ({ id }: { id: number }): Promise<InstanceBody> =>
    read<InstanceBody>(await send(customer, 'POST', '/v1/app_instances', { json: { app_offering_id: id } }), 201);
  const arrived = (count: number): Promise<Received[]> =>
    vi.waitFor(
      () => {
        expect(receiver.received.length).toBeGreaterThanOrEqual(count);
        return receiver.received;
      },
      { timeout: 10_000, interval: 20 },
    );
  const tokenOf = ({ body }: Received): string => {
    expect(Object.keys(body as object)).toEqual(['jwt']);
    return (body as { jwt: string }).jwt;
  };
  const policyOf = async ({ id }: { id: number }): Promise<PolicyBody> =>
    (
      await read<PolicyBody[]>(
        await harness.request('/v1/webhook_policies?per_page=100&fields=app_offering,jwt_alg'),
        200,
      )
    ).find((policy) => policy.app_offering?.id === id)!;
  const home = () => `http://localhost:${new URL(harness.origin).port}`;
  const discover = async (issuer: string) => {
    const route = new URL(issuer).pathname;
    const configuration = await read<{ issuer: string; jwks_uri: string }>(
      await harness.request(`${route}/.well-known/openid-configuration`, { as: null }),
      200,
    );
    expect(configuration.issuer).toBe(issuer);
    const jwks = await harness.request(new URL(configuration.jwks_uri).pathname, { as: null });
    return read<JSONWebKeySet>(jwks, 200);
  };
  const deliveriesOf = async ({ id }: { id: number }): Promise<DeliveryBody[]> =>
    read<DeliveryBody[]>(await harness.request(`/v1/webhook_policies/${id}/deliveries`), 200);

  it('are told when an instance is made, changed and removed', async () => {
    const app = await offering();
    const instance = await install(app);
    await send(customer, 'PATCH', `/v1/app_instances/${instance.id}`, { json: { enabled_by_customer: false } });
    await send(harness, 'PATCH', `/v1/app_instances/${instance.id}`, { json: { suspended: true } });
    await send(customer, 'DELETE', `/v1/app_instances/${instance.id}`);
    const received = await arrived(4);
    expect(received.map(({ path }) => path)).toEqual(Array(4).fill('/hook?account=other'));
    const jwks = await discover(`${home()}/accounts/acme`);
    const data = await Promise.all(
      received.map(async (one) => {
        const { payload } = await jwtVerify(tokenOf(one), createLocalJWKSet(jwks));
        return payload['data'] as { event: string; person_name: string; payload: Record<string, unknown> };
      }),
    );
    const byEvent = (event: string) => data.filter((one) => one.event === event).map(({ payload }) => payload);
    const payload = {
      id: instance.id,
      nodeID: instance.nodeID,
      customer_account_id: 'other',
      app_offering: { reference: app.reference, id: app.id, nodeID: app.nodeID, updated_at: app.updated_at },
      enabled_by_customer: true,
      disabled: false,
      suspended: false,
    };
    expect(byEvent('app_instance.create')).toEqual([payload]);
    expect(byEvent('app_instance.update')).toEqual(
      expect.arrayContaining([
        { ...payload, enabled_by_customer: false },
        { ...payload, enabled_by_customer: false, suspended: true },
      ]),
    );
    expect(byEvent('app_instance.delete')).toEqual([{ ...payload, enabled_by_customer: false, suspended: true }]);
    expect(data.map(({ person_name }) => person_name).sort()).toEqual(
      [emails.admin, emails.other, emails.other, emails.other].sort(),
    );
    const deliveries = await deliveriesOf(await policyOf(app));
    expect(deliveries.map(({ event }) => event)).toEqual([
      'app_instance.delete',
      'app_instance.update',
      'app_instance.update',
      'app_instance.create',
    ]);
  });

  it('are not told of what was not done', async () => {
    const app = await offering();
    const { id } = await install(app);
    await arrived(1);
    await xurrentRefusal(await send(customer, 'POST', '/v1/app_instances', { json: { app_offering_id: app.id } }), 422);
    await xurrentRefusal(await send(customer, 'PATCH', `/v1/app_instances/${id}`, { json: { disabled: true } }), 422);
    expect((await send(customer, 'PATCH', `/v1/app_instances/${id}`, { json: {} })).status).toBe(200);
    expect((await deliveriesOf(await policyOf(app))).map(({ event }) => event)).toEqual(['app_instance.create']);
  });

  it.each(signingAlgorithms)('are signed with %s, for whom and for how long the offering says', async (algorithm) => {
    const app = await offering({
      policy_jwt_alg: algorithm,
      policy_jwt_audience: 'the audience',
      policy_jwt_claim_expires_in: '0:10',
    });
    const made = await send(harness, 'POST', '/v1/webhook_policies', { json: { app_offering_id: app.id } });
    const policy = await read<PolicyBody>(made, 201);
    expect(policy).toMatchObject({ jwt_alg: algorithm, jwt_audience: 'the audience', jwt_claim_expires_in: 10 });
    const instance = await install(app);
    const [received] = (await arrived(1)) as [Received];
    const token = tokenOf(received);
    expect(decodeProtectedHeader(token)).toEqual({ alg: algorithm.toUpperCase(), typ: 'JWT' });
    const key = await importSPKI(policy.public_key_pem!, algorithm.toUpperCase());
    const { payload } = await jwtVerify(token, key, {
      audience: 'the audience',
      issuer: `${home()}/accounts/acme`,
      maxTokenAge: 60,
      requiredClaims: ['iss', 'sub', 'jti', 'iat', 'nbf', 'exp', 'aud', 'data'],
    });
    expect(payload.exp! - payload.iat!).toBe(600);
    expect(payload.sub).toBe(instance.nodeID);
    expect(payload.jti!.length).toBeLessThanOrEqual(256);
    expect(received.headers).toMatchObject({
      'content-type': 'application/json',
      'user-agent': 'xurrent/1.0 (Appyard)',
      'x-xurrent-delivery': expect.stringMatching(/^[0-9a-f-]{36}$/),
      link:
        `<${home()}/app_instances/${instance.id}>; rel="canonical", ` +
        `<${home()}/v1/app_instances/${instance.id}>; rel="resource"`,
    });
    expect(createPublicKey(policy.public_key_pem!).asymmetricKeyDetails).toMatchObject(keyDetails[algorithm]);
  });

  it('name the policy and the key where the offering wants discovery, and neither audience nor end where it wants none', async () => {
    const app = await offering({ openid_connect_discovery: true });
    await install(app);
    const [received] = (await arrived(1)) as [Received];
    const { id } = await policyOf(app);
    const issuer = `${home()}/webhook_policies/${id}`;
    const jwks = await discover(issuer);
    expect(jwks.keys).toMatchObject([{ use: 'sig', alg: 'ES256', kid: expect.any(String) }]);
    expect(jwks.keys[0]).not.toHaveProperty('d');
    const token = tokenOf(received);
    expect(decodeProtectedHeader(token)).toMatchObject({ kid: jwks.keys[0]!.kid });
    const { payload } = await jwtVerify(token, createLocalJWKSet(jwks), { issuer });
    expect(payload).not.toHaveProperty('exp');
    expect(payload).not.toHaveProperty('aud');
  });

  it('get another key with another algorithm, and the key before stays known', async () => {
    const app = await offering();
    const instance = await install(app);
    await arrived(1);
    const { id } = await policyOf(app);
    const issuer = `${home()}/webhook_policies/${id}`;
    await send(harness, 'PATCH', `/v1/app_offerings/${app.id}`, { json: { policy_jwt_alg: 'es384' } });
    await publishOffering(harness, app.id);
    await send(customer, 'DELETE', `/v1/app_instances/${instance.id}`);
    const received = await arrived(2);
    const jwks = await discover(issuer);
    expect(jwks.keys.map(({ alg }) => alg)).toEqual(['ES384', 'ES256']);
    for (const one of received) await jwtVerify(tokenOf(one), createLocalJWKSet(jwks));
    expect(decodeProtectedHeader(tokenOf(received[1]!)).alg).toBe('ES384');
    expect(await policyOf(app)).toMatchObject({ id, jwt_alg: 'es384' });
  });

  it('are asked again by whoever owns the policy, and every attempt is there to be seen', async () => {
    receiver.answer((res) => res.writeHead(410).end('gone'));
    const app = await offering();
    await install(app);
    await arrived(1);
    const policy = await policyOf(app);
    const failed = await vi.waitFor(async () => {
      const [delivery] = (await deliveriesOf(policy)) as [DeliveryBody];
      expect(delivery.state).toBe('failed');
      return delivery;
    });
    expect(failed).toMatchObject({
      event: 'app_instance.create',
      uri: `${receiver.url}/hook?account=other`,
      attempts: [{ number: 1, status: 410, answer: 'gone' }],
    });
    const route = `/v1/webhook_policies/${policy.id}/deliveries/${failed.id}/redeliver`;
    await xurrentRefusal(await send(harness, 'POST', route, { as: 'other' }), 404);
    await xurrentRefusal(await send(harness, 'POST', route, { as: 'agent' }), 403);
    receiver.answer(200);
    expect(await read(await send(harness, 'POST', route), 202)).toEqual({ id: failed.id, state: 'pending' });
    const [first, second] = (await arrived(2)) as [Received, Received];
    expect(second.headers['x-xurrent-delivery']).toBe(first.headers['x-xurrent-delivery']);
    await vi.waitFor(async () => {
      const [delivery] = (await deliveriesOf(policy)) as [DeliveryBody];
      expect(delivery).toMatchObject({ state: 'delivered', attempts: [{ status: 410 }, { number: 2, status: 200 }] });
    });
    for (const wrong of ['abc', '00000000-0000-4000-8000-000000000000'])
      await xurrentRefusal(
        await send(harness, 'POST', `/v1/webhook_policies/${policy.id}/deliveries/${wrong}/redeliver`),
        404,
      );
    await xurrentRefusal(await harness.request(`/v1/webhook_policies/${policy.id}/deliveries?before=x`), 400);
    await xurrentRefusal(await harness.request(`/v1/webhook_policies/${policy.id}/deliveries?per_page=0`), 400);
    await xurrentRefusal(await customer.request(`/v1/webhook_policies/${policy.id}/deliveries`), 404);
    const before = await harness.request(`/v1/webhook_policies/${policy.id}/deliveries?before=${failed.id}`);
    expect(await read(before, 200)).toEqual([]);
  });

  it('are told nothing while their policy is disabled', async () => {
    const app = await offering();
    const json = { app_offering_id: app.id, disabled: true };
    const policy = await read<PolicyBody>(await send(harness, 'POST', '/v1/webhook_policies', { json }), 201);
    await install(app);
    expect(await deliveriesOf(policy)).toEqual([]);
    expect(
      (await send(harness, 'PATCH', `/v1/webhook_policies/${policy.id}`, { json: { disabled: false } })).status,
    ).toBe(200);
    await send(
      customer,
      'DELETE',
      `/v1/app_instances/${(await read<InstanceBody[]>(await customer.request('/v1/app_instances?sort=-id&per_page=1'), 200))[0]!.id}`,
    );
    expect((await deliveriesOf(policy)).map(({ event }) => event)).toEqual(['app_instance.delete']);
  });

  it('have one key, however many instances are made at once', async () => {
    const app = await offering();
    const json = { app_offering_id: app.id };
    const both = await Promise.all([customer, harness].map((api) => send(api, 'POST', '/v1/app_instances', { json })));
    expect(both.map(({ status }) => status)).toEqual([201, 201]);
    const { id } = await policyOf(app);
    expect((await discover(`${home()}/webhook_policies/${id}`)).keys).toHaveLength(1);
    const { rows } = await harness.deps.db.query<{ spare: number }>(
      `select count(*) as spare from signing_keys k where not exists (
         select 1 from door_records r where r.type = 'webhook_policy'
           and (r.attributes -> 'signing_key_id' = to_jsonb(k.id) or r.attributes -> 'former_key_ids' @> to_jsonb(k.id)))`,
    );
    expect(rows).toEqual([{ spare: 0 }]);
  });
});
