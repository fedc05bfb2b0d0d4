import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { anyJson, mutated, mutation } from '../../support/arbitraries.ts';
import { badJsonBodies, JSON_TYPE, unknownMembers } from '../../support/bad-bodies.ts';
import { badQueries, badSegments } from '../../support/bad-ids.ts';
import { createHarness, type Harness } from '../../support/harness.ts';
import { sendRaw } from '../../support/raw-http.ts';
import { named } from '../../support/shapes.ts';
import { faultOf, getReady, newApp, REGISTER, register } from '../../support/os1.ts';

/** Fast-check prints it, and the path to the smallest case, when something fails. */
const SEED = 20_261_122;
const UNSTORABLE = ['a\0b', 'a\ud800'];
const notAText = [5, true, [], {}, 'x'.repeat(60_000), ...UNSTORABLE];
const notAFlag = ['true', 1, 0, [], {}];
const notAList = ['fleet', 5, true, {}, [5], [null], [[]], Array.from({ length: 1_001 }, () => 'x')];
const notAnAddress = [...notAText, 'javascript:alert(1)', 'data:text/html,x', 'a b', 'ftp://x.example'];
const notMenu = [...notAList, [{}], [{ displayName: 'x' }], [{ displayName: 'x', relativePath: '/', order: 1 }]];
const order = (displayOrder: unknown) => [{ displayName: 'x', relativePath: '/', displayOrder }];
const none = [null, undefined];

const optional: Record<string, unknown[]> = {
  shortDescription: notAText,
  longDescription: notAText,
  packageName: [...notAText, '', ' '],
  categories: [...notAList, [''], UNSTORABLE],
  menu: [...notMenu, ...[-1, '1', 2_000_000, null, true].map(order)],
  visibility: [
    'public',
    true,
    [],
    ...notAFlag.map((isPrivate) => ({ isPrivate })),
    ...['allow', '', 5].map((permissionType) => ({ isPrivate: false, permissionType })),
    ...notAList.slice(0, -1).map((orgIdentifiers) => ({ isPrivate: false, orgIdentifiers })),
    ...[' acme ', 'a b', 'acme.example', '-acme', 'x'.repeat(64)].map((one) => ({
      isPrivate: false,
      orgIdentifiers: [one],
    })),
    { isPrivate: true, permissionType: 'ALLOW' },
    { unknown: 1 },
  ],
  url: ['/', 5, [], { unknown: '/' }, ...notAnAddress.map((server) => ({ server })), { stackId: '' }],
};

interface JsonRoute {
  name: string;
  method: string;
  /** Of an app whose version is in development; ready for a further one where `ready`. */
  path: (ids: Ids) => string;
  good: Record<string, unknown>;
  /** What each field must not be. */
  fields: Record<string, unknown[]>;
}

interface Ids {
  app: string;
  draft: string;
  ready: string;
}

const jsonRoutes: JsonRoute[] = [
  {
    name: 'RegisterApp',
    method: 'POST',
    path: () => REGISTER,
    good: { ...newApp, listingId: 'another' },
    fields: {
      ...optional,
      displayName: [...notAText, '', ' ', ...none],
      type: ['web', '', 5, [], ['WEB'], 'constructor', ...none],
      listingId: [...notAText, '', ' ', ...none],
      version: ['1', 'v1.0.0', 1, '', `1.0.${'9'.repeat(400)}`, ...none],
      isConsoleCompatible: [...notAFlag, ...none],
    },
  },
  {
    name: 'UpdateApp',
    method: 'PATCH',
    path: ({ draft }) => `/developer/apps/versions/${draft}`,
    good: { displayName: 'Changed' },
    fields: {
      ...optional,
      displayName: [...notAText, '', ' ', null],
      type: ['WEB', 'MOBILE', null, 5],
      listingId: [...notAText, '', 'another', null],
      version: ['1.0.0', '9.0.0', null, 5],
      isConsoleCompatible: [...notAFlag, null],
    },
  },
  {
    name: 'AddAppVersion',
    method: 'POST',
    path: ({ ready }) => `/developer/apps/${ready}/versions`,
    good: { version: '2.0.0' },
    fields: {
      version: ['1', 'v2.0.0', '1.0.0', '0.9.0', 2, '', [], ...none],
      parentVersion: [5, [], {}, '', '3.0.0', 'appversion:1'],
    },
  },
  {
    name: 'UpdateAppStates',
    method: 'PUT',
    path: ({ draft }) => `/developer/apps/versions/${draft}/states`,
    good: { action: 'SUBMIT_FOR_TECH_REVIEW' },
    fields: { action: ['GO', '', 'submit_for_tech_review', 'toString', '__proto__', 5, [], {}, ...none] },
  },
];

