import { createPublicKey } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createCipher } from '../../../src/secrets/cipher.ts';
import { rotateSecrets } from '../../../src/use-cases/rotate-secrets.ts';
import { actingAs, publish } from '../../support/acting-as.ts';
import { buildApp, install, read } from '../../support/client.ts';
import { createHarness, type Harness } from '../../support/harness.ts';
import { pemOf } from '../../support/notifications.ts';
import { buildArchive } from '../../support/packages.ts';
import { refusal } from '../../support/refusal.ts';

describe('the public key of an app', () => {
  let harness: Harness;
  let other: Pick<Harness, 'request'>;
  beforeAll(async () => {
    harness = await createHarness('postgres');
    other = actingAs(harness, 'other');
    harness.startWorker();
  });
  afterAll(() => harness.close());

  const newApp = (): Promise<number> => buildApp(harness, buildArchive());
  const pathOf = (app: number): string => `/api/v2/apps/${app}/public_key`;

  it('is a JSON string without a suffix or with .json, and a PEM file with .pem', async () => {
    const app = await newApp();
    const pem = await pemOf(harness, app);
    const key = createPublicKey(pem);
    expect([key.asymmetricKeyType, key.asymmetricKeyDetails?.modulusLength]).toEqual(['rsa', 2_048]);
    for (const path of [pathOf(app), `${pathOf(app)}.json`, `/api/support/apps/${app}/public_key`])
      expect(await read<string>(await harness.request(path), 200)).toBe(pem);
    const types = [];
    for (const accept of ['*/*', 'application/json', 'application/x-pem-file', 'text/plain'])
      types.push((await harness.request(`${pathOf(app)}.pem`, { headers: { accept } })).headers.get('content-type'));
    const plain = 'text/plain; charset=utf-8';
    expect(types).toEqual([plain, plain, 'application/x-pem-file', plain]);
  });

  it('is made once, however many ask for it at once, and stays', async () => {
    const [app, second] = [await newApp(), await newApp()];
    const pems = await Promise.all(Array.from({ length: 30 }, () => pemOf(harness, app)));
    expect(new Set(pems).size).toBe(1);
    expect(await pemOf(harness, second)).not.toBe(pems[0]);
    const { rows } = await harness.deps.db.query<{ key: string }>(
      'select private_key as key from signing_keys where app_id = $1',
      [app],
    );
    expect(rows).toHaveLength(1);
    expect(rows[0]!.key).not.toContain('PRIVATE');
    const [old] = harness.deps.config.secretsKeys as [Buffer];
    const cipher = createCipher([Buffer.alloc(32, 8), old]);
    expect((await rotateSecrets({ db: harness.deps.db, cipher })).failures.size).toBe(0);
    await rotateSecrets({ db: harness.deps.db, cipher: createCipher([old, Buffer.alloc(32, 8)]) });
    expect(await pemOf(harness, app)).toBe(pems[0]);
    await harness.request(`/api/v2/apps/${app}`, { method: 'DELETE' });
    await refusal(await harness.request(pathOf(app)), 404);
    const { rowCount } = await harness.deps.db.query('select 1 from signing_keys where app_id = $1', [app]);
    expect(rowCount).toBe(0);
  });

  it('is shown to everyone who may see the app, and without credentials where it is published to all', async () => {
    const app = await newApp();
    const statuses = async (): Promise<number[]> => {
      const found = [];
      for (const as of ['admin', 'agent', 'other', null] as const)
        found.push((await harness.request(`${pathOf(app)}.pem`, { as })).status);
      return found;
    };
    expect(await statuses()).toEqual([200, 200, 404, 401]);
    const nobody = await refusal(await harness.request(pathOf(app), { as: null }), 401);
    expect(await refusal(await harness.request(pathOf(999_999), { as: null }), 401)).toEqual(nobody);
    const headers = { authorization: 'Bearer wrong' };
    await publish(harness, app, 'public');
    expect(await statuses()).toEqual([200, 200, 200, 200]);
    await refusal(await harness.request(pathOf(app), { as: null, headers }), 401);
    await install(other, app);
    await publish(harness, app, 'private');
    expect(await statuses()).toEqual([200, 200, 200, 401]);
    await refusal(await harness.request(pathOf(app), { as: 'operator' }), 403);
  });

  it('is not in the key set of the account, which has the keys of its webhook policies', async () => {
    const app = await newApp();
    await pemOf(harness, app);
    const { keys } = await read<{ keys: unknown[] }>(
      await harness.request('/accounts/acme/.well-known/jwks.json', { as: null }),
      200,
    );
    expect(keys).toEqual([]);
  });
});
