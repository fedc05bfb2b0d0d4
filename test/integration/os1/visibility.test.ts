import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findCatalogueApp } from '../../../src/db/catalogue.ts';
import { findAccountBySubdomain } from '../../../src/db/accounts.ts';
import { NotFoundError } from '../../../src/errors.ts';
import { createAccount } from '../../../src/use-cases/create-account.ts';
import { createToken } from '../../../src/use-cases/create-token.ts';
import { createUser } from '../../../src/use-cases/create-user.ts';
import { installApp } from '../../../src/use-cases/install-app.ts';
import { read } from '../../support/client.ts';
import { createHarness, type Harness } from '../../support/harness.ts';
import { act, addVersion, dataOf, goLive, patch, register, type AppBody } from '../../support/os1.ts';

const actor = { userId: null, name: 'a test', ip: null };

describe('who sees a live app and can install it', () => {
  let harness: Harness;
  /** Of the account `third`. */
  let third: Record<string, string>;
  beforeAll(async () => {
    harness = await createHarness('postgres');
    await createAccount(harness.deps, 'third');
    const email = 'tara@third.example';
    await createUser(harness.deps, { subdomain: 'third', email, role: 'admin', password: null });
    const { token } = await createToken(harness.deps, { email, label: 'test', expiresAt: null });
    third = { 'x-developerplatform-access': token };
  });
  afterAll(() => harness.close());

  const accounts = ['acme', 'other', 'third'] as const;
  const ask = (path: string, account: (typeof accounts)[number]) => {
    if (account === 'third') return harness.request(path, { as: null, headers: third });
    return harness.request(path, { as: account === 'acme' ? 'agent' : 'other' });
  };

  const install = async (subdomain: string, appId: string) => {
    const { id: accountId } = (await findAccountBySubdomain(harness.deps.db, subdomain))!;
    const own = { accountId: harness.accountId, kind: 'os1', by: 'externalId', value: appId } as const;
    const app = (await findCatalogueApp(harness.deps.db, own))!;
    return installApp(harness.deps, {
      accountId,
      actor,
      appId: app.id,
      appKind: 'os1',
      product: null,
      settings: { name: app.name },
      enabled: true,
      groupRestrictions: [],
      roleRestrictions: null,
    });
  };

  /** The accounts that see it by its id, that have it in their list, and that can install it. */
  const seenBy = async (appId: string): Promise<string[][]> => {
    const seen: string[] = [];
    const listed: string[] = [];
    const installed: string[] = [];
    for (const account of accounts) {
      const { status } = await ask(`/developer/apps/${appId}`, account);
      if (status === 200) seen.push(account);
      else expect(status).toBe(404);
      const { apps } = await dataOf<{ apps: AppBody[] }>(await ask('/developer/apps', account));
      if (apps.some((app) => app.appId === appId)) listed.push(account);
      try {
        expect(await install(account, appId)).toMatchObject({ state: 'installed' });
        installed.push(account);
      } catch (err) {
        expect(err).toBeInstanceOf(NotFoundError);
      }
    }
    return [seen, listed, installed];
  };
  const thrice = (...names: string[]) => [names, names, names];

  it.each<[string, object | undefined, string[]]>([
    ['nothing that is said of it', undefined, ['acme']],
    ['isPrivate', { isPrivate: true }, ['acme']],
    ['isPrivate false', { isPrivate: false }, ['acme', 'other', 'third']],
    ['ALLOW', { isPrivate: false, permissionType: 'ALLOW', orgIdentifiers: ['other'] }, ['acme', 'other']],
    ['DENY', { isPrivate: false, permissionType: 'DENY', orgIdentifiers: ['Other', 'nobody'] }, ['acme', 'third']],
    ['ALLOW of nobody', { isPrivate: false, permissionType: 'ALLOW', orgIdentifiers: [] }, ['acme']],
  ])('is decided by %s', async (name, visibility, expected) => {
    const { appId, appVersionId } = await register(harness, { listingId: name, ...(visibility && { visibility }) });
    await goLive(harness, appVersionId);
    expect(await seenBy(appId)).toEqual(thrice(...expected));
  });

  it('is nobody else while it is a draft', async () => {
    const { appId } = await register(harness, { listingId: 'draft', visibility: { isPrivate: false } });
    expect(await seenBy(appId)).toEqual(thrice('acme'));
  });

  it('is the same at the door of our own, which installs it for whoever sees it', async () => {
    const visibility = { isPrivate: false, permissionType: 'ALLOW', orgIdentifiers: ['other'] };
    const { appVersionId } = await register(harness, { listingId: 'native', displayName: 'Native', visibility });
    await goLive(harness, appVersionId);
    const { rows } = await harness.deps.db.query<{ id: number }>(`select id from apps where key = 'native'`);
    const json = { app_id: rows[0]!.id, settings: { name: 'Mine' } };
    const path = '/api/appyard/v1/installations';
    const installed = await harness.request(path, { as: 'other', method: 'POST', json });
    expect(await read(installed, 201)).toMatchObject({
      data: { app_kind: 'os1', app_key: 'native', app_name: 'Native', version: '1.0.0', state: 'installed' },
    });
    const { 'x-developerplatform-access': token } = third;
    const refused = await harness.request(path, {
      method: 'POST',
      json,
      headers: { authorization: `Bearer ${token}` },
    });
    expect(refused.status).toBe(404);
  });

  it('is decided by the version that is live, not by the next one', async () => {
    const { appId, appVersionId } = await register(harness, { listingId: 'next', visibility: { isPrivate: false } });
    await goLive(harness, appVersionId);
    const next = await addVersion(harness, appId, { version: '2.0.0' });
    const visibility = { permissionType: 'ALLOW', orgIdentifiers: ['third'] };
    await dataOf(await patch(harness, next.appVersionId, { displayName: 'Two', visibility }));
    const seen = await dataOf<AppBody>(await ask(`/developer/apps/${appId}`, 'other'));
    expect([seen.version, seen.displayName, seen.versions.length]).toEqual(['1.0.0', 'Vehicle Tracker', 1]);
    expect((await ask(`/developer/apps/versions/${next.appVersionId}`, 'other')).status).toBe(404);
    await goLive(harness, next.appVersionId);
    expect(await seenBy(appId)).toEqual(thrice('acme', 'third'));
  });

  it('is nobody else when it was depreciated; who has installed it keeps it', async () => {
    const { appId, appVersionId } = await register(harness, { listingId: 'gone', visibility: { isPrivate: false } });
    await goLive(harness, appVersionId);
    const { id } = await install('other', appId);
    await dataOf(await act(harness, appVersionId, 'DEPRECIATE', 'operator'));
    expect(await seenBy(appId)).toEqual(thrice('acme'));
    const { rows } = await harness.deps.db.query('select state from installations where id = $1', [id]);
    expect(rows).toEqual([{ state: 'installed' }]);
  });
});
