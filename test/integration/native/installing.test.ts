import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import type { NewCatalogueVersion } from '../../../src/db/catalogue.ts';
import { listCatalogueApps } from '../../../src/db/catalogue-pages.ts';
import type { Door } from '../../../src/http/door.ts';
import { nativeRoutes } from '../../../src/http/dialects/native/routes.ts';
import { changeApp } from '../../../src/use-cases/catalogue/change-app.ts';
import { registerApp } from '../../../src/use-cases/catalogue/register-app.ts';
import type { Person } from '../../support/accounts.ts';
import { publish } from '../../support/acting-as.ts';
import { read } from '../../support/client.ts';
import { createHarness, type Harness } from '../../support/harness.ts';

interface Refusal {
  error: { code: string; message: string; details?: Record<string, string[]> };
}

const actor = { userId: null, name: 'test', ip: null };
const PATH = '/api/appyard/v1/installations';
const version: NewCatalogueVersion = {
  version: '1.0.0',
  externalId: null,
  state: null,
  attributes: {},
  parameters: [],
  requirements: [],
};

describe('installing through the door of our own', () => {
  let harness: Harness;
  beforeAll(async () => {
    harness = await createHarness('postgres');
  });
  afterAll(() => harness.close());

  let count = 0;
  const register = async ({ kind = 'sixth', ...said }: Partial<NewCatalogueVersion> & { kind?: string } = {}) => {
    const names = { key: `app-${++count}`, externalId: null, name: `App ${count}` };
    const { accountId } = harness;
    return registerApp(harness.deps, {
      actor,
      app: { accountId, kind, ...names, visibility: 'private', attributes: { kept: 'long' } },
      version: { ...version, ...said },
      describe: () => ({}),
    });
  };
  const install = (json: unknown, as: Person = 'admin') => harness.request(PATH, { as, method: 'POST', json });

  it('says of a draft of another account what it says of a version that is not there', async () => {
    const app = await register();
    await publish(harness, app.id, 'public');
    await changeApp(harness.deps, {
      actor,
      ref: { accountId: harness.accountId, kind: 'sixth', by: 'id', value: app.id },
      describe: () => ({}),
      decide: () => ({ addVersion: { ...version, version: '2.0.0', state: 'DEVELOPMENT' } }),
    });
    for (const name of ['2.0.0', '3.0.0']) {
      const { error } = await read<Refusal>(await install({ app_id: app.id, version: name }, 'other'), 404);
      expect(error.message).toBe(`The app ${app.id} has no version "${name}" that this account can install.`);
    }
  });

  it.each([
    ['os1', 'IN_TECH_REVIEW', 409],
    ['os1', 'LIVE', 200],
    ['xurrent', 'draft', 409],
    ['xurrent', 'published', 200],
    ['sixth', 'whatever', 200],
  ])('asks the door of an app whether it may be shown to all: %s in %s is %i', async (kind, state, status) => {
    const app = await register({ kind, state });
    expect((await publish(harness, app.id, 'public')).status).toBe(status);
  });

  it('is 404 when the installation is gone before it can be shown', async () => {
    const app = await register();
    await register().then(({ id }) => install({ app_id: id }));
    const gone: Door = {
      kind: 'sixth',
      routes: () => express.Router(),
      installing: async () => ({
        also: async () => undefined,
        dispatch: async () =>
          void (await harness.deps.db.query('delete from installations where app_id = $1', [app.id])),
      }),
    };
    const server = express()
      .use('/', nativeRoutes(harness.deps, [gone]))
      .listen(0, '127.0.0.1');
    onTestFinished(() => void server.close());
    await once(server, 'listening');
    const response = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/installations`, {
      method: 'POST',
      headers: { authorization: `Bearer ${harness.tokens.admin}`, 'content-type': 'application/json' },
      body: JSON.stringify({ app_id: app.id }),
    });
    expect((await read<Refusal>(response, 404)).error.code).toBe('not_found');
  });

  it('takes the id of the app as a number or as a text', async () => {
    for (const id of [await register(), await register()].map((app, i) => (i === 0 ? app.id : String(app.id))))
      expect(await read(await install({ app_id: id }), 201)).toMatchObject({ data: { app_id: Number(id) } });
  });

  it.each([
    [{}, 'is required: the id of the app to install'],
    ...['x', '0', '1e3', ' 1', 0, -1, 1.5, 1e300, true, null, [1]].map((one): [object, string] => [
      { app_id: one },
      'must be the id of an app: a positive whole number',
    ]),
  ])('refuses %j and says what the id must be', async (json, message) => {
    const { error } = await read<Refusal>(await install(json), 422);
    expect(error.details).toEqual({ app_id: [message] });
  });

  it.each(['apps?kind=%00', 'installations?kind=%00'])('names what cannot be kept: %s', async (route) => {
    const { error } = await read<Refusal>(await harness.request(`/api/appyard/v1/${route}`), 422);
    expect(Object.keys(error.details!)).toEqual(['kind']);
  });

  it('reads of the attributes of listed apps what is asked for, and no more', async () => {
    const app = await register({ attributes: { one: 'text', other: { n: 1 } } });
    const filter = { accountId: harness.accountId, kind: null, ownedOnly: true, after: app.id - 1, limit: 1 };
    const attributesOf = async (only?: string[]) =>
      (await listCatalogueApps(harness.deps.db, { ...filter, only })).map((found) => [
        found.attributes,
        found.current.attributes,
      ]);
    expect(await attributesOf()).toEqual([[{ kept: 'long' }, { one: 'text', other: { n: 1 } }]]);
    expect(await attributesOf(['other', 'absent'])).toEqual([[{}, { other: { n: 1 } }]]);
    expect(await attributesOf([])).toEqual([[{}, {}]]);
  });
});
