import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { JSON_TYPE } from '../../support/bad-bodies.ts';
import { fullBodyOf, queryNames } from '../../support/door-bodies.ts';
import { createDoorWalk, walkedDoors, type DoorWalk } from '../../support/door-walk.ts';
import {
  hostileBodies,
  hostileQueries,
  hostileTexts,
  isNeverTaken,
  type HostileBody,
} from '../../support/hostile-values.ts';
import { named } from '../../support/shapes.ts';

/** Requests that are under way together. */
const AT_ONCE = 40;

/** Reads its query, too. */
const REGISTER = 'POST /developer/apps';

/** Takes no JSON. */
const MULTIPART = 'POST /v1/attachments';

const takesBody = (route: string): boolean => /^(POST|PUT|PATCH) /.test(route);

describe.each(walkedDoors)('a hostile value at the API $kind', (door) => {
  let walk: DoorWalk;
  beforeAll(async () => {
    walk = await createDoorWalk();
  });
  afterAll(() => walk.harness.close());

  /** Describes what is wrong with the answer to a hostile body; undefined when nothing is. */
  const faultOf = async (route: string, { field, json, body }: HostileBody) => {
    const answer = await walk.send(route, { path: pathOf(route), headers: JSON_TYPE, body });
    if (answer.status < 400) return undefined;
    const text = answer.body.toString();
    const fault = door.faultOf(answer.status, text);
    const isNamed = text.includes(/^\d+$/.test(field) ? `[${field}]` : field);
    const unnamed = [400, 422].includes(answer.status) && isNeverTaken(json) && !isNamed && 'does not name the field';
    const shown = `${route} ${field} = ${json.slice(0, 60)}: ${answer.status} ${text.slice(0, 200)}`;
    return fault || unnamed ? `${shown}: ${fault ?? unnamed}` : undefined;
  };

  const pathOf = (route: string): string =>
    walk.pathOf(route) + (route === REGISTER ? '?organizationId=acme&teamId=fleet' : '');

  /** Describes what is wrong with an answer to a hostile address; undefined when nothing is. */
  const faultOfPath = async (route: string, path: string) => {
    const body = takesBody(route) ? { headers: JSON_TYPE, body: '{}' } : {};
    const { status, body: answer } = await walk.send(route, { ...body, path });
    const fault = status < 400 ? undefined : door.faultOf(status, answer.toString());
    return fault && `${route} at ${path.slice(0, 120)}: ${fault}`;
  };

  it.each(door.routes.filter((route) => takesBody(route) && route !== MULTIPART))(
    'in any field of %s is accepted or refused by name',
    { timeout: 120_000 },
    async (route) => {
      const bodies = hostileBodies(fullBodyOf(walk, route));
      expect(bodies.length).toBeGreaterThan(20);
      const faults: (string | undefined)[] = [];
      for (let start = 0; start < bodies.length; start += AT_ONCE)
        faults.push(...(await Promise.all(bodies.slice(start, start + AT_ONCE).map((body) => faultOf(route, body)))));
      expect([...faults.filter(Boolean), ...walk.ownFaults()]).toEqual([]);
    },
  );

  it('in the query of any route is accepted or refused', { timeout: 120_000 }, async () => {
    const requests = door.routes
      .filter((route) => !takesBody(route) || route === REGISTER)
      .flatMap((route) =>
        (queryNames[route.split(' ')[1]!] ?? ['anything']).flatMap((name) =>
          hostileQueries(name).map((query) => faultOfPath(route, walk.pathOf(route) + query)),
        ),
      );
    expect([...(await Promise.all(requests)).filter(Boolean), ...walk.ownFaults()]).toEqual([]);
  });

  it.each(named([...hostileTexts]))('%s in place of a path parameter is answered or refused', async (_name, text) => {
    const requests = door.routes
      .filter((route) => route.includes(':'))
      .map((route) => faultOfPath(route, walk.pathOf(route, text)));
    expect([...(await Promise.all(requests)).filter(Boolean), ...walk.ownFaults()]).toEqual([]);
  });
});
