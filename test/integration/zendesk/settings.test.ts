import { inspect } from 'node:util';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { buildApp, install, read, type InstallationBody } from '../../support/client.ts';
import { createHarness, type Harness } from '../../support/harness.ts';
import { buildArchive } from '../../support/packages.ts';
import { refusal, type Refusal } from '../../support/refusal.ts';

const SECRET = 'swordfish-3141';

const parameters = [
  { name: 'text', type: 'text', required: true },
  { name: 'number', type: 'number', default: 5 },
  { name: 'checkbox', type: 'checkbox', default: true },
  { name: 'url', type: 'url' },
  { name: 'lines', type: 'multiline' },
  { name: 'token', type: 'text', secure: true, scopes: ['header'] },
  { name: 'key', type: 'text', secure: true, required: true, scopes: ['header'] },
  { name: 'grant', type: 'oauth' },
  { name: 'ticket_field', type: 'hidden', default: 'none' },
];
const needed = { text: 'a', key: SECRET };

describe('the settings of an installation', () => {
  let harness: Harness;
  let app: number;
  beforeAll(async () => {
    harness = await createHarness('postgres');
    harness.startWorker();
    app = await buildApp(harness, buildArchive({ manifest: { parameters } }));
  });
  afterAll(() => harness.close());

  const post = (json: Record<string, unknown>): Promise<Response> =>
    harness.request('/api/v2/apps/installations.json', { method: 'POST', json: { app_id: app, ...json } });
  const created = async (json: Record<string, unknown>): Promise<InstallationBody> => read(await post(json), 201);
  const refused = async (json: Record<string, unknown>): Promise<Refusal> => refusal(await post(json), 422);
  const put = (id: number, json: unknown): Promise<Response> =>
    harness.request(`/api/v2/apps/installations/${id}.json`, { method: 'PUT', json });
  const changed = async (id: number, settings: Record<string, unknown>): Promise<InstallationBody['settings']> =>
    (await read<InstallationBody>(await put(id, { settings }), 200)).settings;
  const sealedOf = async (id: number): Promise<Record<string, string>> => {
    const { rows } = await harness.deps.db.query<{ secrets: Record<string, string> }>(
      'select secrets from installations where id = $1',
      [id],
    );
    return rows[0]!.secrets;
  };
  const secretNames = async (id: number): Promise<string[]> => Object.keys(await sealedOf(id)).sort();

  it('have the defaults of the app where nothing is given, and null where there is none', async () => {
    expect((await created({ settings: needed })).settings).toEqual({
      name: 'Tiny',
      title: 'Tiny',
      text: 'a',
      number: 5,
      checkbox: true,
      url: null,
      lines: null,
      token: null,
      key: null,
      grant: null,
      ticket_field: 'none',
    });
  });

  it('that are hidden are given by API clients and read by the app', async () => {
    const { id, settings } = await created({ settings: { ...needed, ticket_field: '4711' } });
    expect(settings).toMatchObject({ ticket_field: '4711' });
    expect(await changed(id, { ticket_field: '4712' })).toMatchObject({ ticket_field: '4712' });
  });

  it('that are access tokens are secret as secure ones are', async () => {
    const { id, settings } = await created({ settings: { ...needed, grant: SECRET } });
    expect(settings).toMatchObject({ grant: null });
    expect(await secretNames(id)).toEqual(['grant', 'key']);
    expect(await changed(id, { grant: `${SECRET}-2` })).toMatchObject({ grant: null });
    expect(await secretNames(id)).toEqual(['grant', 'key']);
  });

  it('come as an object, as a list, or as both, and then the object wins', async () => {
    const objects = [
      { name: 'name', value: 'From the list' },
      { name: 'text', value: 'b' },
      { name: 'key', value: SECRET },
      { name: 'number', value: 7 },
    ];
    expect((await created({ settings_objects: objects })).settings).toMatchObject({
      name: 'From the list',
      text: 'b',
      number: 7,
    });
    const both = await created({ settings: { text: 'a', number: 8 }, settings_objects: objects });
    expect(both.settings).toMatchObject({ name: 'From the list', text: 'a', number: 8 });
    const updated = await read(
      await put(both.id, { settings: { text: 'c' }, settings_objects: [{ name: 'text', value: 'd' }] }),
      200,
    );
    expect(updated).toMatchObject({ settings: { text: 'c', number: 8 } });
  });

  it('name the installation, under both names', async () => {
    expect((await created({ settings: { ...needed, title: 'By title' } })).settings).toMatchObject({
      name: 'By title',
      title: 'By title',
    });
    const { id } = await created({ settings: { ...needed, name: 'By name' } });
    expect(await changed(id, { text: 'b' })).toMatchObject({ name: 'By name' });
    expect(await changed(id, { name: 'Anew' })).toMatchObject({ name: 'Anew', title: 'Anew' });
  });

  it.each([
    ['text', 6, '6'],
    ['text', true, 'true'],
    ['text', 'Ünïcödé 🎈\n"\\', 'Ünïcödé 🎈\n"\\'],
    ['number', '6', 6],
    ['number', '-1.5', -1.5],
    ['number', 0, 0],
    ['checkbox', 'true', true],
    ['checkbox', 'false', false],
    ['checkbox', false, false],
    ['checkbox', '1', true],
    ['checkbox', 0, false],
    ['url', 'https://example.org/a?b=c', 'https://example.org/a?b=c'],
    ['lines', 'one\ntwo', 'one\ntwo'],
  ])('take %s %j as %j', async (name, given, kept) => {
    const { id, settings, settings_objects } = await created({ settings: { ...needed, [name]: given } });
    expect(settings[name]).toBe(kept);
    expect(settings_objects).toContainEqual({ name, value: kept });
    expect((await changed(id, { name: 'same' }))[name]).toBe(kept);
  });

  it.each([
    ['number', 'six', /number.*a number/],
    ['number', ' ', /number/],
    ['number', true, /number/],
    ['checkbox', 'maybe', /checkbox.*true or false/],
    ['checkbox', 2, /checkbox/],
    ['url', 'example.org', /url.*http/],
    ['url', 'javascript:alert(1)', /url.*http/],
    ['url', 5, /url/],
    ['text', {}, /text/],
    ['text', ['a'], /text/],
    ['token', { a: 1 }, /token/],
    ['name', '', /name/],
    ['name', 5, /name/],
    ['name', 'x'.repeat(256), /name/],
  ])('refuse %s %j', async (name, given, description) => {
    const create = await refused({ settings: { ...needed, [name]: given } });
    expect(create.description).toMatch(description);
    expect(create.details).toMatchObject({ settings: { [name]: [expect.any(String) as string] } });
    const { id, settings } = await created({ settings: needed });
    expect((await refusal(await put(id, { settings: { text: 'b', [name]: given } }), 422)).description).toMatch(
      description,
    );
    expect(await changed(id, { name: 'same' })).toEqual({ ...settings, name: 'same', title: 'same' });
  });

  it.each(['colour', 'Text', 'constructor', 'toString', 'app_id'])(
    'ignore one called %s, which the app does not have, and name it in the answer',
    async (unknown) => {
      const settings = JSON.parse(`{"text":"a","key":"${SECRET}","${unknown}":"x"}`) as Record<string, unknown>;
      const { id } = await created({ settings: needed });
      for (const answer of [
        await post({ settings }),
        await post({ settings: needed, settings_objects: [{ name: unknown, value: 'x' }] }),
        await put(id, { settings: JSON.parse(`{"${unknown}":"x"}`) as unknown }),
      ]) {
        expect(answer.headers.get('x-appyard-ignored')).toBe(`settings.${unknown}`);
        expect([answer.status < 300, await answer.json()]).not.toMatchObject([true, { settings: { [unknown]: 'x' } }]);
      }
    },
  );

  it('must be there when they are required, a line for each that is not', async () => {
    const answer = await refused({ settings: { name: 'x' } });
    expect(answer.description.split('\n')).toEqual([
      expect.stringMatching(/"text".*required/) as string,
      expect.stringMatching(/"key".*required/) as string,
    ]);
    for (const missing of ['text', 'key'])
      for (const value of [null, ''])
        expect((await refused({ settings: { ...needed, [missing]: value } })).description).toMatch(
          new RegExp(`"${missing}".*required`),
        );
  });

  it.each([
    ['nothing', {}],
    ['an empty object', { settings: {} }],
    ['an empty list', { settings_objects: [] }],
    ['null', { settings: null }],
    ['both empty', { settings: {}, settings_objects: [] }],
  ])('must be at least one: %s', async (_name, json) => {
    expect((await refused(json)).description).toMatch(/settings.*at least one/);
  });

  it('are merged by an update: what is not given stays, secure ones included', async () => {
    const { id } = await created({ settings: { ...needed, number: 9, token: 'first', url: 'https://example.org' } });
    expect(await changed(id, { text: 'b' })).toMatchObject({ text: 'b', number: 9, url: 'https://example.org' });
    expect(await secretNames(id)).toEqual(['key', 'token']);
    await read(await put(id, {}), 200);
    await read(await put(id, { settings: {} }), 200);
    expect(await secretNames(id)).toEqual(['key', 'token']);
  });

  it('lose their value by null, unless they are required', async () => {
    const { id } = await created({ settings: { ...needed, number: 9, checkbox: false } });
    expect(await changed(id, { number: null, checkbox: null })).toMatchObject({
      number: null,
      checkbox: null,
      text: 'a',
    });
    await refusal(await put(id, { settings: { text: null } }), 422);
    expect(await changed(id, { name: 'x' })).toMatchObject({ text: 'a' });
  });

  it('that are secret stay by null, which is how they are shown, and go by an empty text', async () => {
    const { id } = await created({ settings: { ...needed, token: 'first', grant: 'second' } });
    const before = await sealedOf(id);
    await changed(id, { token: null, grant: null, key: null });
    expect(await sealedOf(id)).toEqual(before);
    await changed(id, { token: '' });
    expect(await secretNames(id)).toEqual(['grant', 'key']);
    await changed(id, { grant: '' });
    expect(await secretNames(id)).toEqual(['key']);
    expect((await refusal(await put(id, { settings: { key: '' } }), 422)).description).toMatch(/"key".*required/);
    expect(await sealedOf(id)).toEqual({ key: before['key'] });
  });

  it.each(['settings', 'settings_objects'] as const)(
    'can be read, changed in one place and sent back whole, as %s',
    async (form) => {
      const { id } = await created({ settings: { ...needed, number: 9, token: 'first', grant: 'second' } });
      const sealed = await sealedOf(id);
      const { installations } = await read<{ installations: InstallationBody[] }>(
        await harness.request('/api/v2/apps/installations.json'),
        200,
      );
      const shown = installations.find((one) => one.id === id)!;
      const objects = shown.settings_objects.map((one) => (one.name === 'text' ? { ...one, value: 'b' } : one));
      const json = { settings: { ...shown.settings, text: 'b' }, settings_objects: objects };
      const answer = await read<InstallationBody>(await put(id, { [form]: json[form] }), 200);
      expect(answer.settings).toEqual({ ...shown.settings, text: 'b' });
      expect(await sealedOf(id)).toEqual(sealed);
    },
  );

  it('are all there after many updates at the same time', async () => {
    const { id } = await created({ settings: needed });
    await Promise.all([
      changed(id, { number: 1 }),
      changed(id, { url: 'https://example.org' }),
      changed(id, { lines: 'two' }),
      changed(id, { token: 'new' }),
      changed(id, { name: 'Anew' }),
    ]);
    expect(await changed(id, { text: 'b' })).toMatchObject({
      text: 'b',
      number: 1,
      url: 'https://example.org',
      lines: 'two',
      name: 'Anew',
    });
    expect(await secretNames(id)).toEqual(['key', 'token']);
  });

  it('show a secure value nowhere: in no answer, no row, no job and no log', async () => {
    const texts: string[] = [];
    const keep = async (response: Response): Promise<void> => void texts.push(await response.text());
    const settings = { ...needed, token: `${SECRET}-2` };
    const { id, ...first } = await created({ settings });
    texts.push(JSON.stringify(first));
    await keep(await put(id, { settings: { token: `${SECRET}-3` } }));
    await keep(await post({ settings: { ...settings, unknown: 1, number: 'x' } }));
    await keep(await harness.request('/api/v2/apps/installations'));
    await keep(await harness.request('/api/v2/apps/installations?include=app'));
    await keep(await harness.request(`/api/v2/apps/installations/${id}`));
    await keep(await harness.request(`/api/v2/apps/${app}`));
    await keep(await harness.request(`/api/v2/apps/job_statuses/${first.pending_job_id}`));
    for (const table of ['installations', 'jobs', 'resources', 'bullmq.job']) {
      const { rows } = await harness.deps.db.query(`select to_jsonb(t)::text as row from ${table} t`);
      texts.push(JSON.stringify(rows));
    }
    const { rows } = await harness.deps.db.query<{ secrets: Record<string, string> }>(
      'select secrets from installations where id = $1',
      [id],
    );
    expect(Object.keys(rows[0]!.secrets).sort()).toEqual(['key', 'token']);
    const calls = Object.values(harness.deps.log).flatMap((write) => vi.mocked(write).mock.calls);
    texts.push(inspect(calls, { depth: 20, maxStringLength: Infinity }));
    const encoded = [SECRET, Buffer.from(SECRET).toString('base64').slice(0, 16), Buffer.from(SECRET).toString('hex')];
    expect(texts.filter((text) => encoded.some((secret) => text.includes(secret)))).toEqual([]);
  });

  it('seal the same secret anew each time, so that equal ones cannot be seen', async () => {
    const ids = [await created({ settings: needed }), await created({ settings: needed })].map(({ id }) => id);
    const { rows } = await harness.deps.db.query<{ key: string }>(
      `select secrets ->> 'key' as key from installations where id = any($1)`,
      [ids],
    );
    expect(new Set(rows.map(({ key }) => key)).size).toBe(2);
  });

  it('cannot reach into objects by the name __proto__', async () => {
    const answer = await post({ settings: { ...needed, ['__proto__']: { number: 7_777_777 } } });
    expect([answer.status, await answer.text()]).toEqual([201, expect.not.stringContaining('7777777')]);
    expect(answer.headers.get('x-appyard-ignored')).toBe('settings.__proto__');
  });

  it.each(['\0', 'a\0b', '\ud800', 'a\udfff'])('are never a 5xx, be their text %j', async (text) => {
    const { id } = await install(harness, app, needed);
    const failures: string[] = [];
    for (const name of ['name', 'text', 'lines', 'token', 'number', 'url'])
      for (const [request, answer] of [
        ['POST', await post({ settings: { ...needed, [name]: text } })],
        ['PUT', await put(id, { settings: { [name]: text } })],
      ] as const)
        if (answer.status >= 500) failures.push(`${request} ${name}: ${answer.status}`);
    expect(failures).toEqual([]);
  });
});
