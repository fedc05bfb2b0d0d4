import { readdir } from 'node:fs/promises';
import path from 'node:path';
import AdmZip from 'adm-zip';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createHarness, type Harness } from '../support/harness.ts';
import { countOf } from '../support/jobs.ts';
import { createZcli, type AppFolder, type AppParts, type Zcli } from '../support/zcli.ts';

const bad: AppParts = {
  manifest: { author: undefined, location: { support: { nowhere: 'assets/no.html' } } },
};
/** A word of each reason, of which there is one a line. */
const reasons = ['"author"', 'nowhere', 'assets/no.html'];

describe.each(['apps:validate', 'apps:package'])('zcli %s', { concurrent: true, timeout: 90_000 }, (command) => {
  let harness: Harness;
  let zcli: Zcli;
  beforeAll(async () => {
    harness = await createHarness('postgres', { https: true });
    zcli = await createZcli(harness);
  });
  afterAll(async () => {
    await zcli.close();
    await harness.close();
  });

  const packagesOf = (app: AppFolder): Promise<string[]> => readdir(path.join(app.path, 'tmp'));

  it('ends well for a good app', async () => {
    const app = await zcli.makeApp({ config: { token: 'swordfish-3141' } });
    const { code, screen } = await zcli.run([command, app.path]);
    expect(screen).toMatch(command === 'apps:validate' ? /^No validation errors$/m : /^Package created at .+\.zip$/m);
    expect(code).toBe(0);
    const packages = await packagesOf(app);
    expect(packages).toHaveLength(command === 'apps:validate' ? 0 : 1);
    for (const name of packages)
      expect(new AdmZip(path.join(app.path, 'tmp', name)).getEntry('manifest.json')).toBeTruthy();
  });

  it('shows every reason against a bad one, a line for each', async () => {
    const { code, screen } = await zcli.run([command, (await zcli.makeApp(bad)).path]);
    expect(code).toBe(2);
    const lines = screen.trimEnd().split('\n');
    expect(lines[0]).toMatch(/^Error: Error: manifest\.json, line 1, /);
    for (const word of reasons) expect(lines.filter((line) => line.includes(word))).not.toEqual([]);
    expect(lines.slice(1).every((line) => line.startsWith('manifest.json, line 1, '))).toBe(true);
  });

  it('shows why it is not let in', async () => {
    const app = await zcli.makeApp();
    const nobody = await zcli.run([command, app.path], { ZENDESK_API_TOKEN: 'wrong' });
    expect(nobody).toEqual({ code: 2, screen: expect.stringMatching(/^Error: Error: Send valid credentials: /) });
    const agent = await zcli.run([command, app.path], { ZENDESK_OAUTH_TOKEN: harness.tokens.agent });
    expect(agent).toEqual({ code: 2, screen: expect.stringMatching(/^Error: Error: .+ admins only/) });
  });

  it.sequential('leaves nothing behind on the server', async () => {
    for (const table of ['uploads', 'apps', 'jobs']) expect(await countOf(harness, table)).toBe(0);
  });
});
