import { importJWK, jwtVerify } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { withTransaction } from '../../../src/db/pool.ts';
import { findSealedSigningKey, findSigningKey } from '../../../src/db/signing-keys.ts';
import { createCipher, keyIdOf, sealedWith } from '../../../src/secrets/cipher.ts';
import { signingKeyContext } from '../../../src/secrets/signing.ts';
import { createSigningKey } from '../../../src/use-cases/deliveries/create-signing-key.ts';
import { rotateSecrets } from '../../../src/use-cases/rotate-secrets.ts';
import { runDelivery } from '../../../workers/run-delivery.ts';
import { ask, deliveryTo, makeKey } from '../../support/deliveries.ts';
import { createHarness, type Harness } from '../../support/harness.ts';
import { startReceiver } from '../../support/receiver.ts';

const never = new AbortController().signal;
const newKey = Buffer.alloc(32, 8);

describe('signing keys', () => {
  let harness: Harness;
  let oldKey: Buffer;
  beforeAll(async () => {
    harness = await createHarness('postgres', { env: { DELIVERY_ALLOW_PRIVATE: 'true' } });
    [oldKey] = harness.deps.config.secretsKeys as [Buffer];
  });
  afterAll(() => harness.close());

  const sealedOf = async (id: number): Promise<string> =>
    (await findSealedSigningKey(harness.deps.db, harness.accountId, id))!.privateKey;

  it('show their public half, and keep the private one sealed for their account and place', async () => {
    const key = await makeKey(harness, 'rs256');
    expect(key).toMatchObject({ accountId: harness.accountId, algorithm: 'rs256' });
    expect(key.publicPem).toMatch(/^-----BEGIN PUBLIC KEY-----\n/);
    expect(key.publicJwk).toMatchObject({ kty: 'RSA', kid: key.kid, alg: 'RS256', use: 'sig' });
    expect(await findSigningKey(harness.deps.db, harness.accountId, key.id)).toEqual(key);
    const { rows } = await harness.deps.db.query<{ text: string }>('select k::text as text from signing_keys k');
    expect(rows.map(({ text }) => text).join()).not.toContain('PRIVATE');
    const sealed = await sealedOf(key.id);
    expect(harness.deps.cipher.open(sealed, signingKeyContext(harness.accountId, key.kid))).toContain('PRIVATE KEY');
    expect(() => harness.deps.cipher.open(sealed, signingKeyContext(harness.accountId + 1, key.kid))).toThrow(
      'authenticate data',
    );
  });

  it('are made in the transaction that needs them, or not at all', async () => {
    let id = 0;
    const work = withTransaction(harness.deps.db, async (db) => {
      const input = { accountId: harness.accountId, algorithm: 'es256' } as const;
      ({ id } = await createSigningKey({ db, cipher: harness.deps.cipher }, input));
      throw new Error('no');
    });
    await expect(work).rejects.toThrow('no');
    expect(await findSigningKey(harness.deps.db, harness.accountId, id)).toBeUndefined();
  });

  it('are sealed anew with a new key, and sign as before', async () => {
    const receiver = await startReceiver();
    const key = await makeKey(harness);
    const other = await makeKey(harness, 'es384');
    const cipher = createCipher([newKey, oldKey]);
    await harness.deps.db.query(`update signing_keys set private_key = $2 where id = $1`, [
      other.id,
      createCipher([oldKey]).seal('x', 'for another place'),
    ]);
    const { places, failures, usedKeys } = await rotateSecrets({ db: harness.deps.db, cipher });
    const { rows } = await harness.deps.db.query<{ count: number }>('select count(*) as count from signing_keys');
    const changed = rows[0]!.count - 1;
    expect(places).toContainEqual({ row: 'signing key', changedValues: changed, changedRows: changed });
    expect(failures).toEqual(new Map([[keyIdOf(oldKey), 1]]));
    expect(usedKeys).toEqual(expect.arrayContaining([keyIdOf(newKey), keyIdOf(oldKey)]));
    expect(sealedWith(await sealedOf(key.id))).toBe(keyIdOf(newKey));

    const ref = await ask(harness, deliveryTo(harness, key.id, { url: receiver.url }));
    expect(await runDelivery({ ...harness.deps, cipher: createCipher([newKey]) }, ref, never)).toBeUndefined();
    const { jwt } = receiver.received[0]!.body as { jwt: string };
    await jwtVerify(jwt, await importJWK(key.publicJwk, 'ES256'));
    await receiver.close();
  });

  it('that somebody holds are waited for when everything is sealed anew', async () => {
    await harness.deps.db.query('delete from signing_keys');
    const { id, kid } = await makeKey(harness);
    const cipher = createCipher([newKey, oldKey]);
    let running: ReturnType<typeof rotateSecrets> | undefined;
    await withTransaction(harness.deps.db, async (tx) => {
      await tx.query('select 1 from signing_keys where id = $1 for update', [id]);
      running = rotateSecrets({ db: harness.deps.db, cipher });
      const waiting = `select 1 from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()`;
      await expect
        .poll(async () => (await harness.deps.db.query(waiting)).rowCount, { interval: 10, timeout: 5_000 })
        .toBe(1);
    });
    expect((await running!).places).toContainEqual({ row: 'signing key', changedValues: 1, changedRows: 1 });
    expect(createCipher([newKey]).open(await sealedOf(id), signingKeyContext(harness.accountId, kid))).toContain(
      'PRIVATE',
    );
  });
});
