import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { projectRoot } from '../../src/cli/project-root.ts';
import { createHarness, type Harness } from '../support/harness.ts';
import { runScript } from '../support/run-script.ts';

const documented = [
  'RegisterApp 201',
  'UpdateApp 200',
  'UpdateApp 200',
  'UpdateApp 400',
  'UpdateApp 400',
  'UpdateApp 404',
  'GetAppVersion 200',
  'UpdateAppStates 200',
  'UpdateAppStates 403',
  'UpdateAppStates 200',
  'UpdateAppStates 200',
  'UpdateAppStates 200',
  'GetApp 200',
  'AddAppVersion 201',
  'DeleteAppVersion 200',
  'UpdateAppStates 200',
];

describe("the vendor's developer API as curl commands", { timeout: 60_000 }, () => {
  let harness: Harness;
  beforeAll(async () => {
    harness = await createHarness('redis');
    harness.startWorker();
  });
  afterAll(() => harness.close());

  const run = async (settings: Record<string, string> = {}) => {
    const { code, stdout, stderr } = await runScript([path.join(projectRoot, 'test/e2e/os1-curls.sh')], {
      APPYARD: harness.origin,
      ORGANIZATION: 'acme',
      DEVELOPER: harness.tokens.admin,
      REVIEWER: harness.tokens.operator,
      ...settings,
    });
    const steps = stdout.split('\n').flatMap((line) => {
      const [, name, got] = /^(\S+) +documented \d+, got (\w+)$/.exec(line) ?? [];
      return name === undefined ? [] : [`${name} ${got}`];
    });
    return { code, stdout, stderr, steps };
  };

  it('is answered from the first to the last with the documented statuses', async () => {
    const { code, stdout, stderr, steps } = await run();
    expect({ code, stderr, steps }).toEqual({ code: 0, stderr: '', steps: documented });
    expect(stdout).toMatch(/Every command was answered as documented\.\n$/);
    const { rows } = await harness.deps.db.query(
      `select a.name, a.key, a.visibility, v.state, v.attributes from apps a join app_versions v on v.app_id = a.id`,
    );
    expect(rows).toEqual([
      {
        name: 'Vehicle Tracker Pro',
        key: 'vehicle-tracker',
        visibility: 'private',
        state: 'DEPRECIATED',
        attributes: {
          displayName: 'Vehicle Tracker Pro',
          type: 'WEB',
          listingId: 'vehicle-tracker',
          isConsoleCompatible: true,
          shortDescription: 'Shows where all vehicles are',
          visibility: { isPrivate: false, permissionType: 'DENY', orgIdentifiers: ['nobody'] },
          url: {
            relativePath: '/vehicle-tracker',
            stackId: '*',
            interface: '/',
            userGuide: 'https://tracker.example.com/guide',
          },
          categories: ['fleet', 'maps'],
          menu: [{ displayName: 'Live map', displayOrder: 1, relativePath: '/map' }],
          packageName: '.com.example.test',
        },
      },
    ]);
  });

  it('ends with 1 at the first answer that is another one', async () => {
    const { code, stdout, steps } = await run({ ORGANIZATION: 'other' });
    expect({ code, steps }).toEqual({ code: 1, steps: ['RegisterApp 403'] });
    expect(stdout).toContain('"code":"forbidden"');
  });
});
