import { createPublicKey } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findSigningKey } from '../../../src/db/signing-keys.ts';
import { actingAs } from '../../support/acting-as.ts';
import { read } from '../../support/client.ts';
import { makeKey } from '../../support/deliveries.ts';
import { createHarness, type Harness } from '../../support/harness.ts';
import { sendRaw } from '../../support/raw-http.ts';
import {
  addOffering,
  fieldsOf,
  publishOffering,
  send,
  xurrentRefusal,
  type OfferingBody,
  type PolicyBody,
} from '../../support/xurrent.ts';

describe('webhook policies', () => {
  let harness: Harness;
  let customer: Pick<Harness, 'request'>;
  beforeAll(async () => {
    harness = await createHarness('postgres');
    customer = actingAs(harness, 'other');
  });
  afterAll(() => harness.close());
  const policies = '/v1/webhook_policies';
  let made = 0;
  const offering = (): Promise<OfferingBody> => addOffering(harness, { name: `Told ${(made += 1)}` });
  const add = async (json: object): Promise<PolicyBody> =>
    read<PolicyBody>(await send(harness, 'POST', policies, { json }), 201);

  it('show their public key when they are made, and never again', async () => {
    const { public_key_pem, ...made } = await add({ jwt_alg: 'es256', jwt_claim_expires_in: '2:00' });
    expect(createPublicKey(public_key_pem!).asymmetricKeyType).toBe('ec');
    expect(made).toMatchObject({ jwt_alg: 'es256', jwt_audience: null, jwt_claim_expires_in: 120, disabled: false });
    expect(made.name).toMatch(/^Webhook policy /);
    expect(await read(await harness.request(`${policies}/${made.id}`), 200)).toEqual(made);
    expect(await read(await harness.request(`${policies}/${made.nodeID}.json`), 200)).toEqual(made);
  });

  it('are changed, listed and removed', async () => {
    const { id } = await add({ jwt_alg: 'es384', jwt_audience: 'me' });
    const json = { jwt_audience: '', jwt_claim_expires_in: 5, disabled: 'true' };
    const changed = await send(harness, 'PATCH', `${policies}/${id}`, { json });
    expect(await read(changed, 200)).toMatchObject({ jwt_audience: null, jwt_claim_expires_in: 5, disabled: true });
    const idsAt = async (route: string) =>
      (await read<PolicyBody[]>(await harness.request(`${policies}${route}`), 200)).map((one) => one.id);
    expect(await idsAt('/disabled')).toEqual([id]);
    expect(await idsAt('/enabled?per_page=100')).not.toContain(id);
    expect(await idsAt('?jwt_alg=es384,rs512&disabled=true')).toEqual([id]);
    const named = await add({ app_offering_id: (await offering()).id });
    expect(await idsAt(`?name=${named.name.toUpperCase()}`)).toEqual([named.id]);
    expect((await send(harness, 'DELETE', `${policies}/${id}`)).status).toBe(204);
    await xurrentRefusal(await harness.request(`${policies}/${id}`), 404);
    await xurrentRefusal(await harness.request(`/webhook_policies/${id}/.well-known/jwks.json`, { as: null }), 404);
  });

  it('leave nothing to check with once they are removed, and another one may follow', async () => {
    const app = await offering();
    const json = { app_offering_id: app.id };
    const first = await add(json);
    expect(fieldsOf(await xurrentRefusal(await send(harness, 'POST', policies, { json }), 422))).toEqual([
      'app_offering_id',
    ]);
    await send(harness, 'DELETE', `${policies}/${first.id}`);
    const second = await add(json);
    expect(second.public_key_pem).not.toBe(first.public_key_pem);
    const keys = await harness.deps.db.query('select 1 from signing_keys where public_pem = $1', [
      first.public_key_pem,
    ]);
    expect(keys.rowCount).toBe(0);
  });

  it.each([
    [{}, 'jwt_alg'],
    [{ jwt_alg: 'none' }, 'jwt_alg'],
    [{ jwt_alg: 'hs256' }, 'jwt_alg'],
    [{ jwt_alg: 'RS256' }, 'jwt_alg'],
    [{ jwt_alg: 'es256', jwt_audience: 'x'.repeat(2_049) }, 'jwt_audience'],
    [{ jwt_alg: 'es256', jwt_audience: 'a\nb' }, 'jwt_audience'],
    [{ jwt_alg: 'es256', jwt_claim_expires_in: 0 }, 'jwt_claim_expires_in'],
    [{ jwt_alg: 'es256', jwt_claim_expires_in: '1:75' }, 'jwt_claim_expires_in'],
    [{ app_offering_id: 999_999 }, 'app_offering_id'],
    [{ app_offering_id: 'x' }, 'app_offering_id'],
    [{ app_offering_id: 1, jwt_audience: 'x' }, 'jwt_audience'],
  ])('are refused when they are %j', async (json, field) => {
    expect(fieldsOf(await xurrentRefusal(await send(harness, 'POST', policies, { json }), 422))).toEqual([field]);
  });

  it('of an offering say what the offering says, and of another account are not there', async () => {
    const app = await offering();
    const { id } = await add({ app_offering_id: app.id });
    const refused = await send(harness, 'PATCH', `${policies}/${id}`, {
      json: { jwt_audience: 'x', jwt_alg: 'rs256' },
    });
    expect(fieldsOf(await xurrentRefusal(refused, 422))).toEqual(['jwt_alg', 'jwt_audience']);
    await xurrentRefusal(await customer.request(`${policies}/${id}`), 404);
    await xurrentRefusal(await send(customer, 'DELETE', `${policies}/${id}`), 404);
    await xurrentRefusal(await send(harness, 'DELETE', `${policies}/${id}`, { as: 'agent' }), 403);
  });

  it('are found by discovery at the host of an account where accounts have hosts of their own', async () => {
    const host = `acme.localhost:${new URL(harness.origin).port}`;
    const at = async (path: string, name = host) => {
      const { status, body } = await sendRaw(harness.origin, { path, headers: { host: name } });
      return { status, body: JSON.parse(body.toString()) as { keys?: unknown[]; issuer?: string } };
    };
    expect((await at('/.well-known/openid-configuration')).body.issuer).toBe(
      `http://localhost:${new URL(harness.origin).port}/accounts/acme`,
    );
    expect((await at('/.well-known/jwks.json')).body.keys!.length).toBeGreaterThan(0);
    expect((await at('/.well-known/jwks.json', `-.localhost`)).status).toBe(404);
    const { id } = await read<PolicyBody>(
      await send(harness, 'POST', '/v1/webhook_policies', { json: { jwt_alg: 'es256' } }),
      201,
    );
    expect((await at(`/webhook_policies/${id}/.well-known/jwks.json`)).status).toBe(200);
    expect((await at(`/webhook_policies/${id}/.well-known/jwks.json`, 'other.localhost')).status).toBe(404);
  });

  it('are found by discovery however many keys their account has', async () => {
    const { db } = harness.deps;
    await db.query(
      `insert into signing_keys (account_id, kid, algorithm, public_pem, public_jwk, private_key)
       select $1, 'spare ' || n, 'es256', '', jsonb_build_object('kid', 'spare ' || n), '' from generate_series(1, 1000) n`,
      [harness.accountId],
    );
    const { id, public_key_pem } = await add({ jwt_alg: 'es256' });
    const keysAt = async (issuer: string) =>
      (
        await read<{ keys: { kid: string }[] }>(
          await harness.request(`${issuer}/.well-known/jwks.json`, { as: null }),
          200,
        )
      ).keys.map(({ kid }) => kid);
    const { rows } = await db.query<{ kid: string }>('select kid from signing_keys where public_pem = $1', [
      public_key_pem,
    ]);
    const newest = rows[0]!.kid;
    expect(await keysAt(`/webhook_policies/${id}`)).toEqual([newest]);
    const ofAccount = await keysAt('/accounts/acme');
    expect(ofAccount).toHaveLength(1_000);
    expect(ofAccount.slice(0, 2)).toEqual([newest, 'spare 1000']);
  });

  it('keep ten keys of before, and the oldest is removed', async () => {
    const { db } = harness.deps;
    const app = await publishOffering(harness, (await offering()).id);
    const { id } = await add({ app_offering_id: app.id });
    const former: number[] = [];
    while (former.length < 10) former.push((await makeKey(harness)).id);
    await db.query('update door_records set attributes = attributes || $2 where id = $1', [
      id,
      JSON.stringify({ former_key_ids: former.toReversed() }),
    ]);
    await send(harness, 'PATCH', `/v1/app_offerings/${app.id}`, { json: { policy_jwt_alg: 'es384' } });
    await publishOffering(harness, app.id);
    await read(await send(customer, 'POST', '/v1/app_instances', { json: { app_offering_id: app.id } }), 201);
    const { keys } = await read<{ keys: { alg: string }[] }>(
      await harness.request(`/webhook_policies/${id}/.well-known/jwks.json`, { as: null }),
      200,
    );
    expect(keys.map(({ alg }) => alg)).toEqual(['ES384', ...Array.from({ length: 10 }, () => 'ES256')]);
    expect(await findSigningKey(db, harness.accountId, former[0]!)).toBeUndefined();
    expect(await findSigningKey(db, harness.accountId, former[1]!)).toBeDefined();
  });
});
