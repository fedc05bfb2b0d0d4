import AdmZip from 'adm-zip';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { endOf, read, type InstallationBody } from '../support/client.ts';
import { createHarness, type Harness } from '../support/harness.ts';
import { countOf } from '../support/jobs.ts';
import { macros } from '../support/packages.ts';
import { createZcli, type AppFolder, type Zcli } from '../support/zcli.ts';

const SECRET = 'swordfish-3141';

/** The real tool against the real server: it looks at few of the answers, so the server is asked what it then has. */
describe('zcli apps:create', { concurrent: true, timeout: 90_000 }, () => {
  let harness: Harness;
  let zcli: Zcli;
  beforeAll(async () => {
    harness = await createHarness('redis', { https: true });
    harness.startWorker();
    zcli = await createZcli(harness);
  });
  afterAll(async () => {
    await zcli.close();
    await harness.close();
  });

  const installationsOf = async (appId: number | undefined, slot = 'v2'): Promise<InstallationBody[]> => {
    const answer = await harness.request(`/api/${slot}/apps/installations.json`);
    const { installations } = await read<{ installations: InstallationBody[] }>(answer, 200);
    return installations.filter(({ app_id }) => app_id === appId);
  };
  /** Runs it, and gives the id of the app that it says it made. */
  const create = async (app: AppFolder): Promise<number> => {
    const { code, screen } = await zcli.run(['apps:create', app.path]);
    expect(screen).toMatch(/Uploaded\n.*Deployed\n/);
    expect(screen).toMatch(/^Successfully installed app: Tiny with app_id: \d+$/m);
    const id = /app_id: (\d+)$/m.exec(screen)?.[1];
    expect(code).toBe(0);
    expect((await app.config()).app_id).toBe(Number(id));
    return Number(id);
  };

  it('installs an app with the settings of its config file, each in the type it has there', async () => {
    const parameters = [
      { name: 'team', type: 'text', required: true },
      { name: 'hours', type: 'number', required: true },
      { name: 'strict', type: 'checkbox', default: true },
      { name: 'token', type: 'text', secure: true, required: true, scopes: ['header'] },
    ];
    const config = { team: 'Second line', hours: 12, strict: false, token: SECRET };
    const app = await zcli.makeApp({ manifest: { parameters }, config });
    const id = await create(app);
    expect((await app.config()).parameters).toEqual(config);

    const [installation, ...more] = await installationsOf(id);
    expect(more).toEqual([]);
    expect(installation).toMatchObject({
      product: 'support',
      settings: { name: 'Tiny', title: 'Tiny', team: 'Second line', hours: 12, strict: false, token: null },
    });
    const { rows } = await harness.deps.db.query<{ secrets: object }>(
      'select secrets from installations where app_id = $1',
      [id],
    );
    expect(rows.map(({ secrets }) => Object.keys(secrets))).toEqual([['token']]);
  });

  it('sends the config file along, and the server drops it', async () => {
    const id = await create(await zcli.makeApp({ config: { token: SECRET } }));
    const answer = await harness.request(`/api/v2/apps/${id}/package`);
    const kept = new AdmZip(Buffer.from(await answer.arrayBuffer())).getEntries().map(({ entryName }) => entryName);
    expect(kept.toSorted()).toEqual(['assets/iframe.html', 'manifest.json', 'translations/en.json']);
  });

  it('installs an app of two products once in each', async () => {
    const location = { support: { nav_bar: 'assets/iframe.html' }, sell: { deal_card: 'assets/iframe.html' } };
    const id = await create(await zcli.makeApp({ manifest: { location, singleInstall: true } }));
    const installations = await installationsOf(id);
    expect(installations.map(({ product }) => product).toSorted()).toEqual(['sell', 'support']);
    for (const product of ['sell', 'support']) expect(await installationsOf(id, product)).toHaveLength(1);
  });

  it('installs an app that still calls the products by their old names', async () => {
    const location = {
      zendesk: { ticket_sidebar: 'assets/iframe.html' },
      zopim: { chat_sidebar: 'assets/iframe.html' },
      lotus_box: { nav_bar: 'assets/iframe.html' },
    };
    const id = await create(await zcli.makeApp({ manifest: { location } }));
    const products = (await installationsOf(id)).map(({ product }) => product).toSorted();
    expect(products).toEqual(['chat', 'standalone_chat', 'support']);
  });

  it('installs an app whose requirements are provisioned by the time its job has ended', async () => {
    const id = await create(await zcli.makeApp({ requirements: macros(3) }));
    const [installation] = await installationsOf(id);
    expect(await endOf(harness, installation!.pending_job_id)).toMatchObject({ status: 'completed', progress: 4 });
    expect(await installationsOf(id)).toMatchObject([{ enabled: true, pending_installation: false }]);
    expect(await countOf(harness, `resources where installation_id = ${installation!.id}`)).toBe(3);
  });

  it('makes an app of requirements alone, and leaves the installing to others', async () => {
    const manifest = { requirementsOnly: true, location: undefined, frameworkVersion: undefined };
    const id = await create(await zcli.makeApp({ manifest, requirements: macros(1) }));
    expect((await harness.request(`/api/v2/apps/${id}.json`)).status).toBe(200);
    expect(await installationsOf(id)).toEqual([]);
  });

  it('shows what a build found wrong, a line for each', async () => {
    const app = await zcli.makeApp({
      manifest: { name: 'Broken', author: undefined, version: 7, parameters: [{ name: 'x', type: 'y' }] },
    });
    const { code, screen } = await zcli.run(['apps:create', app.path]);
    // Its own way of ending after a failed job.
    expect(code).toBe(0);
    expect(screen).toMatch(/Deploying app\.\.\. Failed\n/);
    for (const word of ['author', 'version', '"y"'])
      expect(screen).toMatch(new RegExp(`^manifest\\.json, line 1.*${word}`, 'm'));
    expect(screen).not.toContain('Successfully');
    expect(await countOf(harness, "apps where name = 'Broken'")).toBe(0);
  });

  it.sequential.each([
    ['a wrong token', () => ({ ZENDESK_API_TOKEN: 'wrong' })],
    ["an agent's token", () => ({ ZENDESK_OAUTH_TOKEN: harness.tokens.agent })],
  ])('ends at once with %s', async (_name, env) => {
    const before = await countOf(harness, 'uploads');
    const { code, screen } = await zcli.run(['apps:create', (await zcli.makeApp()).path], env());
    expect(screen).toMatch(/^Error: Failed to upload app Tiny$/m);
    expect(code).toBe(2);
    expect(await countOf(harness, 'uploads')).toBe(before);
  });
});