const otherRoutes: [method: string, path: (ids: Ids) => string][] = [
  ['GET', () => '/developer/apps'],
  ['GET', ({ app }) => `/developer/apps/${app}`],
  ['GET', ({ draft }) => `/developer/apps/versions/${draft}`],
  ['DELETE', ({ draft }) => `/developer/apps/versions/${draft}`],
];

describe('bad input', () => {
  let harness: Harness;
  let ids: Ids;
  let before: unknown;
  beforeAll(async () => {
    harness = await createHarness('postgres');
    const { appId: app, appVersionId: draft } = await register(harness);
    const { appId: ready, appVersionId } = await register(harness, { listingId: 'ready' });
    await getReady(harness, appVersionId);
    ids = { app, draft, ready };
  });
  afterAll(() => harness.close());
  const snapshot = async () =>
    (
      await harness.deps.db.query(
        ['apps', 'app_versions', 'audit_entries', 'installations']
          .map((table) => `select md5(string_agg(t::text, ',' order by t::text)) as digest from ${table} t`)
          .join(' union all '),
      )
    ).rows;
  beforeEach(async () => {
    before = await snapshot();
  });

  interface Sent {
    path?: string;
    headers?: Record<string, string>;
    body?: string | Buffer | undefined;
  }
  const send = ({ method, path }: Pick<JsonRoute, 'method' | 'path'>, sent: Sent) =>
    sendRaw(harness.origin, {
      method,
      path: sent.path ?? path(ids),
      headers: { authorization: `Bearer ${harness.tokens.admin}`, ...sent.headers },
      ...(sent.body !== undefined && { body: sent.body }),
    });

  /** What is wrong with the answer to a request that must be refused. */
  const faultAt = async (route: Pick<JsonRoute, 'method' | 'path'>, sent: Sent, naming = ''): Promise<string[]> => {
    const { status, body } = await send(route, sent);
    const fault = faultOf(status, body.toString());
    const unnamed = body.toString().includes(naming) ? undefined : `does not name ${naming}: ${body.toString()}`;
    return [fault ?? unnamed].flatMap((one) =>
      one === undefined ? [] : [`${String(sent.body).slice(0, 99)}: ${one}`],
    );
  };

  /** What is wrong with the answers, with what the server logged, or with what is left behind. */
  const faultsOf = async (requests: Promise<string[]>[]): Promise<unknown[]> => {
    const answered = (await Promise.all(requests)).flat();
    const kept = JSON.stringify(await snapshot()) === JSON.stringify(before);
    return [...answered, ...vi.mocked(harness.deps.log.error).mock.calls, ...(kept ? [] : ['something was written'])];
  };

  it.each(badJsonBodies)('is refused as the body of every route: %s', async (_name, headers, body) => {
    const faults = await faultsOf(
      jsonRoutes.map((route) => {
        const good = JSON.stringify(route.good);
        return faultAt(route, { headers, body: typeof body === 'string' ? body.replaceAll('GOOD', good) : body });
      }),
    );
    expect(faults).toEqual([]);
  });

  it.each(jsonRoutes)('is refused as a field of $name, which is named', async (route) => {
    const faults = await faultsOf(
      Object.entries(route.fields).flatMap(([field, values]) =>
        values.map((value) =>
          faultAt(route, { headers: JSON_TYPE, body: JSON.stringify({ ...route.good, [field]: value }) }, field),
        ),
      ),
    );
    expect(faults).toEqual([]);
  });

  it.each(jsonRoutes)('is refused as a field that $name does not know', async (route) => {
    const good = JSON.stringify(route.good).slice(0, -1);
    const faults = await faultsOf(
      unknownMembers.map(([name, member]) =>
        faultAt(route, { headers: JSON_TYPE, body: `${good},${member}}` }, name.startsWith('\\') ? `\\${name}` : name),
      ),
    );
    expect(faults).toEqual([]);
  });

  it.each(named(badSegments))('is 404 or 400 in the place of an id: %s', async (_name, id) => {
    const paths = ['/developer/apps/ID', '/developer/apps/versions/ID'];
    const requests = paths.map((path) => faultAt({ method: 'GET', path: () => path.replace('ID', id) }, {}));
    const removed = faultAt({ method: 'DELETE', path: () => `/developer/apps/versions/${id}` }, {});
    const written = jsonRoutes.slice(1).map((route) => {
      const path = route.path({ app: id, draft: id, ready: id });
      return faultAt(route, { path, headers: JSON_TYPE, body: JSON.stringify(route.good) });
    });
    const faults = await faultsOf([...requests, removed, ...written]);
    expect(faults).toEqual([]);
  });

  it('is ignored or refused as a query, never a fault', async () => {
    const statuses = await Promise.all(
      badQueries.flatMap((query) =>
        otherRoutes
          .slice(0, 3)
          .map(async ([method, path]) => (await send({ method, path: () => path(ids) + query }, {})).status),
      ),
    );
    expect(statuses.filter((status) => status !== 200 && status !== 400)).toEqual([]);
    const faults = await faultsOf(
      badQueries.map((query) =>
        faultAt(jsonRoutes[0]!, {
          path: `/developer/apps${query}`,
          headers: JSON_TYPE,
          body: JSON.stringify(jsonRoutes[0]!.good),
        }),
      ),
    );
    expect(faults).toEqual([]);
  });

  it.each([
    ['GET', '/developer'],
    ['GET', '/developer/'],
    ['GET', '/developer/solutions'],
    ['PATCH', '/developer/solutions/versions/solutionversion:1'],
    ['GET', '/developer/apps/APP/credentials'],
    ['GET', '/developer/apps/APP/versions'],
    ['PUT', '/developer/apps'],
    ['PATCH', '/developer/apps/APP'],
    ['DELETE', '/developer/apps/APP'],
    ['POST', '/developer/apps/versions/DRAFT'],
    ['GET', '/developer/apps/versions/DRAFT/states'],
    ['POST', '/developer/apps/versions/DRAFT/states'],
    ['OPTIONS', '/developer/apps'],
    ['OPTIONS', '/developer/apps/versions/DRAFT/states'],
  ])('is 404 for what is not there: %s %s', async (method, path) => {
    const { status, body } = await send(
      { method, path: () => path.replace('APP', ids.app).replace('DRAFT', ids.draft) },
      {},
    );
    expect([status, faultOf(status, body.toString())]).toEqual([404, undefined]);
  });

  describe('that is generated', () => {
    const refusedOrAnswered = async (index: number, body: string): Promise<void> => {
      const route = jsonRoutes[index]!;
      const { status, body: answered } = await send(route, { headers: JSON_TYPE, body });
      const text = answered.toString();
      expect(status).toBeLessThan(500);
      expect(text).not.toContain('Foreign app');
      if (status >= 400) expect(faultOf(status, text)).toBeUndefined();
      else expect(JSON.parse(text)).toEqual({ data: expect.any(Object), request: expect.any(Object) });
    };

    it('is refused, or answered in the envelope, and says nothing of another account', async () => {
      await register(harness, { listingId: 'foreign', displayName: 'Foreign app' }, 'other');
      const index = fc.nat(jsonRoutes.length - 1);
      const bodies = fc.tuple(index, fc.oneof(anyJson, mutation), fc.boolean());
      await fc.assert(
        fc.asyncProperty(bodies, async ([at, thing, asFields]) => {
          const route = jsonRoutes[at]!;
          const isMutation = typeof thing === 'object' && thing !== null && 'kind' in thing && 'at' in thing;
          if (isMutation) return refusedOrAnswered(at, mutated({ ...route.good, menu: [] }, thing as never));
          const named = Object.fromEntries(Object.keys(route.fields).map((name) => [name, thing]));
          return refusedOrAnswered(at, JSON.stringify(asFields ? named : thing));
        }),
        { seed: SEED, numRuns: 200 },
      );
      expect(vi.mocked(harness.deps.log.error).mock.calls).toEqual([]);
    });
  });
});
