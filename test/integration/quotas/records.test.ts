import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { QuotaName } from '../../../src/domain/quota.ts';
import { createEnvironment } from '../../../src/use-cases/environments/create-environment.ts';
import { createRole } from '../../../src/use-cases/environments/create-role.ts';
import { listEnvironments } from '../../../src/use-cases/environments/list-environments.ts';
import { createToken } from '../../../src/use-cases/create-token.ts';
import { changeQuotas, type QuotaChange } from '../../../src/use-cases/quotas/account-quotas.ts';
import { emails } from '../../support/accounts.ts';
import { actingAs } from '../../support/acting-as.ts';
import { read } from '../../support/client.ts';
import { createHarness, type Harness } from '../../support/harness.ts';
import { environmentOf } from '../../support/kontent.ts';
import { logIn, login, newAttempt, sendForm } from '../../support/oauth-login.ts';
import { addOffering, publishOffering, send, xurrentRefusal } from '../../support/xurrent.ts';

describe('quotas of records', () => {
  let harness: Harness;
  beforeAll(async () => {
    harness = await createHarness('postgres');
  });
  afterAll(() => harness.close());
  beforeEach(async () => {
    await harness.deps.db.query(`update accounts set quotas = '{}'`);
  });
  const own = (...changes: QuotaChange[]) =>
    changeQuotas({ db: harness.deps.db, usual: harness.deps.config.quotas }, 'acme', changes);
  const usedOf = async (name: QuotaName): Promise<number> => (await own()).find((one) => one.name === name)!.used;
  const full = (quota: QuotaName, used: number) => ({
    code: 'quota_exceeded',
    status: 422,
    details: { quota, used, allowed: used },
  });

  it('refuse a policy beyond the quota, also when many are made at once; policies that offerings need are made', async () => {
    const add = (json: unknown = { jwt_alg: 'es256' }) => send(harness, 'POST', '/v1/webhook_policies', { json });
    await own(['policies', 3]);
    const made = await Promise.all(Array.from({ length: 6 }, () => add()));
    expect(made.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([201, 201, 201, 422, 422, 422]);
    const refused = await xurrentRefusal(await add(), 422);
    expect(JSON.stringify(refused)).toMatch(/quota of policies is not enough: 3 of 3 are used/);
    expect((await harness.deps.db.query('select 1 from signing_keys')).rowCount).toBe(3);
    const app = await addOffering(harness, { name: 'Full' });
    await publishOffering(harness, app.id);
    const other = actingAs(harness, 'other');
    await read(await send(other, 'POST', '/v1/app_instances', { json: { app_offering_id: app.id } }), 201);
    expect(await usedOf('policies')).toBe(4);
  });

  it.each(['/v1/service_instances', '/v1/ui_extension_versions'])(
    'refuse a record beyond the quota at %s',
    async (route) => {
      const before = await usedOf('records');
      await own(['records', before + 1]);
      const add = () => send(harness, 'POST', route, { json: { name: 'A' } });
      expect((await add()).status).toBe(201);
      expect(JSON.stringify(await xurrentRefusal(await add(), 422))).toContain('quota of records');
      expect(await usedOf('records')).toBe(before + 1);
    },
  );

  it('refuse environments and roles beyond the quota', async () => {
    const { deps } = harness;
    const environments = (await listEnvironments(deps, harness.accountId)).length;
    await own(['environments', environments + 1]);
    const make = (name: string) => createEnvironment(deps, { subdomain: 'acme', name });
    await make('Staging');
    await expect(make('QA')).rejects.toMatchObject(full('environments', environments + 1));
    await environmentOf(harness);
    const add = (codename: string) =>
      createRole(deps, { subdomain: 'acme', id: randomUUID(), codename, name: codename });
    await add('first');
    const roles = await usedOf('roles');
    await own(['roles', roles]);
    await expect(add('second')).rejects.toMatchObject(full('roles', roles));
  });

  it('refuse an API token beyond the quota, and count none that is revoked or has expired', async () => {
    const { deps } = harness;
    const add = (expiresAt: Date | null = null) =>
      createToken(deps, { email: emails.agent, label: 'quota', expiresAt });
    const before = await usedOf('tokens');
    await add(new Date(Date.now() - 1_000));
    const { id } = await add();
    expect(await usedOf('tokens')).toBe(before + 1);
    await own(['tokens', before + 1]);
    await expect(add()).rejects.toMatchObject(full('tokens', before + 1));
    await deps.db.query('update api_tokens set revoked_at = now() where id = $1', [id]);
    await add();
    await createToken(deps, { email: null, label: 'of no account', expiresAt: null });
  });

  it('refuse a login beyond the quota on its page, and count none that has ended', async () => {
    const before = await usedOf('sessions');
    await own(['sessions', before + 1]);
    const { access_token: token } = await logIn(harness);
    const attempt = () => sendForm(harness, { ...newAttempt().query, ...login, decision: 'allow' });
    const refused = await attempt();
    expect([refused.status, await refused.text()]).toEqual([422, expect.stringContaining('quota of sessions')]);
    await harness.request('/oauth/revoke', { method: 'POST', as: null, json: { token } });
    expect((await attempt()).status).toBe(303);
  });
});
