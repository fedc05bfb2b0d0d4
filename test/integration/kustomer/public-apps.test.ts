import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { read } from '../../support/client.ts';
import { createHarness, type Harness } from '../../support/harness.ts';
import { kustomerClient, kustomerRefusal, organisationIdOf, type Definition } from '../../support/kustomer.ts';

const hello = (version: string): Definition => ({
  app: 'hello_world_example',
  version,
  title: 'Hello World',
  kviews: [{ name: 'hello-world-example.helloworld' }],
});

describe('an app that an operator has published', () => {
  let harness: Harness;
  let acme: ReturnType<typeof kustomerClient>;
  let other: ReturnType<typeof kustomerClient>;
  let id: string;
  beforeAll(async () => {
    harness = await createHarness('postgres');
    acme = kustomerClient(harness);
    other = kustomerClient(harness, 'other');
    id = await organisationIdOf(harness);
  });
  afterAll(() => harness.close());

  const makePublic = async (visibility = 'public'): Promise<void> => {
    const { rows } = await harness.deps.db.query<{ id: number }>('select id from apps');
    const change = { as: 'operator', method: 'PATCH', json: { visibility } } as const;
    await read(await harness.request(`/api/appyard/v1/apps/${rows[0]!.id}`, change), 200);
  };

  beforeEach(async () => {
    await harness.deps.db.query('delete from installations');
    await harness.deps.db.query('delete from apps');
    await acme.register(hello('0.0.1'));
    await makePublic();
  });
  const name = () => `hello_world_example_${id}`;

  it('is listed for every organisation, and can be installed by its whole name', async () => {
    const [seen] = await other.available();
    expect(seen).toMatchObject({ id: `${name()}-0.0.1`, attributes: { visibility: 'public' } });
    expect((await other.install({ app: name() })).attributes).toMatchObject({ app: name(), state: 'installing' });
    await kustomerRefusal(await other.post('/v1/apps/install', { app: 'hello_world_example' }), 404);
  });

  it('is changed by the organisation that registered it alone', async () => {
    for (const method of ['PATCH', 'POST'])
      await kustomerRefusal(await other.send(method, `/v1/apps/available/${name()}-latest`, { title: 'Mine' }), 403);
    const foreign = await other.post('/v1/apps/available', { ...hello('0.0.2'), app: name() });
    expect((await kustomerRefusal(foreign, 403))[0]!.code).toBe('forbidden');
    expect(await other.available()).toHaveLength(1);
    await acme.register(hello('0.0.2'));
    expect((await other.available()).map(({ attributes }) => attributes.version)).toEqual(['0.0.1', '0.0.2']);
  });

  it('stays installed where it is when it is shown no more', async () => {
    await other.install({ app: name() });
    await makePublic('private');
    expect(await other.available()).toEqual([]);
    expect(await other.installed()).toMatchObject([{ attributes: { app: name() } }]);
    await read(await other.send('PUT', `/v1/apps/${name()}-0.0.1/disable`), 200);
    await kustomerRefusal(await other.post('/v1/apps/install', { app: name() }), 404);
  });
});
