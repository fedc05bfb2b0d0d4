import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { badJsonBodies, JSON_TYPE } from '../../support/bad-bodies.ts';
import { badQueries, badSegments } from '../../support/bad-ids.ts';
import { createDoorWalk, walkedDoors, type DoorWalk } from '../../support/door-walk.ts';
import { registeredPaths } from '../../support/registered-routes.ts';
import { basic } from '../../support/raw-http.ts';
import { named } from '../../support/shapes.ts';

const takesBody = (route: string): boolean => /^(POST|PUT|PATCH) /.test(route);
/** A list is what one of the doors takes; what has no fields may be sent nothing. */
const badBodies = badJsonBodies.filter(([name]) => !/^(nothing|an empty text|white space|a list)/.test(name));

/** Paths without a body that is read, and paths that want other credentials, or none: other tests try them. */
const triedElsewhere: Record<string, string[]> = {
  // An app signs in with its own secret: kustomer/server-sdk.test.ts.
  kustomer: ['/v1/apps/:/client', '/v1/apps/:/versions', '/v1/apps/{*path}', '/v1/orgs/:/token'],
  xurrent: [
    // Public documents: xurrent/discovery.test.ts; the exchange of a token: xurrent/token.test.ts.
    '/.well-known/jwks',
    '/.well-known/openid-configuration',
    '/accounts/:/.well-known/jwks',
    '/accounts/:/.well-known/openid-configuration',
    '/token',
    '/v1',
    // They read no body: xurrent/app-instances.test.ts, app-offerings.test.ts, webhooks.test.ts.
    '/v1/app_instances/:/upgrade',
    '/v1/app_offerings/:/publish',
    '/v1/webhook_policies/:/.well-known/jwks',
    '/v1/webhook_policies/:/.well-known/openid-configuration',
    '/v1/webhook_policies/:/deliveries/:/redeliver',
  ],
};

describe.each(walkedDoors)('bad input at the door $kind', (door) => {
  let walk: DoorWalk;
  beforeAll(async () => {
    walk = await createDoorWalk();
  });
  afterAll(() => walk.harness.close());
  beforeEach(() => walk.begin());
  const withBody = door.routes.filter((route) => takesBody(route) && !/\/(en|dis)able$/.test(route));
  const withId = door.routes.filter((route) => /:(?!environment)\w+/.test(route));

  it('is tried at every path that is registered, but for those that are tried elsewhere', () => {
    const walked = new Set(door.routes.map((route) => route.split(' ')[1]!.replace(/:\w+/g, ':')));
    const left = registeredPaths(walk.harness.deps, door.kind).filter((path) => !walked.has(path));
    expect(left).toEqual(triedElsewhere[door.kind] ?? []);
  });

  it.each(badBodies)('is refused as the body of every route: %s', async (_name, headers, body) => {
    const sent = typeof body === 'string' ? body.replaceAll('GOOD', '{"name":"x"}') : body;
    expect(
      await walk.faultsOf(withBody.map((route) => walk.refusalFault(door, route, { headers, body: sent }))),
    ).toEqual([]);
  });

  it('is refused in few words, however much of it there is', { timeout: 60_000 }, async () => {
    const keys = Object.fromEntries(Array.from({ length: 50_000 }, (_, i) => [`field_${i}`, i]));
    const bodies = [
      JSON.stringify(keys),
      `[${'{"op":"x"},'.repeat(50_000)}1]`,
      `{"allowed_roles":[${'1,'.repeat(200_000)}1]}`,
      `{"app":"a","version":"1.0.0","kviews":[${'1,'.repeat(200_000)}1]}`,
      `{"menu":[${'1,'.repeat(200_000)}1],"categories":[${'1,'.repeat(100_000)}1]}`,
    ];
    const requests = withBody.flatMap((route) =>
      bodies.map((body) => walk.refusalFault(door, route, { headers: JSON_TYPE, body })),
    );
    expect(await walk.faultsOf(requests)).toEqual([]);
  });

  it.each(named(badSegments))('is refused with %s in place of an id', async (_name, id) => {
    const requests = withId.map((route) => {
      const path = walk.pathOf(route.replace(':environment', walk.pathOf('GET :environment')), id);
      const body = takesBody(route) ? { headers: JSON_TYPE, body: '{"name":"x"}' } : {};
      return walk.refusalFault(door, route, { ...body, path });
    });
    expect(await walk.faultsOf(requests)).toEqual([]);
  });

  it.each(named(['', 'Bearer', 'Bearer nonsense', `Bearer ${'x'.repeat(5_000)}`, basic('ada@acme.example', 'wrong')]))(
    'is 401 on every route with the credentials %s',
    async (_name, authorization) => {
      const statuses = await Promise.all(
        door.routes.map(async (route) => {
          const { status, body } = await walk.send(route, {
            as: null,
            headers: { authorization, ...JSON_TYPE },
            ...(takesBody(route) && { body: '{}' }),
          });
          return door.faultOf(status, body.toString()) ?? status;
        }),
      );
      expect(statuses).toEqual(door.routes.map(() => 401));
      expect(await walk.faultsOf([])).toEqual([]);
    },
  );

  it.each(named(badQueries))('is refused or looked past when a path ends in %s', async (_name, query) => {
    const requests = door.routes
      .filter((route) => route.startsWith('GET '))
      .map(async (route) => {
        const { status, body } = await walk.send(route, { path: walk.pathOf(route) + query });
        const fault = status === 200 ? undefined : door.faultOf(status, body.toString());
        return fault && `${route}: ${fault}`;
      });
    expect(await walk.faultsOf(requests)).toEqual([]);
  });

  it('never is a fault of the server, whatever JSON it is', async () => {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...withBody), fc.jsonValue(), async (route, json) => {
        const { status, body } = await walk.send(route, { headers: JSON_TYPE, body: JSON.stringify(json) });
        expect(status).toBeLessThan(500);
        expect(status < 400 ? undefined : door.faultOf(status, body.toString())).toBeUndefined();
      }),
      { numRuns: 150 },
    );
  });
});
