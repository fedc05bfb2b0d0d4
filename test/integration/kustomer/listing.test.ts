import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { read } from '../../support/client.ts';
import { createHarness, type Harness } from '../../support/harness.ts';
import { kustomerClient, kustomerRefusal, organisationIdOf, type AvailableBody } from '../../support/kustomer.ts';

const nine = {
  title: 'Hello World!',
  iconUrl: 'https://a.example/icon.png',
  description: 'A Hello World App',
  vendor: 'Acme',
  website: 'https://a.example',
  screenshots: ['https://a.example/1.png'],
  instructions: 'Do this',
  releaseNotesUrl: 'https://a.example/notes',
  postInstallMessage: 'Done',
};

describe('to change how a version is listed', () => {
  let harness: Harness;
  let acme: ReturnType<typeof kustomerClient>;
  let id: string;
  beforeAll(async () => {
    harness = await createHarness('postgres');
    acme = kustomerClient(harness);
    id = await organisationIdOf(harness);
  });
  afterAll(() => harness.close());
  beforeEach(async () => {
    await harness.deps.db.query('delete from apps');
    for (const version of ['0.0.1', '0.0.2', '0.1.0-beta'])
      await acme.register({ app: 'hello', version, title: `Hello ${version}`, kviews: [{ name: 'card' }] });
  });

  const change = async (called: string, body: unknown, method = 'PATCH'): Promise<AvailableBody> =>
    (await read<{ data: AvailableBody }>(await acme.send(method, `/v1/apps/available/${called}`, body), 200)).data;
  const titles = async () => (await acme.available()).map(({ attributes }) => attributes['title']);

  it.each(['PATCH', 'POST'])('takes the nine fields by %s, and leaves the rest of the version', async (method) => {
    const before = (await acme.available())[1]!;
    const changed = await change('hello-0.0.2', nine, method);
    expect(changed).toEqual({ ...before, attributes: { ...before.attributes, ...nine } });
    expect((await acme.available())[1]).toEqual(changed);
  });

  it.each(Object.entries(nine))('takes %s alone', async (field, value) => {
    const before = (await acme.available())[0]!;
    const { attributes } = await change('hello-0.0.1', { [field]: value });
    expect(attributes).toEqual({ ...before.attributes, [field]: value });
  });

  it('finds the version by the plain and by the namespaced name, and the latest without the prereleases', async () => {
    await change(`hello_${id}-0.0.1`, { title: 'one' });
    await change('hello-latest', { title: 'two' });
    await change(`hello_${id}-0.1.0-beta`, { title: 'three' });
    expect(await titles()).toEqual(['one', 'two', 'three']);
  });

  it('calls the app by the title of its latest version', async () => {
    const nameOf = async () => (await harness.deps.db.query<{ name: string }>('select name from apps')).rows[0]!.name;
    await change('hello-0.0.1', { title: 'old' });
    expect(await nameOf()).toBe('Hello 0.0.2');
    await change('hello-latest', { title: 'new' });
    expect(await nameOf()).toBe('new');
  });

  it('is in the audit log', async () => {
    await change('hello-latest', { title: 'Hello World!' });
    const { rows } = await harness.deps.db.query(
      'select action, before, after from audit_entries order by id desc limit 1',
    );
    expect(rows).toEqual([{ action: 'update', before: { title: 'Hello 0.0.2' }, after: { title: 'Hello World!' } }]);
  });

  it('is in the audit log with the beginnings of the first screenshots, and with their number', async () => {
    await change('hello-latest', { screenshots: Array(250).fill('x'.repeat(2_000)) });
    const { rows } = await harness.deps.db.query('select after from audit_entries order by id desc limit 1');
    const first = Array<string>(5).fill(`${'x'.repeat(100)}…`);
    expect(rows).toEqual([{ after: { screenshots: { number: 250, first } } }]);
  });

  it('changes a version and reads none of the others', async () => {
    await harness.deps.db.query(`update app_versions set attributes = '{}' where definition ->> 'version' = '0.0.1'`);
    expect((await change('hello-0.1.0-beta', { title: 'new' })).attributes['title']).toBe('new');
    const { attributes } = await acme.register({ app: 'hello', version: '0.2.0', title: 'next' });
    expect(attributes['title']).toBe('next');
  });

  it('refuses what would make the definition larger than a mebibyte', async () => {
    await acme.register({ app: 'hello', version: '0.2.0', i18n: { en: 'x'.repeat(1_000_000) } });
    const response = await acme.send('PATCH', '/v1/apps/available/hello-0.2.0', { description: 'x'.repeat(50_000) });
    expect((await kustomerRefusal(response, 400))[0]!.message).toContain('1048576 at the most');
  });

  it.each([
    ['app', { app: 'other' }],
    ['version', { version: '9.0.0' }],
    ['kviews', { title: 'x', kviews: [] }],
    ['roles', { roles: [] }],
    ['visibility', { visibility: 'public' }],
    ['tags', { tags: [] }],
    ['nothing', { nothing: 1 }],
    ['title', { title: 1 }],
    ['screenshots', { screenshots: 'x' }],
    ['', {}],
  ])('refuses anything else and names it: %s', async (parameter, body) => {
    const before = await acme.available();
    for (const method of ['PATCH', 'POST']) {
      const entries = await kustomerRefusal(await acme.send(method, '/v1/apps/available/hello-latest', body), 400);
      expect(entries.map(({ source }) => source.parameter)).toEqual([parameter]);
    }
    expect(await acme.available()).toEqual(before);
  });

  it.each(['hello-0.0.9', 'hello', 'nobody-latest', 'hello-', '-0.0.1', 'hel%20lo-latest', 'hello-1.0.0-%F0%9F%98%80'])(
    'is 404 for %s',
    async (called) => {
      for (const method of ['PATCH', 'POST'])
        await kustomerRefusal(await acme.send(method, `/v1/apps/available/${called}`, { title: 'x' }), 404);
      const [entry] = await kustomerRefusal(await acme.get(`/v1/apps/available/${called}`), 404);
      expect(entry!.code).toBe('not_found');
    },
  );

  it('is 404 for what the organisation cannot see', async () => {
    const other = kustomerClient(harness, 'other');
    const response = await other.send('PATCH', `/v1/apps/available/hello_${id}-latest`, { title: 'x' });
    expect(await kustomerRefusal(response, 404)).toHaveLength(1);
  });

  it('shows one version by its name', async () => {
    const all = await acme.available();
    expect(await read(await acme.get('/v1/apps/available/hello-latest'), 200)).toEqual({ data: all[1] });
    expect(await read(await acme.get(`/v1/apps/available/hello_${id}-0.1.0-beta`), 200)).toEqual({ data: all[2] });
  });
});
