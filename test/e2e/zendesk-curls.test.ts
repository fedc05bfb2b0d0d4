import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { packFolder } from '../../src/cli/pack-folder.ts';
import { projectRoot } from '../../src/cli/project-root.ts';
import { adminPassword, emails } from '../support/accounts.ts';
import { createHarness, type Harness } from '../support/harness.ts';
import { countOf } from '../support/jobs.ts';
import { runScript } from '../support/run-script.ts';

const documented = [
  'List All Apps 200',
  'Upload App Package 201',
  'Create App 202',
  'Get job status 200',
  'List App Installations 200',
  'Install App 201',
  'Get Requirements Install Status 200',
  'Show App Installation 200',
  'Update App Installation 200',
  'Remove App Installation 204',
  'Get job status 200',
  'List Owned Apps 200',
  'Upload App Package 201',
  'Get Information About App 200',
  'Update App 200',
  'Get job status 200',
  'Delete App 204',
];

describe("the vendor's curl commands", { timeout: 60_000 }, () => {
  let harness: Harness;
  let folder: string;
  let archive: string;
  beforeAll(async () => {
    harness = await createHarness('redis');
    harness.startWorker();
    folder = await mkdtemp(path.join(tmpdir(), 'appyard-curls-'));
    archive = path.join(folder, 'helpful-app.zip');
    await writeFile(archive, await packFolder(path.join(projectRoot, 'examples/helpful-app')));
  });
  afterAll(async () => {
    await harness.close();
    await rm(folder, { recursive: true });
  });

  const run = async (user: string, file = archive) => {
    const { code, stdout, stderr } = await runScript([path.join(projectRoot, 'examples/zendesk-curls.sh'), file], {
      APPYARD: harness.origin,
      APPYARD_USER: user,
    });
    const steps = stdout.split('\n').flatMap((line) => {
      const [, name, , got] = /^(\S.*?) +documented (\d+), got (\w+)$/.exec(line) ?? [];
      return name === undefined ? [] : [`${name} ${got}`];
    });
    // A job may be asked for more than once.
    return { code, stdout, stderr, steps: steps.filter((step, i) => step !== steps[i - 1]) };
  };

  it('are answered from the first to the last with the documented statuses, and leave nothing', async () => {
    const { code, stdout, stderr, steps } = await run(`${emails.admin}:${adminPassword}`);
    expect({ code, stderr, steps }).toEqual({ code: 0, stderr: '', steps: documented });
    expect(stdout).toMatch(/Every command was answered as documented\.\n$/);
    expect([await countOf(harness, 'apps'), await countOf(harness, 'installations')]).toEqual([0, 0]);
  });

  it('end with 1 at the first answer that is another one', async () => {
    const { code, stdout, steps } = await run(`${emails.admin}:wrong`);
    expect({ code, steps }).toEqual({ code: 1, steps: ['List All Apps 401'] });
    expect(stdout).toContain('"error":"unauthenticated"');
  });

  it('end with 1 when a build fails, with what it says', async () => {
    const broken = path.join(folder, 'broken.zip');
    await writeFile(broken, Buffer.from('PK\x03\x04 and no more'));
    const { code, stdout } = await run(`${emails.admin}:${adminPassword}`, broken);
    expect(code).toBe(1);
    expect(stdout).toMatch(/^Get job status: failed, .{10,}/m);
  });
});
