import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { changeCatalogueApp, findCatalogueApp } from '../../../src/db/catalogue.ts';
import { read } from '../../support/client.ts';
import { createHarness, type Harness } from '../../support/harness.ts';
import {
  environmentOf,
  inEnvironment,
  kontentRefusal,
  newApp,
  pathsOf,
  type CustomAppBody,
  type Kontent,
  type KontentError,
} from '../../support/kontent.ts';

describe('to modify a custom app', () => {
  let harness: Harness;
  let send: Kontent;
  let ids: string[];
  let app: CustomAppBody;
  beforeAll(async () => {
    harness = await createHarness('redis');
    send = inEnvironment(harness, await environmentOf(harness));
    const { roles } = await read<{ roles: { id: string }[] }>(await send('GET', '/roles'), 200);
    ids = roles.map(({ id }) => id);
  });
  afterAll(() => harness.close());
  beforeEach(async () => {
    await harness.deps.db.query('delete from apps');
    app = await add({ codename: 'my_app', config: '{}' });
  });

  const add = async (overrides: Record<string, unknown>): Promise<CustomAppBody> =>
    read<CustomAppBody>(await send('POST', '/custom-apps', { json: newApp(overrides) }), 201);
  const patch = (json: unknown, ref = app.id): Promise<Response> => send('PATCH', `/custom-apps/${ref}`, { json });
  const change = async (...operations: unknown[]): Promise<CustomAppBody> =>
    read<CustomAppBody>(await patch(operations), 200);
  const refuse = async (...operations: unknown[]): Promise<KontentError> => {
    const error = await kontentRefusal(await patch(operations), 400);
    expect(await read(await send('GET', `/custom-apps/${app.id}`), 200)).toEqual(app);
    return error;
  };
  const replace = (property_name: string, value: unknown) => ({ op: 'replace', property_name, value });
  const roles = (op: string, ...numbers: number[]) => ({
    op,
    property_name: 'allowed_roles',
    value: numbers.map((n) => ({ id: ids[n] })),
  });

  it('replaces each property, and answers with the whole app', async () => {
    const changed = await change(
      replace('name', 'New'),
      replace('codename', 'new_codename'),
      replace('source_url', 'https://new.example'),
      replace('config', null),
      replace('display_mode', 'dialog'),
      replace('allowed_roles', [{ codename: 'project-manager' }, { id: ids[1] }]),
    );
    expect(changed).toEqual({
      id: app.id,
      name: 'New',
      codename: 'new_codename',
      source_url: 'https://new.example',
      config: null,
      allowed_roles: [{ id: ids[0] }, { id: ids[1] }],
      display_mode: 'dialog',
    });
    expect(await read(await send('GET', '/custom-apps/codename/new_codename'), 200)).toEqual(changed);
    await kontentRefusal(await send('GET', '/custom-apps/codename/my_app'), 404);
  });

  it('finds it by codename, and leaves what is not named', async () => {
    const response = await patch([replace('name', 'New')], 'codename/my_app');
    expect(await read(response, 200)).toEqual({ ...app, name: 'New' });
  });

  it('takes the operations in their order', async () => {
    const { allowed_roles, name } = await change(
      roles('addInto', 0, 1),
      replace('name', 'First'),
      roles('remove', 0),
      roles('addInto', 2, 0),
      replace('name', 'Second'),
    );
    expect(allowed_roles).toEqual([{ id: ids[1] }, { id: ids[2] }, { id: ids[0] }]);
    expect(name).toBe('Second');
  });

  it('adds a role that is allowed already, or removes one that is not, without an error', async () => {
    await change(roles('addInto', 0));
    expect((await change(roles('addInto', 0, 1), roles('remove', 2))).allowed_roles).toEqual([
      { id: ids[0] },
      { id: ids[1] },
    ]);
    expect((await change(roles('replace'))).allowed_roles).toEqual([]);
  });

  it("takes one reference instead of a list, as the vendor's .NET client adds and removes a role", async () => {
    const one = (op: string, value: unknown) => ({ op, property_name: 'allowed_roles', value });
    expect(
      (await change(one('addInto', { id: ids[0] }), one('addInto', { codename: 'editor' }))).allowed_roles,
    ).toEqual([{ id: ids[0] }, { id: ids[2] }]);
    app = await change(one('remove', { codename: 'editor' }));
    expect(app.allowed_roles).toEqual([{ id: ids[0] }]);
    expect(pathsOf(await refuse(one('addInto', { codename: 'nobody' })))).toEqual(['[0].value[0].codename']);
    expect(pathsOf(await refuse(one('replace', { id: ids[0] })))).toEqual(['[0].value']);
  });

  it('is refused for a role that an operation names twice', async () => {
    for (const op of ['addInto', 'remove', 'replace'])
      expect(pathsOf(await refuse(roles(op, 1, 1)))).toEqual(['[0].value[1].id']);
    const twice = { op: 'replace', property_name: 'allowed_roles', value: [{ id: ids[2] }, { codename: 'editor' }] };
    expect(pathsOf(await refuse(twice))).toEqual(['[0].value[1].codename']);
  });

  it('answers 200 to no operations at all, and records nothing', async () => {
    const entries = async (): Promise<unknown> =>
      (await harness.deps.db.query('select count(*) from audit_entries')).rows[0];
    const before = await entries();
    expect(await change()).toEqual(app);
    expect(await entries()).toEqual(before);
  });

  it("takes what the vendor's .NET client sends to empty the configuration: Config in capitals, and no value", async () => {
    expect((await change({ op: 'replace', property_name: 'Config' })).config).toBeNull();
    expect((await change(replace('Config', '{"a":1}'))).config).toBe('{"a":1}');
  });

  it('asks of texts only that the last one is right', async () => {
    app = await change(replace('name', 'n'.repeat(201)), replace('name', 'Short'));
    expect(app.name).toBe('Short');
    const error = await refuse(replace('name', 'Good'), replace('name', ''), replace('display_mode', 'dialog'));
    expect(pathsOf(error)).toEqual(['[1].value']);
  });

  it('changes nothing when one operation is wrong, and names every wrong value', async () => {
    const error = await refuse(
      replace('name', 'New'),
      replace('codename', 'has space'),
      replace('source_url', `https://${'x'.repeat(243)}`),
      replace('config', 'c'.repeat(100_001)),
      { ...roles('addInto', 0), value: [{ id: ids[0] }, { codename: 'nobody' }] },
    );
    expect(new Set(pathsOf(error))).toEqual(new Set(['[1].value', '[2].value', '[3].value', '[4].value[1].codename']));
  });

  it.each([
    ['an operation that is unknown', { op: 'move', property_name: 'name', value: 'x' }, '[0].op'],
    ['no operation', { property_name: 'name', value: 'x' }, '[0].op'],
    ['a member of every object as operation', { op: 'constructor', property_name: 'name', value: 'x' }, '[0].op'],
    ['a property that is unknown', replace('colour', 'x'), '[0].property_name'],
    ['a member of every object as property', replace('__proto__', 'x'), '[0].property_name'],
    ['the id', replace('id', 'f4b3fc05-e988-4dae-9ac1-a94aba566474'), '[0].property_name'],
    ['no property', { op: 'replace', value: 'x' }, '[0].property_name'],
    ['addInto a text', { op: 'addInto', property_name: 'name', value: 'x' }, '[0].property_name'],
    ['remove of a text', { op: 'remove', property_name: 'config' }, '[0].property_name'],
    ['a number as name', replace('name', 5), '[0].value'],
    ['null as name', replace('name', null), '[0].value'],
    ['no name', { op: 'replace', property_name: 'name' }, '[0].value'],
    ['a blank name', replace('name', '   '), '[0].value'],
    ['an object as configuration', replace('config', {}), '[0].value'],
    ['a NUL character', replace('config', 'a\0b'), '[0].value'],
    ['half of a surrogate pair', replace('name', 'a\ud800'), '[0].value'],
    ['a scheme that runs in the page', replace('source_url', 'javascript:alert(1)'), '[0].value'],
    ['an unknown mode', replace('display_mode', 'window'), '[0].value'],
    ['no list of roles', replace('allowed_roles', { id: 'x' }), '[0].value'],
    ['a role without a name', replace('allowed_roles', [{}]), '[0].value[0]'],
    ['a role with an external id', replace('allowed_roles', [{ external_id: 'x' }]), '[0].value[0].external_id'],
    ['an id that is none', replace('allowed_roles', [{ id: '7' }]), '[0].value[0].id'],
    ['a field that is unknown', { ...replace('name', 'x'), after: 1 }, '[0].after'],
    ['no object', 'replace', '[0]'],
  ])('is refused for %s', async (_name, operation, path) => {
    expect(pathsOf(await refuse(operation))).toContain(path);
  });

  it('is refused for a role that is named by id and codename, and for an unknown one', async () => {
    const both = { id: ids[0], codename: 'project-manager' };
    const stranger = { id: 'f4b3fc05-e988-4dae-9ac1-a94aba566474' };
    expect(pathsOf(await refuse(replace('allowed_roles', [both])))).toEqual(['[0].value[0]']);
    for (const op of ['addInto', 'remove', 'replace']) {
      const error = await refuse({ op, property_name: 'allowed_roles', value: [stranger] });
      expect(pathsOf(error)).toEqual(['[0].value[0].id']);
    }
  });

  it('is refused for a body that is no list', async () => {
    for (const json of [{}, replace('name', 'x'), null, 5, 'text'])
      expect((await kontentRefusal(await patch(json), 400)).validation_errors).toHaveLength(1);
  });

  it('takes a hundred operations and no more', async () => {
    const renamings = Array.from({ length: 100 }, (_, i) => replace('name', `Name ${i}`));
    app = await change(...renamings);
    expect(app.name).toBe('Name 99');
    expect(pathsOf(await refuse(...renamings, replace('name', 'One more')))).toEqual([undefined]);
    expect(pathsOf(await kontentRefusal(await patch(Array(9_000).fill({})), 400))).toEqual([undefined]);
  });

  it('is refused with twenty faults and how many more there are, however many references are none', async () => {
    const value = Array(80).fill({ id: 1 });
    const { validation_errors } = await refuse(...Array<unknown>(100).fill({ ...roles('addInto'), value }));
    expect(validation_errors).toHaveLength(21);
  });

  it('answers 404 for an app that is not there', async () => {
    for (const ref of ['f4b3fc05-e988-4dae-9ac1-a94aba566474', 'codename/other', 'nothing'])
      for (const json of [[replace('name', 'x')], []]) {
        const { message } = await kontentRefusal(await patch(json, ref), 404);
        expect(message).toContain(`'${ref.replace('codename/', '')}'`);
      }
  });

  it('is refused for a codename that another app has, named where it was asked for', async () => {
    await add({ codename: 'taken' });
    const error = await refuse(replace('name', 'New'), replace('codename', 'free'), replace('codename', 'taken'));
    expect(pathsOf(error)).toEqual(['[2].value']);
    expect((await change(replace('codename', 'my_app'))).codename).toBe('my_app');
  });

  it('succeeds once when many take the same codename at once', async () => {
    const others = await Promise.all(['a', 'b', 'c', 'd'].map((codename) => add({ codename })));
    const responses = await Promise.all(others.map(({ id }) => patch([replace('codename', 'wanted')], id)));
    expect(responses.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 400, 400, 400]);
    for (const response of responses.filter(({ status }) => status === 400))
      expect(pathsOf(await kontentRefusal(response, 400))).toEqual(['[0].value']);
  });

  it('is refused, not broken, when two apps take the codename of each other at once', async () => {
    const other = await add({ codename: 'other' });
    for (let i = 0; i < 3; i++) {
      const responses = await Promise.all([
        patch([replace('codename', 'other')]),
        patch([replace('codename', 'my_app')], other.id),
      ]);
      for (const response of responses) expect(pathsOf(await kontentRefusal(response, 400))).toEqual(['[0].value']);
    }
  });

  it('tells a codename that is taken also when the database ends a wait without end', async () => {
    const { db } = harness.deps;
    const other = await add({ codename: 'other' });
    const load = async (externalId: string) =>
      (await findCatalogueApp(db, {
        accountId: harness.accountId,
        kind: 'kontent',
        by: 'externalId',
        value: externalId,
      }))!;
    const [one, two] = [await load(app.id), await load(other.id)];
    const [first, second] = [await db.connect(), await db.connect()];
    try {
      for (const [tx, held] of [
        [first, one],
        [second, two],
      ] as const) {
        await tx.query('begin');
        await changeCatalogueApp(tx, { ...held, key: `${held.key}-held` });
      }
      const takeFirstKey = async (): Promise<void> => {
        try {
          await changeCatalogueApp(second, { ...two, key: one.key });
        } finally {
          await second.query('rollback');
        }
      };
      // Each waits for the key that the other is about to give up.
      const settled = await Promise.allSettled([changeCatalogueApp(first, { ...one, key: two.key }), takeFirstKey()]);
      const reasons = settled.flatMap((one) => (one.status === 'rejected' ? [one.reason as unknown] : []));
      expect(reasons.length).toBeGreaterThan(0);
      for (const reason of reasons) expect(reason).toMatchObject({ code: 'key_taken' });
    } finally {
      await first.query('rollback');
      first.release();
      second.release();
    }
  });

  it('loses no change when many add roles at once', async () => {
    await Promise.all([0, 1, 2].map((n) => change(roles('addInto', n))));
    const { allowed_roles } = await change(replace('name', 'x'));
    expect(allowed_roles.map(({ id }) => id).toSorted()).toEqual(ids.toSorted());
  });
});
