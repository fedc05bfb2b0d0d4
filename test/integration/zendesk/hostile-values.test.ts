import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { JSON_TYPE } from '../../support/bad-bodies.ts';
import { parameters } from '../../support/bad-values.ts';
import {
  hostileBodies,
  hostileQueries,
  hostileTexts,
  isNeverTaken,
  type HostileBody,
} from '../../support/hostile-values.ts';
import { nameOf, pathOf, routes, type TestedRoute } from '../../support/routes.ts';
import { named } from '../../support/shapes.ts';
import { createWalk, doorFaultOf, type Walk } from '../../support/walk.ts';

/** Requests that are under way together. */
const AT_ONCE = 40;
const jsonRoutes = routes.filter(({ json }) => json).map((route) => ({ name: nameOf(route), route }));
const page = ['page[size]', 'page[after]', 'page[before]'];
const auditFilters = 'action actor_id ip_address source_type source_id created_at'.split(' ');
const jobs = [...page, 'include', 'filter[status]', 'filter[kind]', 'filter[app_id]'];
const native = ['limit', 'after'];

/** What a route reads of its query, by its path. */
const queryNames: Record<string, readonly string[]> = {
  '{slot}/apps': ['include', 'exclude', 'locale'],
  '{slot}/apps/:id': ['include', 'locale'],
  '{slot}/apps/installations': ['include', 'exclude', 'locale'],
  '{slot}/apps/job_statuses': jobs,
  '{slot}/apps/job_statuses/:id': ['include'],
  '/api/v2/audit_logs': [...page, 'sort', ...auditFilters.map((name) => `filter[${name}]`)],
  '/api/appyard/v1/apps': [...native, 'kind', 'owned'],
  '/api/appyard/v1/installations': [...native, 'kind', 'app_id'],
  '/api/appyard/v1/audit_logs': [...native, 'action', 'subject'],
  '/api/appyard/v1/jobs': [...native, 'state', 'kind', 'app_id'],
  '/oauth/authorizations/new': ['client_id', 'redirect_uri', 'scope', 'state', 'code_challenge'],
};

/** Something in every field that holds others. */
const nested: Record<string, unknown> = {
  settings: { name: 'x', ...Object.fromEntries(parameters.map(({ name }) => [name, 'x'])) },
  settings_objects: [{ name: 'note', value: 'x' }],
  group_restrictions: [1, 'x'],
  role_restrictions: [1, 'x'],
  categories: ['x'],
};

describe('a hostile value', () => {
  let walk: Walk;
  beforeAll(async () => {
    walk = await createWalk();
  });
  afterAll(() => walk.harness.close());

  /** Describes what is wrong with the answer to a hostile body; undefined when nothing is. */
  const faultOf = async (route: TestedRoute, { field, json, body }: HostileBody) => {
    const answer = await walk.send(route, { headers: JSON_TYPE, body });
    if (answer.status < 400) return undefined;
    const text = answer.body.toString();
    const fault = doorFaultOf(route, answer);
    const unnamed =
      [400, 422].includes(answer.status) &&
      isNeverTaken(json) &&
      !text.includes(field.replace('_objects', '')) &&
      'does not name the field';
    const shown = `${field} = ${json.slice(0, 60)}: ${answer.status} ${text.slice(0, 200)}`;
    return fault || unnamed ? `${shown}: ${fault ?? unnamed}` : undefined;
  };

  /** Describes what is wrong with the answer to a hostile address; undefined when nothing is. */
  const faultAt = async (route: TestedRoute, path: string) => {
    const answer = await walk.send(route, { path, headers: JSON_TYPE, body: route.json && '{}' });
    const fault = answer.status < 400 ? undefined : doorFaultOf(route, answer);
    return fault && `${nameOf(route)} at ${path.slice(0, 120)}: ${fault}`;
  };

  it.each(jsonRoutes)(
    'in any field of $name is accepted or refused by name',
    { timeout: 120_000 },
    async ({ route }) => {
      const { good, fields } = route.json!;
      const given = { ...good(walk.ids) };
      const added = Object.keys(fields).filter((field) => !(field in given));
      const bodies = hostileBodies({ ...given, ...nestedOf(Object.keys(given)) });
      // One at a time: together, fields that the good body lacks may contradict each other.
      for (const field of added) {
        const wider = { ...given, [field]: 'x', ...nestedOf([field]) };
        bodies.push(...hostileBodies(wider).filter((one) => one.field === field));
      }
      expect(bodies.length).toBeGreaterThan(20);
      const faults: (string | undefined)[] = [];
      for (let start = 0; start < bodies.length; start += AT_ONCE)
        faults.push(...(await Promise.all(bodies.slice(start, start + AT_ONCE).map((body) => faultOf(route, body)))));
      expect([...faults.filter(Boolean), ...walk.ownFaults()]).toEqual([]);
    },
  );

  it('in the query of any route is accepted or refused', { timeout: 120_000 }, async () => {
    for (const route of routes.filter(({ method }) => method === 'GET')) {
      const requests = (queryNames[route.path] ?? ['anything']).flatMap((name) =>
        hostileQueries(name).map((query) => faultAt(route, pathOf(route, walk.ids) + query)),
      );
      expect([...(await Promise.all(requests)).filter(Boolean), ...walk.ownFaults()]).toEqual([]);
    }
  });

  it.each(named([...hostileTexts]))('%s in place of a path parameter is answered or refused', async (_name, text) => {
    const requests = routes
      .filter(({ ids, method }) => ids && method !== 'DELETE')
      .map((route) => faultAt(route, pathOf(route, walk.ids, { id: text })));
    expect([...(await Promise.all(requests)).filter(Boolean), ...walk.ownFaults()]).toEqual([]);
  });

  it('in a field of a form is answered or refused', { timeout: 120_000 }, async () => {
    const forms: Record<string, string> = {
      '/token': 'grant_type client_id client_secret',
      '/oauth/token': 'grant_type',
      '/oauth/tokens': 'grant_type client_id code code_verifier redirect_uri refresh_token scope',
      '/oauth/revoke': 'token client_id',
      '/oauth/authorizations': 'client_id redirect_uri scope state code_challenge email password decision',
    };
    const send = async (path: string, query: string) => {
      const { status, body } = await walk.send(
        { ...routes[0]!, method: 'POST' },
        {
          as: null,
          path,
          headers: { 'content-type': 'application/x-www-form-urlencoded' },
          body: query.slice(1),
        },
      );
      return status < 500 ? undefined : `${path} ${query.slice(0, 80)}: ${status} ${body.toString().slice(0, 200)}`;
    };
    for (const [path, names] of Object.entries(forms)) {
      const requests = names.split(' ').flatMap((name) => hostileQueries(name).map((query) => send(path, query)));
      expect([...(await Promise.all(requests)).filter(Boolean), ...walk.ownFaults()]).toEqual([]);
    }
  });
});

const nestedOf = (fields: string[]): Record<string, unknown> =>
  Object.fromEntries(Object.entries(nested).filter(([field]) => fields.includes(field)));
