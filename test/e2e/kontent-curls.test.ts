import { randomUUID } from 'node:crypto';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { projectRoot } from '../../src/cli/project-root.ts';
import { createHarness, type Harness } from '../support/harness.ts';
import { countOf } from '../support/jobs.ts';
import type { CustomAppBody, KontentError, PageBody } from '../support/kontent.ts';
import { createPrograms, type Programs } from '../support/program.ts';
import { runScript } from '../support/run-script.ts';

const script = path.join(projectRoot, 'test/e2e/kontent-curls.sh');
/** Roles of the vendor's samples; one with a codename is there from the beginning. */
const byId = ['f47e5241-9b34-4586-9ef7-caac6d2f2ebe', 'f8f0b5cb-f5b7-42e8-af85-fbdab3ddfacf'];
const byCodename = ['new_allowed_role_codename_to_add', 'allowed_role_codename_to_remove', 'allowed_role_codename'];

const steps = [
  'Add a custom app 201',
  'Get custom apps 200',
  'Get custom apps, with a slash 200',
  'Get a custom app 200',
  'Get a custom app, by codename 200',
  'Modify a custom app 200',
  'Modify a custom app, wrongly 400',
  'Get a custom app that is not there 404',
  'Modify one that is not there 404',
  'Delete one that is not there 404',
  'Delete a custom app 204',
  'Delete a custom app, by codename 404',
];

describe("the vendor's samples of custom apps", { timeout: 90_000 }, () => {
  let harness: Harness;
  let programs: Programs;
  let environmentId: string;
  const codenameRoles = new Map(byCodename.map((codename) => [codename, randomUUID() as string]));
  const rolesOfSamples = [...byId.map((id, i) => [`role_${i}`, id]), ...codenameRoles];
  /** By the command that makes a role. */
  const said: string[] = [];
  beforeAll(async () => {
    harness = await createHarness('redis');
    programs = createPrograms(harness.env);
    environmentId = await printed('environment', 'create', '--account', 'acme', '--name', 'Curls');
    for (const [codename, id] of rolesOfSamples) {
      const words = ['--account', 'acme', '--environment', environmentId, '--codename', codename!, '--id', id!];
      said.push(await printed('role', 'create', ...words, '--name', 'A role'));
    }
  }, 90_000);
  afterAll(async () => {
    await programs.close();
    await harness.close();
  });

  const printed = async (...words: string[]): Promise<string> => {
    const { code, stdout, stderr } = await programs.run(words);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    return stdout.trimEnd();
  };
  const run = async (key: string) => {
    const env = { APPYARD: harness.origin, KEY: key, ENVIRONMENT_ID: environmentId };
    const { code, stdout, stderr } = await runScript([script], env);
    const parts = stdout.split(/^(.*?) +documented \d+, got (\w+)$/m).slice(1);
    const answers = new Map<string, string>();
    for (let i = 0; i < parts.length; i += 3) answers.set(`${parts[i]} ${parts[i + 1]}`, parts[i + 2]!.trim());
    return { code, stdout, stderr, answers };
  };

  it('are answered from the first to the last as documented, and leave nothing', async () => {
    const { code, stdout, stderr, answers } = await run(harness.tokens.admin);
    expect({ code, stderr, steps: [...answers.keys()] }).toEqual({ code: 0, stderr: '', steps });
    expect(stdout).toMatch(/Every request was answered as documented\.\n$/);
    const answer = <T>(step: string): T => JSON.parse(answers.get(step)!) as T;

    const added = answer<CustomAppBody>('Add a custom app 201');
    expect(added).toMatchObject({
      name: 'My custom app',
      codename: 'custom_app_codename',
      source_url: 'https://customapp.net',
    });
    expect(JSON.parse(added.config!)).toMatchObject({ theme: { color: '#007BFF' } });
    expect(added.allowed_roles).toEqual([{ id: byId[0] }, { id: expect.any(String) }]);
    for (const step of ['Get a custom app 200', 'Get a custom app, by codename 200'])
      expect(answer(step)).toEqual(added);
    expect(answer<PageBody>('Get custom apps 200')).toEqual({
      custom_apps: [added],
      pagination: { continuation_token: null, next_page: null },
    });
    expect(answer('Modify a custom app 200')).toEqual({
      id: added.id,
      name: 'New Custom App Name',
      codename: 'new_custom_app_codename',
      source_url: 'https://newcustomapplication.net',
      config: null,
      allowed_roles: [{ id: codenameRoles.get('allowed_role_codename') }, { id: byId[1] }],
      display_mode: 'fullScreen',
    });
    expect(answer<KontentError>('Modify a custom app, wrongly 400').error_code).toBe(5);
    expect(answer<KontentError>('Delete one that is not there 404')).toEqual({
      request_id: expect.any(String),
      error_code: 100,
      message: "The requested custom app 'f4b3fc05-e988-4dae-9ac1-a94aba566474' was not found.",
    });
    expect(await countOf(harness, 'apps')).toBe(0);
  });

  it('end with 1 at the first answer that is another one', async () => {
    const { code, answers } = await run('wrong');
    expect({ code, steps: [...answers.keys()] }).toEqual({ code: 1, steps: ['Add a custom app 401'] });
  });

  it('work with roles that the command line made', () => {
    const expected = rolesOfSamples.map(([codename, id]) => `Role ${codename} is there, with the id ${id}.`);
    expect(said).toEqual(expected);
  });

  it('work in an environment that the command line lists', async () => {
    expect(await printed('environment', 'list', '--account', 'acme')).toMatch(
      new RegExp(`^[0-9a-f-]{36}\tProduction\n${environmentId}\tCurls$`),
    );
    const listed = JSON.parse(await printed('environment', 'list', '--account', 'acme', '--json')) as unknown[];
    expect(listed[1]).toEqual({ id: environmentId, name: 'Curls' });
  });

  it('are told by the command line what cannot be made', async () => {
    const failed = async (...words: string[]): Promise<string> => {
      const { code, stderr } = await programs.run(words);
      expect(code).toBe(1);
      return stderr;
    };
    const role = ['role', 'create', '--account', 'acme', '--codename', 'editor', '--name', 'Editor', '--id'];
    expect(await failed(...role, randomUUID())).toContain('There is a role "editor" already.');
    expect(await failed(...role, '7')).toContain('"7" is no UUID.');
    expect(await failed('environment', 'create', '--account', 'acme', '--name', 'B', '--id', environmentId)).toContain(
      'already',
    );
    expect(await failed('environment', 'list', '--account', 'nobody')).toContain('there is no account "nobody"');
  });
});
