import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { projectRoot } from '../../src/cli/project-root.ts';
import { emails } from '../support/accounts.ts';
import { createHarness, type Harness } from '../support/harness.ts';
import { startReceiver, type Receiver } from '../support/receiver.ts';
import { runScript } from '../support/run-script.ts';
import type { OfferingBody } from '../support/xurrent.ts';

const steps = [
  'Get a token 200',
  'Ping 200',
  'List service instances 200',
  'Create an app offering 201',
  'List app offerings 200',
  'List app offerings, the usual fields 200',
  'List app offerings, chosen fields 200',
  'Get a single app offering 200',
  'Update an app offering 200',
  'Publish an app offering 200',
  'Change the reference of a published one 422',
  'Create a webhook policy 201',
  'Create an app instance 201',
  'List enabled app instances 200',
  'Update an app instance 200',
  'List the instances of an offering 200',
  'Remove an app instance 204',
  'List deliveries 200',
  'Get the keys of a policy 200',
  'Create one of nothing 422',
  'Create one of half a text 400',
  'Filter by what is no field 400',
  'Get one that is not there 404',
  'Ask for what is out 404',
  'Ask as nobody 401',
  'Ask for another account 403',
];

describe("the requests of the vendor's page", { timeout: 60_000 }, () => {
  let harness: Harness;
  let receiver: Receiver;
  beforeAll(async () => {
    [harness, receiver] = await Promise.all([
      createHarness('redis', { env: { DELIVERY_ALLOW_PRIVATE: 'true' } }),
      startReceiver(),
    ]);
    harness.startWorker();
  });
  afterAll(async () => {
    await receiver.close();
    await harness.close();
  });

  const run = async (account: string) => {
    const { code, stdout, stderr } = await runScript([path.join(projectRoot, 'test/e2e/xurrent-curls.sh')], {
      APPYARD: harness.origin,
      ACCOUNT: account,
      CLIENT: emails.admin,
      TOKEN: harness.tokens.admin,
      WEBHOOK: `${receiver.url}/Prod/integration/`,
    });
    const lines = stdout.split('\n');
    const done = lines.flatMap((line) => {
      const [, name, , got] = /^(\S.*?) +documented (\d+), got (\w+)$/.exec(line) ?? [];
      return name === undefined ? [] : [`${name} ${got}`];
    });
    const answerOf = (name: string): unknown =>
      JSON.parse(lines[lines.findIndex((line) => line.startsWith(`${name} `)) + 1]!);
    return { code, stderr, done, answerOf };
  };

  it('are answered from the first to the last as they are documented, and tell the webhook', async () => {
    const { code, stderr, done, answerOf } = await run('acme');
    expect({ code, stderr, done }).toEqual({ code: 0, stderr: '', done: steps });
    const time = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
    const documented = {
      id: expect.any(Number),
      sourceID: null,
      reference: 'note-dispatcher',
      name: 'Log Note Dispatcher Integration',
      created_at: time,
      updated_at: time,
      service_instance: { id: expect.any(Number), name: 'Default service instance' },
      policy_jwt_alg: 'rs512',
      webhook_uri_template: `${receiver.url}/Prod/integration/?account={account}`,
    };
    expect(answerOf('List app offerings')).toEqual([expect.objectContaining(documented)]);
    expect(answerOf('Get a single app offering')).toMatchObject(documented);
    expect(answerOf('List app offerings, chosen fields')).toEqual([
      { id: (answerOf('Create an app offering') as OfferingBody).id, name: documented.name, disabled: false },
    ]);
    expect(answerOf('Create one of half a text')).toEqual({ message: 'Invalid JSON string posted' });
    await vi.waitFor(() => expect(receiver.received.length).toBe(3), { timeout: 10_000 });
    expect(receiver.received.map((one) => one.path)).toEqual(Array(3).fill('/Prod/integration/?account=acme'));
  });

  it('end at the first that is answered otherwise', async () => {
    const { code, done } = await run('other');
    expect({ code, done }).toEqual({ code: 1, done: ['Get a token 200', 'Ping 403'] });
  });
});
