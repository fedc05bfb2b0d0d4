import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createCipher, keyIdOf, sealedWith } from '../../src/secrets/cipher.ts';
import { changeApp } from '../../src/use-cases/catalogue/change-app.ts';
import { registerApp } from '../../src/use-cases/catalogue/register-app.ts';
import { installApp } from '../../src/use-cases/install-app.ts';
import { secretContext } from '../../src/use-cases/installation-settings.ts';
import { rotateSecrets } from '../../src/use-cases/rotate-secrets.ts';
import { defaultContext, sealPlainDefaults } from '../../src/use-cases/secret-defaults.ts';
import { upgradeInstallation } from '../../src/use-cases/upgrade-installation.ts';
import { startSweep } from '../../workers/sweep.ts';
import { buildApp, endOf, install, read, uploadPackage, type InstallationBody } from '../support/client.ts';
import { createHarness, type Harness } from '../support/harness.ts';
import { buildArchive } from '../support/packages.ts';

const actor = { userId: null, name: 'test', ip: null };
const [newKey, strange] = [Buffer.alloc(32, 8), Buffer.alloc(32, 9)];
const secure = (value: unknown) => ({
  name: 'token',
  secure: true,
  scopes: ['header'],
  required: true,
  default: value,
});
const manifest = (value: unknown) => ({
  manifest: { parameters: [secure(value), { name: 'note', default: 'shown' }] },
});

interface Row {
  plain: unknown;
  sealed: string | null;
  updated: string | null;
}

