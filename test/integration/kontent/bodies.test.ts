import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { read } from '../../support/client.ts';
import { createHarness, type Harness } from '../../support/harness.ts';
import {
  environmentOf,
  inEnvironment,
  kontentFault,
  kontentRefusal,
  newApp,
  pathsOf,
  type CustomAppBody,
  type Kontent,
} from '../../support/kontent.ts';

const json = 'application/json';

describe('a body for the Kontent.ai door', () => {
  let harness: Harness;
  let send: Kontent;
  let app: CustomAppBody;
  beforeAll(async () => {
    harness = await createHarness('redis');
    send = inEnvironment(harness, await environmentOf(harness));
  });
  afterAll(() => harness.close());
  beforeEach(async () => {
    await harness.deps.db.query('delete from apps');
    app = await read<CustomAppBody>(await send('POST', '/custom-apps', { json: newApp() }), 201);
  });

  const snapshot = async (): Promise<unknown> => (await harness.deps.db.query('select * from apps order by id')).rows;
  const places = (): [string, string][] => [
    ['POST', '/custom-apps'],
    ['PATCH', `/custom-apps/${app.id}`],
  ];

  it.each([
    ['no object', '5'],
    ['null', 'null'],
    ['a text', '"name"'],
    ['broken', '{"name":'],
    ['cut off', '[{"op":"replace"'],
    ['nothing', ''],
    ['blank', '  '],
    ['a byte order mark and no more', '\ufeff'],
    ['with a key twice', '{"name":"a","name":"b"}'],
    ['with a key twice in a list', '[{"op":"replace","op":"remove"}]'],
    ['deep', '['.repeat(50_000)],
    ['deep and whole', `${'['.repeat(5_000)}${']'.repeat(5_000)}`],
    ['not UTF-8', Buffer.from([0x22, 0xff, 0xfe, 0x22])],
  ])('is refused with 400 when it is %s', async (_name, body) => {
    const before = await snapshot();
    for (const [method, path] of places())
      await kontentRefusal(
        await send(method, path, { body: new Blob([body]), headers: { 'content-type': json } }),
        400,
      );
    expect(await snapshot()).toEqual(before);
  });

  it('says where it is broken without repeating it', async () => {
    const body = '{"config": "my secret" x}';
    const response = await send('POST', '/custom-apps', { body, headers: { 'content-type': json } });
    const { message, validation_errors } = await kontentRefusal(response, 400);
    expect(message).toBe('The request is not valid; validation_errors says why.');
    expect(validation_errors?.[0]?.message).toMatch(/^The body is not JSON: something is wrong at position \d+\.$/);
  });

  it('is refused with 415 when it is said to be something else', async () => {
    const before = await snapshot();
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'x', `${json}; charset=latin1`])
      for (const [method, path] of places())
        await kontentRefusal(await send(method, path, { body: '{}', headers: { 'content-type': type } }), 415);
    expect(await snapshot()).toEqual(before);
  });

  it('is refused with 413 when it is larger than a mebibyte', async () => {
    const before = await snapshot();
    const body = JSON.stringify(newApp({ config: 'x'.repeat(1_048_576) }));
    for (const [method, path] of places())
      await kontentRefusal(await send(method, path, { body, headers: { 'content-type': json } }), 413);
    expect(await snapshot()).toEqual(before);
  });

  it('is taken with a character set in any letter case', async () => {
    const headers = { 'content-type': 'application/json; charset="UTF-8"' };
    const body = JSON.stringify(newApp({ codename: 'b' }));
    expect((await send('POST', '/custom-apps', { body, headers })).status).toBe(201);
  });

  it.each<[string, unknown, (string | undefined)[]]>([
    ['nothing that it must have', {}, ['name', 'source_url']],
    ['a list', [newApp()], [undefined]],
    ['a number as name', newApp({ name: 5 }), ['name']],
    ['null as name', newApp({ name: null }), ['name']],
    ['an empty name', newApp({ name: '' }), ['name']],
    ['a blank name', newApp({ name: ' \n' }), ['name']],
    ['a NUL character', newApp({ name: 'a\0' }), ['name']],
    ['half of a surrogate pair', newApp({ config: '\udfff' }), ['config']],
    ['an empty codename', newApp({ codename: '' }), ['codename']],
    ['null as codename', newApp({ codename: null }), ['codename']],
    ['a codename with a slash', newApp({ codename: 'a/b' }), ['codename']],
    ['a codename with a blank', newApp({ codename: 'a b' }), ['codename']],
    ['an empty address', newApp({ source_url: '' }), ['source_url']],
    ['no address', newApp({ source_url: 'nowhere' }), ['source_url']],
    ['a script as address', newApp({ source_url: 'javascript:alert(1)' }), ['source_url']],
    ['a data address', newApp({ source_url: 'data:text/html,x' }), ['source_url']],
    ['an object as configuration', newApp({ config: { a: 1 } }), ['config']],
    ['an unknown mode', newApp({ display_mode: 'FullScreen' }), ['display_mode']],
    ['null as mode', newApp({ display_mode: null }), ['display_mode']],
    ['null as roles', newApp({ allowed_roles: null }), ['allowed_roles']],
    ['a text as roles', newApp({ allowed_roles: 'all' }), ['allowed_roles']],
    ['a text as role', newApp({ allowed_roles: ['editor'] }), ['allowed_roles[0]']],
    ['a role without a name', newApp({ allowed_roles: [{}] }), ['allowed_roles[0]']],
    ['a role of a number', newApp({ allowed_roles: [{ id: 5 }] }), ['allowed_roles[0].id']],
    ['too many roles', newApp({ allowed_roles: Array(1_001).fill({ codename: 'editor' }) }), ['allowed_roles']],
    [
      'roles that are not there',
      newApp({ allowed_roles: [{ codename: 'editor' }, { codename: 'nobody' }, { id: crypto.randomUUID() }] }),
      ['allowed_roles[1].codename', 'allowed_roles[2].id'],
    ],
    ['an unknown field', newApp({ colour: 'red' }), ['colour']],
    [
      'a field like a member of every object',
      JSON.parse('{"__proto__":{"name":"x"}}'),
      ['name', 'source_url', '__proto__'],
    ],
  ])('is refused for %s, which is named', async (_name, body, paths) => {
    const before = await snapshot();
    const fresh = Array.isArray(body) ? body : { codename: 'fresh', ...(body as object) };
    const error = await kontentRefusal(await send('POST', '/custom-apps', { json: fresh }), 400);
    expect([...new Set(pathsOf(error))]).toEqual(paths);
    expect(await snapshot()).toEqual(before);
  });

  it('is told no more faults than anyone reads', async () => {
    const allowed_roles = Array.from({ length: 1_000 }, (_, i) => ({ codename: `nobody_${i}` }));
    const error = await kontentRefusal(await send('POST', '/custom-apps', { json: newApp({ allowed_roles }) }), 400);
    expect(error.validation_errors).toHaveLength(51);
    expect(error.validation_errors?.at(-1)?.message).toContain('950 more');
  });

  it('of any content is taken whole or refused in the envelope', async () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 70 }),
      fc.constantFrom('a', 'https://a.example', 'editor'),
    );
    const reference = fc.record({ id: fc.oneof(fc.uuid(), text), codename: text }, { requiredKeys: [] });
    const value = fc.oneof(text, fc.constant(null), fc.array(reference, { maxLength: 3 }), fc.jsonValue());
    const fields = { name: value, codename: value, source_url: value, config: value, allowed_roles: value };
    const object = fc.record({ ...fields, display_mode: value, id: value }, { requiredKeys: [] });
    const op = fc.oneof(fc.constantFrom('replace', 'addInto', 'remove'), text);
    const property = fc.oneof(fc.constantFrom(...Object.keys(fields), 'display_mode', 'Config'), text);
    const operation = fc.record({ op, property_name: property, value }, { requiredKeys: ['op', 'property_name'] });
    const body = fc.oneof(object, fc.array(operation, { maxLength: 4 }), fc.jsonValue());
    const before = app;
    await fc.assert(
      fc.asyncProperty(fc.constantFrom('POST', 'PATCH'), body, async (method, generated) => {
        const path = method === 'POST' ? '/custom-apps' : `/custom-apps/${before.id}`;
        const response = await send(method, path, { json: generated });
        const answered = await response.text();
        const isApp = (): boolean => Object.keys(JSON.parse(answered) as object).join() === Object.keys(before).join();
        const isWhole = response.status === (method === 'POST' ? 201 : 200) && isApp();
        expect(isWhole ? undefined : kontentFault(response.status, answered)).toBeUndefined();
      }),
      { numRuns: 200 },
    );
    const { rows } = await harness.deps.db.query<{ n: number }>(
      'select count(*) as n from apps where account_id <> $1 or version_id is null',
      [harness.accountId],
    );
    expect(rows[0]!.n).toBe(0);
  });
});
