import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { read } from '../../support/client.ts';
import { createHarness, type Harness } from '../../support/harness.ts';
import { kustomerClient, kustomerRefusal, type Definition } from '../../support/kustomer.ts';

describe('to register a version', () => {
  let harness: Harness;
  let acme: ReturnType<typeof kustomerClient>;
  beforeAll(async () => {
    harness = await createHarness('postgres');
    acme = kustomerClient(harness);
  });
  afterAll(() => harness.close());
  beforeEach(async () => {
    await harness.deps.db.query('delete from apps');
  });

  const refused = async (definition: Definition, status: number) =>
    kustomerRefusal(await acme.post('/v1/apps/available', definition), status);

  it('with other roles needs a major version', async () => {
    await acme.register({ app: 'hello', version: '1.0.0', roles: ['a', 'b'] });
    expect((await refused({ app: 'hello', version: '1.9.0', roles: ['a'] }, 400))[0]).toMatchObject({
      message: expect.stringMatching(/^roles do not match previous version, major bump required/) as string,
      source: { parameter: 'roles' },
    });
    await acme.register({ app: 'hello', version: '1.1.0', roles: ['b', 'a'] });
    await acme.register({ app: 'hello', version: '2.0.0', roles: ['a'] });
  });

  it('follows the way out of a broken definition: a minimal version, then the whole one again', async () => {
    const whole = { app: 'hello_world_example', version: '0.0.1', title: 'Hello World', roles: ['a'] };
    await acme.register(whole);
    await acme.register({ app: 'hello_world_example', version: '0.0.2' });
    await acme.register({ ...whole, version: '0.0.3' });
    expect(await refused({ ...whole, version: '0.0.4', roles: ['b'] }, 400)).toHaveLength(1);
  });

  it('with roles where the one before had none needs a major version, whatever has been listed of it since', async () => {
    await acme.register({ app: 'hello', version: '1.0.0', title: 'Hello' });
    await acme.register({ app: 'hello', version: '1.0.1' });
    await read(await acme.send('PATCH', '/v1/apps/available/hello-1.0.1', { title: 'Hello' }), 200);
    const roles = ['a'];
    expect((await refused({ app: 'hello', version: '1.1.0', roles }, 400))[0]!.source.parameter).toBe('roles');
    await acme.register({ app: 'hello', version: '2.0.0', roles });
    await acme.register({ app: 'hello', version: '2.0.1' });
    await read(await acme.send('PATCH', '/v1/apps/available/hello-2.0.1', { title: 'Hello' }), 200);
    await acme.register({ app: 'hello', version: '2.0.2', roles });
  });

  it('finds the roles that count below many minimal versions', async () => {
    await acme.register({ app: 'hello', version: '0.0.0', roles: ['a'] });
    for (let patch = 1; patch <= 25; patch++) await acme.register({ app: 'hello', version: `0.0.${patch}` });
    expect(await refused({ app: 'hello', version: '0.1.0', roles: ['b'] }, 400)).toHaveLength(1);
    await acme.register({ app: 'hello', version: '0.1.0', roles: ['a'] });
  });
});
