import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { changeApp } from '../../src/use-cases/catalogue/change-app.ts';
import { registerApp } from '../../src/use-cases/catalogue/register-app.ts';
import { installApp } from '../../src/use-cases/install-app.ts';
import { updateInstallation } from '../../src/use-cases/update-installation.ts';
import { upgradeInstallation } from '../../src/use-cases/upgrade-installation.ts';
import { buildApp, install, read, uploadPackage } from '../support/client.ts';
import { createHarness, type Harness } from '../support/harness.ts';
import { attempt } from '../support/jobs.ts';
import { buildArchive } from '../support/packages.ts';

const actor = { userId: null, name: 'test', ip: null };
const manifest = (secure: boolean) => ({
  manifest: { parameters: [{ name: 'token', type: 'text', ...(secure && { secure, scopes: ['header'] }) }] },
});

/** A setting that was plain becomes secret: nothing of its value may stay in clear, whatever happens meanwhile. */
describe('a setting that becomes secret', () => {
  let harness: Harness;
  beforeAll(async () => {
    harness = await createHarness('postgres');
  });
  afterAll(() => harness.close());

  const build = async (): Promise<number> => {
    const worker = harness.startWorker();
    const id = await buildApp(harness, buildArchive(manifest(false)));
    await worker.close(1_000);
    return id;
  };
  /** Gives the job of a build of the version that calls the setting secure. */
  const requestSecure = async (id: number): Promise<string> => {
    const json = { upload_id: await uploadPackage(harness, buildArchive(manifest(true))) };
    const put = await harness.request(`/api/v2/apps/${id}.json`, { method: 'PUT', json });
    return (await read<{ job_id: string }>(put, 200)).job_id;
  };
  const dumpOf = async (table: string): Promise<string> => {
    const { rows } = await harness.deps.db.query<{ text: string }>(`select t::text as text from ${table} t`);
    return rows.map(({ text }) => text).join('\n');
  };
  const everything = async (): Promise<string> => (await dumpOf('installations')) + (await dumpOf('audit_entries'));

  it('is sealed also where somebody gave it while the version was published', async () => {
    const app = await build();
    const { id } = await install(harness, app);
    const job = await requestSecure(app);
    let commit: () => void = () => undefined;
    const held = new Promise<undefined>((resolve) => (commit = () => resolve(undefined)));
    let began: () => void = () => undefined;
    const changing = new Promise<void>((resolve) => (began = resolve));
    const change = updateInstallation(harness.deps, {
      accountId: harness.accountId,
      actor,
      id,
      kind: null,
      appId: undefined,
      settings: { token: 'planted-meanwhile' },
      enabled: undefined,
      groupRestrictions: undefined,
      roleRestrictions: undefined,
      also: () => {
        began();
        return held;
      },
    });
    await changing;
    const built = attempt(harness, job);
    // The build waits for the change, which holds the installation.
    await expect
      .poll(async () => {
        const { rows } = await harness.deps.db.query<{ waiting: number }>(
          `select count(*) as waiting from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()`,
        );
        return rows[0]!.waiting;
      })
      .toBe(1);
    commit();
    await change;
    expect(await built).toBe('completed');
    expect(await everything()).not.toContain('planted-meanwhile');
    const { rows } = await harness.deps.db.query('select settings, secrets from installations where id = $1', [id]);
    expect(rows).toEqual([{ settings: {}, secrets: { token: expect.any(String) } }]);
  });

  it('is taken out of the audit log also of installations that are gone', async () => {
    const app = await build();
    const { id } = await install(harness, app, { name: 'Mine', token: 'planted-and-gone' });
    await harness.request(`/api/v2/apps/installations/${id}.json`, { method: 'DELETE' });
    expect(await everything()).toContain('planted-and-gone');
    expect(await attempt(harness, await requestSecure(app))).toBe('completed');
    expect(await everything()).not.toContain('planted-and-gone');
  });

  it('stays as it is while an upgrade is under way, and is sealed with the move', async () => {
    const version = (secure: boolean) => ({
      version: secure ? '2.0.0' : '1.0.0',
      externalId: null,
      state: null,
      attributes: {},
      parameters: [{ name: 'token', kind: 'text', required: false, secure, defaultValue: null } as const],
      requirements: [],
    });
    const { accountId } = harness;
    const app = await registerApp(harness.deps, {
      actor,
      app: {
        accountId,
        kind: 'sixth',
        key: 'upgraded',
        externalId: null,
        name: 'Upgraded',
        visibility: 'private',
        attributes: {},
      },
      version: { ...version(false), parameters: [...version(false).parameters] },
      describe: () => ({}),
    });
    const installed = await installApp(harness.deps, {
      accountId,
      actor,
      appId: app.id,
      appKind: null,
      product: null,
      settings: { token: 'planted-before' },
      enabled: true,
      groupRestrictions: [],
      roleRestrictions: null,
    });
    const { versions } = await changeApp(harness.deps, {
      actor,
      ref: { accountId, kind: 'sixth', by: 'id', value: app.id },
      describe: () => ({}),
      decide: () => ({ addVersion: { ...version(true), parameters: [...version(true).parameters] } }),
    });
    const upgraded = await upgradeInstallation(harness.deps, {
      accountId,
      actor,
      id: installed.id,
      versionId: versions[1]!.id,
      settings: { name: 'On its way' },
    });
    expect(upgraded.settings).toEqual({ token: 'planted-before' });
    expect(await attempt(harness, upgraded.jobId)).toBe('completed');
    expect(await everything()).not.toContain('planted-before');
  });
});
