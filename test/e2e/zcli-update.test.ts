import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { actingAs } from '../support/acting-as.ts';
import { buildApp, read, type InstallationBody } from '../support/client.ts';
import { createHarness, type Harness } from '../support/harness.ts';
import { buildArchive } from '../support/packages.ts';
import { createZcli, type AppFolder, type Zcli, type ZcliRun } from '../support/zcli.ts';

const SECRET = 'swordfish-3141';
const parameters = [
  { name: 'team', type: 'text', required: true },
  { name: 'hours', type: 'number' },
  { name: 'token', type: 'text', secure: true, required: true, scopes: ['header'] },
];
const manifest = {
  name: 'Tiny',
  author: { name: 'Ada', email: 'ada@acme.example' },
  defaultLocale: 'en',
  private: true,
  version: '1.1.0',
  frameworkVersion: '2.0',
  location: { support: { ticket_sidebar: 'assets/iframe.html' } },
};

describe('zcli apps:update', { concurrent: true, timeout: 90_000 }, () => {
  let harness: Harness;
  let zcli: Zcli;
  let theirs: number;
  beforeAll(async () => {
    harness = await createHarness('postgres', { https: true });
    harness.startWorker();
    zcli = await createZcli(harness);
    theirs = await buildApp(actingAs(harness, 'other'), buildArchive());
  });
  afterAll(async () => {
    await zcli.close();
    await harness.close();
  });

  const update = (app: AppFolder, env: Record<string, string> = {}): Promise<ZcliRun> =>
    zcli.run(['apps:update', app.path], env);
  const versionOf = async (id: number, as: 'admin' | 'other' = 'admin'): Promise<string> =>
    (await read<{ version: string }>(await harness.request(`/api/v2/apps/${id}.json`, { as }), 200)).version;
  /** An app that the server has in version 1.0.0, and whose folder knows its id. */
  const createdApp = async (): Promise<{ app: AppFolder; id: number }> => {
    const app = await zcli.makeApp({ manifest: { version: '1.1.0' } });
    const id = await buildApp(harness, buildArchive());
    await app.write('zcli.apps.config.json', { app_id: id });
    return { app, id };
  };

  it('publishes a version, changes the settings that it sends and keeps the secure one that it does not', async () => {
    const config = { team: 'First line', hours: 8, token: SECRET };
    const app = await zcli.makeApp({ manifest: { parameters }, config });
    await zcli.run(['apps:create', app.path]);
    const { app_id: id } = await app.config();
    const sealed = async (): Promise<unknown[]> =>
      (await harness.deps.db.query('select secrets from installations where app_id = $1', [id])).rows;
    const before = await sealed();
    expect(before).toEqual([{ secrets: { token: expect.anything() } }]);

    await app.write('manifest.json', { ...manifest, parameters });
    await app.write('zcli.apps.config.json', { app_id: id, parameters: { team: 'Second line', hours: 12.5 } });
    const { code, screen } = await update(app);
    expect(screen).toMatch(new RegExp(`^Successfully updated app: Tiny with app_id: ${id}$`, 'm'));
    expect(code).toBe(0);

    expect(await versionOf(id!)).toBe('1.1.0');
    const answer = await harness.request('/api/support/apps/installations.json');
    const { installations } = await read<{ installations: InstallationBody[] }>(answer, 200);
    expect(installations.filter(({ app_id }) => app_id === id)).toMatchObject([
      { settings: { name: 'Tiny', team: 'Second line', hours: 12.5, token: null } },
    ]);
    expect(await sealed()).toEqual(before);
  });

  it('updates the app of ZENDESK_APP_ID rather than that of the config file', async () => {
    const { app, id } = await createdApp();
    const { id: named } = await createdApp();
    const { code } = await update(app, { ZENDESK_APP_ID: String(named) });
    expect(code).toBe(0);
    expect(await versionOf(named)).toBe('1.1.0');
    expect(await versionOf(id)).toBe('1.0.0');
    expect((await app.config()).app_id).toBe(named);
  });

  it('shows what a build found wrong, and the version before stays', async () => {
    const { app, id } = await createdApp();
    await app.write('manifest.json', { ...manifest, author: undefined, defaultLocale: undefined });
    const { code, screen } = await update(app);
    expect(code).toBe(2);
    expect(screen).toMatch(/manifest\.json, line 1.*"author" and no "defaultLocale"/);
    expect(await versionOf(id)).toBe('1.0.0');
  });

  it.each([
    ['that nobody has', () => 999_999],
    ['of another account', () => theirs],
  ])('ends, and says that the request was refused, for the id of an app %s', async (_name, id) => {
    const { code, screen } = await update(await zcli.makeApp({ manifest: { version: '6.6.6' } }), {
      ZENDESK_APP_ID: String(id()),
    });
    expect(screen).toMatch(/no job id in this address, because the request before it was refused/);
    expect(screen).not.toContain('Successfully');
    expect(code).toBe(2);
    expect(await versionOf(theirs, 'other')).toBe('1.0.0');
  });

  it('ends at once with a wrong token, and without an id', async () => {
    const { app, id } = await createdApp();
    expect(await update(app, { ZENDESK_API_TOKEN: 'wrong' })).toEqual({
      code: 2,
      screen: expect.stringMatching(/^Error: Failed to upload app Tiny$/m),
    });
    expect(await versionOf(id)).toBe('1.0.0');
    expect(await update(await zcli.makeApp())).toEqual({
      code: 2,
      screen: expect.stringMatching(/^Error: App ID not found$/m),
    });
  });
});