describe('the default of a secure parameter', () => {
  let harness: Harness;
  let oldKey: Buffer;
  beforeAll(async () => {
    harness = await createHarness('postgres');
    harness.startWorker();
    [oldKey] = harness.deps.config.secretsKeys as [Buffer];
  });
  afterAll(() => harness.close());

  const build = (value: unknown): Promise<number> => buildApp(harness, buildArchive(manifest(value)));
  const rowsOf = async (app: number): Promise<Row[]> => {
    const { rows } = await harness.deps.db.query<Row>(
      `select p.default_value as plain, p.sealed_default as sealed, p.updated_at::text as updated
       from parameters p join app_versions v on v.id = p.version_id
       where v.app_id = $1 and p.name = 'token' order by v.id`,
      [app],
    );
    return rows;
  };
  const opened = (app: number, { sealed }: Row, ...keys: Buffer[]): string =>
    createCipher(keys).open(sealed!, defaultContext({ accountId: harness.accountId, appId: app }, 'token'));
  /** The value that an installation has, decrypted. */
  const valueOf = async (id: number): Promise<string | undefined> => {
    const { rows } = await harness.deps.db.query<{ secrets: Record<string, string> }>(
      'select secrets from installations where id = $1',
      [id],
    );
    const sealed = rows[0]!.secrets['token'];
    return sealed && harness.deps.cipher.open(sealed, secretContext(harness.accountId, 'token'));
  };
  /** As a release before stored it. */
  const storePlain = async (app: number, value: unknown): Promise<void> => {
    await harness.deps.db.query(
      `update parameters p set default_value = $2, sealed_default = null from app_versions v
       where v.id = p.version_id and v.app_id = $1 and p.name = 'token'`,
      [app, JSON.stringify(value)],
    );
  };
  const tryInstall = (app: number): Promise<Response> =>
    harness.request('/api/v2/apps/installations', {
      method: 'POST',
      json: { app_id: app, settings: { name: 'Mine' } },
    });

  it('is encrypted in the database, and an installation that is given no value gets it', async () => {
    const app = await build('swordfish');
    const [row] = await rowsOf(app);
    expect(row!.plain).toBeNull();
    expect(opened(app, row!, oldKey)).toBe('"swordfish"');
    const { id } = await install(harness, app);
    expect(await valueOf(id)).toBe('swordfish');
    const given = await install(harness, app, { token: 'other' });
    expect(await valueOf(given.id)).toBe('other');
  });

  it('dates the parameter anew only when it is another one', async () => {
    const app = await build('one');
    const publish = async (value: unknown): Promise<void> => {
      const json = { upload_id: await uploadPackage(harness, buildArchive(manifest(value))) };
      const put = await harness.request(`/api/v2/apps/${app}`, { method: 'PUT', json });
      await endOf(harness, (await read<{ job_id: string }>(put, 200)).job_id);
    };
    await publish('one');
    await publish('two');
    await storePlain(app, 'two');
    await publish('two');
    await publish('');
    const dates = (await rowsOf(app)).map(({ updated }) => updated);
    const changed = dates.map((date, index) => index > 0 && date !== dates[index - 1]);
    expect(changed).toEqual([false, false, true, false, true]);
    expect((await rowsOf(app)).at(-1)).toMatchObject({ plain: null, sealed: null });
    expect((await tryInstall(app)).status).toBe(422);
  });

  it('is used as a release before stored it, until a sweep encrypts it', async () => {
    const app = await build('x');
    await storePlain(app, 'from before');
    const { id } = await install(harness, app);
    expect(await valueOf(id)).toBe('from before');
    const sweep = startSweep(harness.deps, 60_000);
    await expect.poll(async () => (await rowsOf(app))[0]!.plain, { timeout: 10_000 }).toBeNull();
    await sweep.close();
    expect(opened(app, (await rowsOf(app))[0]!, oldKey)).toBe('"from before"');
    const { rows } = await harness.deps.db.query<{ plain: unknown }>(
      `select p.default_value as plain from parameters p join app_versions v on v.id = p.version_id
       where v.app_id = $1 and p.name = 'note'`,
      [app],
    );
    expect(rows).toEqual([{ plain: 'shown' }]);
    expect(await sealPlainDefaults(harness.deps, 1)).toBe(0);
  });

  it('is encrypted in bounded batches', async () => {
    const app = await build('x');
    await harness.deps.db.query(
      `insert into parameters (version_id, id, position, name, kind, required, secure, default_value)
       select version_id, 1000000 + n, n, 'p' || n, 'text', false, true, '"clear"'
       from parameters, generate_series(1, 150) n
       where name = 'token' and version_id = (select version_id from apps where id = $1)`,
      [app],
    );
    expect(await sealPlainDefaults(harness.deps, 1)).toBe(100);
    expect(await sealPlainDefaults(harness.deps, 10)).toBe(50);
  });

  it('is encrypted anew when the key is replaced', async () => {
    const [app, plain] = [await build('rotated'), await build('x')];
    await storePlain(plain, 'in clear');
    const rotation = await rotateSecrets({ db: harness.deps.db, cipher: createCipher([newKey, oldKey]) });
    expect(rotation).toMatchObject({ sealedPlain: 1, failures: new Map(), usedKeys: [keyIdOf(newKey)] });
    expect(rotation.places.find(({ row }) => row === 'app version')!.changedValues).toBeGreaterThan(0);
    const [row] = await rowsOf(app);
    expect(sealedWith(row!.sealed!)).toBe(keyIdOf(newKey));
    expect(opened(app, row!, newKey)).toBe('"rotated"');
    expect(opened(plain, (await rowsOf(plain))[0]!, newKey)).toBe('"in clear"');
    const back = await rotateSecrets({ db: harness.deps.db, cipher: createCipher([oldKey, newKey]) });
    expect(back.usedKeys).toEqual([keyIdOf(oldKey)]);
  });

  it('is asked for as a value when no key decrypts it', async () => {
    const app = await build('lost');
    const context = defaultContext({ accountId: harness.accountId, appId: app }, 'token');
    await harness.deps.db.query(
      `update parameters p set sealed_default = $2 from app_versions v
       where v.id = p.version_id and v.app_id = $1 and p.name = 'token'`,
      [app, createCipher([strange]).seal('"lost"', context)],
    );
    const answer = await tryInstall(app);
    expect([answer.status, await answer.text()]).toEqual([422, expect.stringContaining('token')]);
    expect(vi.mocked(harness.deps.log.warn).mock.calls.map(([message]) => message)).toContain('default not decrypted');
    expect(await valueOf((await install(harness, app, { token: 'given' })).id)).toBe('given');
  });

  it('counts as given in an installation whose version brings it later', async () => {
    const app = await buildApp(harness, buildArchive({ manifest: { parameters: [{ name: 'note' }] } }));
    const { id } = await install(harness, app);
    const json = { upload_id: await uploadPackage(harness, buildArchive(manifest('later'))) };
    const put = await harness.request(`/api/v2/apps/${app}`, { method: 'PUT', json });
    await endOf(harness, (await read<{ job_id: string }>(put, 200)).job_id);
    const shown = await read<InstallationBody>(await harness.request(`/api/v2/apps/installations/${id}`), 200);
    expect(shown).toMatchObject({ state: 'installed', missing_settings: [] });
  });

  it('is encrypted also in an app that was described, and given to an installation with the upgrade', async () => {
    const version = (value: string | null) => ({
      version: value,
      externalId: null,
      state: null,
      attributes: {},
      parameters:
        value === null
          ? []
          : [{ name: 'token', kind: 'text', required: true, secure: true, defaultValue: value } as const],
      requirements: [],
    });
    const { accountId } = harness;
    const app = await registerApp(harness.deps, {
      actor,
      app: {
        accountId,
        kind: 'sixth',
        key: 'described',
        externalId: null,
        name: 'Described',
        visibility: 'private',
        attributes: {},
      },
      version: version(null),
      describe: () => ({}),
    });
    const { id } = await installApp(harness.deps, {
      accountId,
      actor,
      appId: app.id,
      appKind: null,
      product: null,
      settings: {},
      enabled: true,
      groupRestrictions: [],
      roleRestrictions: null,
    });
    const { versions } = await changeApp(harness.deps, {
      actor,
      ref: { accountId, kind: 'sixth', by: 'id', value: app.id },
      describe: () => ({}),
      decide: () => ({ addVersion: version('described-default') }),
    });
    const [row] = await rowsOf(app.id);
    expect(row!.plain).toBeNull();
    expect(opened(app.id, row!, oldKey)).toBe('"described-default"');
    await upgradeInstallation(harness.deps, { accountId, actor, id, versionId: versions[1]!.id, settings: {} });
    expect(await valueOf(id)).toBe('described-default');
  });
});
