import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { projectRoot } from '../../src/cli/project-root.ts';
import { createHarness, type Harness } from '../support/harness.ts';
import {
  organisationIdOf,
  type AvailableBody,
  type ErrorEntry,
  type InstalledBody,
  type PageBody,
} from '../support/kustomer.ts';
import { runScript } from '../support/run-script.ts';

const script = path.join(projectRoot, 'test/e2e/kustomer-curls.sh');

const steps = [
  'Register an app 201',
  'Update an app 201',
  'Update fields, by POST 200',
  'Update fields, by PATCH 200',
  'Duplicate app id 409',
  'Install the app 202',
  'Installed app 200',
  'Minimal app definition 201',
  'Upgrade to the minimal definition 202',
  'Installed minimal app 200',
  'Correct app definition 201',
  'Upgrade to the correct definition 202',
  'Installed correct app 200',
  'Available apps 200',
  'Installed apps 200',
];

describe("the vendor's samples of Kustomer apps", { timeout: 60_000 }, () => {
  let harness: Harness;
  beforeAll(async () => {
    harness = await createHarness('redis');
    harness.startWorker();
  });
  afterAll(() => harness.close());

  const run = async (key: string) => {
    const { code, stdout, stderr } = await runScript([script], { APPYARD: harness.origin, KEY: key });
    const parts = stdout.split(/^(.*?) +documented \d+, got (\w+)$/m).slice(1);
    // The last answer of those that were polled for.
    const answers = new Map<string, string>();
    for (let i = 0; i < parts.length; i += 3)
      answers.set(`${parts[i]} ${parts[i + 1]}`, parts[i + 2]!.trim().split('\n')[0]!);
    return { code, stdout, stderr, answers };
  };

  it('end with 1 at the first answer that is another one', async () => {
    const { code, answers } = await run('wrong');
    expect({ code, steps: [...answers.keys()] }).toEqual({ code: 1, steps: ['Register an app 401'] });
  });

  it('are answered from the first to the last as documented', async () => {
    const { code, stdout, stderr, answers } = await run(harness.tokens.admin);
    expect({ code, stderr, steps: [...answers.keys()] }).toEqual({ code: 0, stderr: '', steps });
    expect(stdout).toMatch(/Every request was answered as documented\.\n$/);
    const answer = <T>(step: string): T => JSON.parse(answers.get(step)!) as T;
    const app = `hello_world_example_${await organisationIdOf(harness)}`;
    const name = `kustomer.app.${app}.hello-world-example.helloworld`;

    const { data: added } = answer<{ data: AvailableBody }>('Register an app 201');
    expect(added.attributes).toMatchObject({
      app,
      version: '0.0.1',
      title: 'Hello World',
      visibility: 'private',
      kviews: [{ name, context: 'smartbar-card', meta: { icon: 'earth' } }],
    });
    const { data: edited } = answer<{ data: AvailableBody }>('Update fields, by PATCH 200');
    expect(edited).toMatchObject({
      id: `${app}-0.0.2`,
      attributes: { title: 'Hello World!', description: 'A Hello World App', kviews: [{ name }] },
    });
    expect(answer<{ errors: ErrorEntry[] }>('Duplicate app id 409').errors).toEqual([
      expect.objectContaining({ status: 409, source: { parameter: '' }, code: 'duplicate' }),
    ]);
    expect(answer<{ data: InstalledBody }>('Installed app 200').data.attributes).toMatchObject({
      app,
      version: '0.0.2',
      state: 'installed',
    });
    expect(
      answer<PageBody<AvailableBody>>('Available apps 200').data.map(({ attributes }) => attributes.version),
    ).toEqual(['0.0.1', '0.0.2', '0.0.3', '0.0.4']);
    expect(answer<PageBody<InstalledBody>>('Installed apps 200').data).toMatchObject([
      { attributes: { app, version: '0.0.4', state: 'installed', job: { state: 'completed' } } },
    ]);
    const { rows } = await harness.deps.db.query('select type, identifier from resources');
    expect(rows).toEqual([{ type: 'kview', identifier: name }]);
  });

  /** As the vendor's starter repository was seen to send it. */
  const starter = async (version: string): Promise<{ response: Response; printed: unknown }> => {
    const response = await fetch(`${harness.origin}/v1/apps/available`, {
      method: 'POST',
      headers: {
        Authorization: `Bearer ${harness.tokens.admin}`,
        'Content-Type': 'application/json',
        Accept: '*/*',
        'User-Agent': 'node-fetch/1.0 (+https://github.com/bitinn/node-fetch)',
      },
      body: JSON.stringify({
        app: 'starter',
        version,
        appDetails: {
          appDeveloper: { name: 'Acme', website: 'https://www.example.com', supportEmail: 'support@example.com' },
          externalPlatform: { name: 'Example', website: 'https://www.example.com' },
          documentationLinks: [{ title: 'Docs', url: 'www.example.com' }],
        },
        title: 'Starter',
        description: '# Starter',
        iconUrl: 'https://www.example.com/icon.png',
        postInstallMessage: 'Done',
        kviews: [{ name: '<<organization>>.starter.card', template: '<div/>', resource: 'customer' }],
      }),
    });
    return { response, printed: await response.json() };
  };

  it("print what the starter repository's script can read, also when it is refused", async () => {
    const first = await starter('0.0.1');
    expect(first.response.status).toBe(201);
    expect(first.printed).toMatchObject({ data: { attributes: { title: 'Starter', version: '0.0.1' } } });
    const again = await starter('0.0.1');
    expect(again.response.status).toBe(409);
    expect(again.printed).toMatchObject({ errors: [{ status: 409, code: 'duplicate' }] });
  });
});
