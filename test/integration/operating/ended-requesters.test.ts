import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { createToken } from '../../../src/use-cases/create-token.ts';
import { createUser } from '../../../src/use-cases/create-user.ts';
import { removeAccount } from '../../../src/use-cases/accounts/remove-account.ts';
import { resumeAccount, suspendAccount } from '../../../src/use-cases/accounts/suspend-account.ts';
import { disableUser } from '../../../src/use-cases/users/change-user.ts';
import { createAccount } from '../../../src/use-cases/create-account.ts';
import { buildApp, createApp, uploadPackage } from '../../support/client.ts';
import { createHarness, type Harness } from '../../support/harness.ts';
import { countOf } from '../../support/jobs.ts';
import { buildArchive, macros } from '../../support/packages.ts';

type Api = Pick<Harness, 'request'>;

/** Credentials are believed for 10 s after they were good: here they stay so during the test. */
describe('a job that is asked for with credentials that have ended a moment ago', () => {
  let harness: Harness;
  let appId: number;
  let made = 0;
  beforeAll(async () => {
    harness = await createHarness('postgres');
    const worker = harness.startWorker();
    appId = await buildApp(harness, buildArchive({ requirements: macros(2) }));
    await worker.close();
  });
  afterEach(() => vi.restoreAllMocks());
  afterAll(() => harness.close());

  /** An admin, with what each route that makes a job needs, and known to the API. */
  const someone = async (): Promise<{ api: Api; email: string; ask: () => Promise<Map<string, number>> }> => {
    const email = `soon-gone-${(made += 1)}@acme.example`;
    await createUser(harness.deps, { subdomain: 'acme', email, role: 'admin', password: null });
    const { token } = await createToken(harness.deps, { email, label: 'own', expiresAt: null });
    const request: Harness['request'] = (route, options = {}) =>
      harness.request(route, {
        ...options,
        as: null,
        headers: { authorization: `Bearer ${token}`, ...options.headers },
      });
    const api = { request };
    const uploads = [await uploadPackage(api, buildArchive()), await uploadPackage(api, buildArchive())];
    const cancelled = await createApp(harness, buildArchive());
    await harness.request(`/api/v2/apps/job_statuses/${cancelled}`, { method: 'DELETE' });
    const asked: Record<string, () => Promise<Response>> = {
      build: () => request('/api/apps.json', { method: 'POST', json: { upload_id: uploads[0] } }),
      'new version': () => request(`/api/v2/apps/${appId}.json`, { method: 'PUT', json: { upload_id: uploads[1] } }),
      install: () =>
        request('/api/v2/apps/installations.json', {
          method: 'POST',
          json: { app_id: appId, settings: { name: 'Mine' } },
        }),
      retry: () => request(`/api/v2/apps/job_statuses/${cancelled}/retry`, { method: 'POST' }),
    };
    const ask = async (): Promise<Map<string, number>> => {
      const answers = new Map<string, number>();
      for (const [name, send] of Object.entries(asked)) answers.set(name, (await send()).status);
      return answers;
    };
    return { api, email, ask };
  };
  const open = async (): Promise<number> => {
    const { rows } = await harness.deps.db.query<{ n: number }>(
      `select count(*)::int as n from jobs where state in ('queued', 'working')`,
    );
    return rows[0]!.n;
  };
  const all = (status: number) => new Map(['build', 'new version', 'install', 'retry'].map((name) => [name, status]));

  it('is refused with 401 after its user was disabled', async () => {
    const { ask, email } = await someone();
    const [jobs, installations] = [await open(), await countOf(harness, 'installations')];
    await disableUser(harness.deps, email);
    expect(await ask()).toEqual(all(401));
    expect([await open(), await countOf(harness, 'installations')]).toEqual([jobs, installations]);
  });

  it('is refused with 403 after its account was suspended, and taken after it was resumed', async () => {
    const { ask } = await someone();
    await suspendAccount(harness.deps, 'acme');
    expect(await ask()).toEqual(all(403));
    expect(await open()).toBe(0);
    await resumeAccount(harness.deps, 'acme');
    const answers = await ask();
    expect([...answers.values()].every((status) => status < 300)).toBe(true);
  });

  it('is settled or refused when its user is disabled at the same moment', async () => {
    for (let round = 0; round < 5; round += 1) {
      const { ask, email } = await someone();
      const before = await open();
      await Promise.all([ask(), disableUser(harness.deps, email)]);
      expect(await open()).toBe(before);
    }
  });

  it('is settled or refused when its account is suspended at the same moment', async () => {
    for (let round = 0; round < 5; round += 1) {
      const { ask } = await someone();
      await Promise.all([ask(), suspendAccount(harness.deps, 'acme')]);
      expect(await open()).toBe(0);
      await resumeAccount(harness.deps, 'acme');
    }
  });

  it('has ended before an account is removed, also one that was suspended just before', async () => {
    await createAccount(harness.deps, 'brief');
    await suspendAccount(harness.deps, 'brief');
    const begun = performance.now();
    await removeAccount(harness.deps, 'brief', { waitMs: 600 });
    expect(performance.now() - begun).toBeGreaterThan(400);

    await createAccount(harness.deps, 'long');
    await suspendAccount(harness.deps, 'long');
    await harness.deps.db.query(
      `update accounts set suspended_at = now() - interval '1 hour' where subdomain = 'long'`,
    );
    const slept = performance.now();
    await removeAccount(harness.deps, 'long', { waitMs: 20_000 });
    expect(performance.now() - slept).toBeLessThan(15_000);
  });
});
