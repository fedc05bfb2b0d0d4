import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { prefixes } from '../../../src/http/dialects/zendesk/prefixes.ts';
import { badQueries, badSegments } from '../../support/bad-ids.ts';
import { nameOf, pathOf, routes, type TestedRoute } from '../../support/routes.ts';
import { named } from '../../support/shapes.ts';
import { createWalk, doorFaultOf, type Walk } from '../../support/walk.ts';

const withIds = routes.filter(({ ids, polls }) => ids && !polls);
const polling = routes.filter(({ polls }) => polls);
const example = routes.find((route) => nameOf(route) === 'GET {slot}/apps')!;

describe('a bad path', () => {
  let walk: Walk;
  beforeAll(async () => {
    walk = await createWalk();
  });
  afterAll(() => walk.harness.close());
  beforeEach(() => walk.begin());

  it.each(named(badSegments))('is refused with %s in place of the id, on every route', async (_name, id) => {
    const requests = withIds.flatMap((route) =>
      ['', '.json'].map((suffix) =>
        walk.faultAt(route, { ...walk.good(route), path: pathOf(route, walk.ids, { id }) + suffix }),
      ),
    );
    expect(await walk.faultsOf(requests)).toEqual([]);
  });

  it.each(named(badSegments))('is a job that has failed with %s in place of its id', async (_name, id) => {
    const requests = polling.map(async (route) => {
      const { status, body } = await walk.send(route, { path: pathOf(route, walk.ids, { id }) });
      const text = body.toString();
      const failed = status === 200 && /"status":"failed"/.test(text) && /"message":"[^"]/.test(text);
      return failed ? undefined : `${status} ${text}`;
    });
    expect(await walk.faultsOf(requests)).toEqual([]);
  });

  it('is refused when nothing is there', async () => {
    const paths = [
      '/api',
      '/api/',
      '/api/sell',
      '/api/sell/app',
      '/api/explore/apps',
      '/api/0/apps/installations.json',
      '/api/v1/apps',
      '/api/V3/apps.json',
      '/api/sell/apps/APP/assets',
      '/api/sell/apps/APP/assets/',
      '/api/sell/apps/APP/assets/nothing.html',
      '/api/sell/apps/APP/assets/../manifest.json',
      '/api/sell/apps/APP/assets/%2e%2e/manifest.json',
      '/api/sell/apps/APP/assets/..%2f..%2f..%2fetc%2fpasswd',
      '/api/sell/apps/APP/nothing',
      '/api/sell/apps/installations/INSTALLATION/nothing',
      '/api/sell/apps/uploads/1',
      '/api/sell/apps/job_statuses/a/b',
      '/api/sell/apps.xml',
      '/api/sell/apps/APP.xml',
      '/api/sell/apps/APP.json.json',
      '/api/sell/audit_logs',
      '/api//sell/apps/APP/x',
      '/api/sell/apps/%E0%A4%A',
      '/api/%ZZ/apps',
      '/%00',
      '/nothing',
      '/assets',
      '/assets/',
      '/assets/x',
      '/assets/ASSET/../../package.json',
      '/assets/ASSET/..%2f..%2fpackage.json',
      '/assets/ASSET/iframe.html/x',
      `/api/sell/apps/${'x'.repeat(8_000)}`,
    ].map((path) =>
      path.replace('APP', walk.ids.app).replace('INSTALLATION', walk.ids.installation).replace('ASSET', walk.ids.asset),
    );
    expect(await walk.faultsOf(paths.map((path) => walk.faultAt(example, { path })))).toEqual([]);
  });

  it('is refused with a method that a route does not have, in every slot', async () => {
    const paths = new Map<string, { route: TestedRoute; known: Set<string> }>();
    for (const { path: slot } of prefixes)
      for (const route of routes) {
        const path = pathOf(route, walk.ids, { slot });
        const known = paths.get(path)?.known ?? new Set();
        paths.set(path, { route, known: known.add(route.method) });
      }
    const requests = [...paths].flatMap(([path, { route, known }]) =>
      ['GET', 'POST', 'PUT', 'DELETE', 'PATCH', 'PROPFIND', 'TRACE']
        .filter((method) => !known.has(method))
        .map((method) =>
          walk.faultAt(
            { ...route, method: method as TestedRoute['method'] },
            { path, headers: { 'content-type': 'application/json' }, body: '{"a":1}' },
          ),
        ),
    );
    expect(requests.length).toBeGreaterThan(400);
    expect(await walk.faultsOf(requests)).toEqual([]);
  });

  it.each(named(badQueries))('is refused or looked past when it ends in %s', async (_name, query) => {
    const answers = routes
      .filter(({ method }) => method === 'GET')
      .map(async (route) => {
        const answer = await walk.send(route, { path: pathOf(route, walk.ids) + query });
        const fault = answer.status === route.answer ? undefined : doorFaultOf(route, answer);
        return fault && `${nameOf(route)}: ${fault}`;
      });
    expect(await walk.faultsOf(answers)).toEqual([]);
  });
});
