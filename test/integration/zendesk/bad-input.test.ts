import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { badJsonBodies, JSON_TYPE, unknownMembers } from '../../support/bad-bodies.ts';
import { registeredRoutes } from '../../support/registered-routes.ts';
import { nameOf, routes } from '../../support/routes.ts';
import { filePart, MULTIPART, multipart } from '../../support/multipart.ts';
import { answerOn, openSocket } from '../../support/raw-http.ts';
import { archive, createWalk, type Walk } from '../../support/walk.ts';

const jsonRoutes = routes.flatMap((route) => (route.json ? [{ name: nameOf(route), route, json: route.json }] : []));
const fileRoutes = routes.flatMap((route) => (route.file ? [{ name: nameOf(route), route, field: route.file }] : []));
const strictRoutes = jsonRoutes.filter(({ json }) => !json.lenient);
const refusing = strictRoutes.filter(({ json }) => !json.ignores);
const ignoring = jsonRoutes.filter(({ json }) => json.ignores);
/** Bodies of unknown fields, or of none. */
const EMPTY = ['a good object in another one', 'a form', 'multipart'];
const at = (name: string) => routes.find((route) => nameOf(route) === name)!;

describe('bad input', () => {
  let walk: Walk;
  beforeAll(async () => {
    walk = await createWalk();
  });
  afterAll(() => walk.harness.close());
  beforeEach(() => walk.begin());

  it('is tried on every route that is registered', () => {
    expect(routes.map(nameOf).toSorted()).toEqual(registeredRoutes(walk.harness.deps));
  });

  it.each(badJsonBodies)('is refused as the body of every route: %s', async (_name, headers, body) => {
    expect(
      await walk.faultsOf(
        jsonRoutes
          .filter(({ json }) => !(json.requiresNothing && EMPTY.includes(_name)))
          .map(({ route, json }) => {
            const good = JSON.stringify(json.good(walk.ids));
            return walk.faultAt(route, {
              headers,
              body: typeof body === 'string' ? body.replaceAll('GOOD', good) : body,
            });
          }),
      ),
    ).toEqual([]);
  });

  it.each(jsonRoutes)('is refused as a field of $name, which is named', async ({ route, json }) => {
    const requests = Object.entries(json.fields).flatMap(([field, values]) =>
      values.map(({ value, says }) => {
        const body = JSON.stringify({ ...json.good(walk.ids), [field]: value });
        return walk.faultAt(route, { headers: JSON_TYPE, body }, says ?? field);
      }),
    );
    expect(requests.length).toBeGreaterThan(8);
    expect(await walk.faultsOf(requests)).toEqual([]);
  });

  it.each(refusing)('is refused as a field that $name does not know, with those that it knows', async (tried) => {
    const { route, json } = tried;
    const good = JSON.stringify(json.good(walk.ids)).slice(0, -1);
    const requests = unknownMembers.flatMap(([name, member]) => {
      const sent = { headers: JSON_TYPE, body: `${good},${member}}` };
      return [name, 'known are', ...Object.keys(json.fields)].map((word) =>
        walk.faultAt(route, sent, word.startsWith('\\') ? `\\${word}` : word),
      );
    });
    const thousands = Object.fromEntries(Array.from({ length: 5_000 }, (_, i) => [`field_${i}`, i]));
    const body = JSON.stringify({ ...json.good(walk.ids), ...thousands });
    expect(await walk.faultsOf([...requests, walk.faultAt(route, { headers: JSON_TYPE, body }, '4980 more')])).toEqual(
      [],
    );
  });

  it.each(strictRoutes)('is refused as a key that stands twice in the body of $name', async ({ route, json }) => {
    const good = JSON.stringify(json.good(walk.ids));
    const bodies = Object.entries(json.good(walk.ids)).map(
      ([key, value]) => [key, `${good.slice(0, -1)},"${key}":${JSON.stringify(value)}}`] as const,
    );
    bodies.push(['visib', '{"visib":1,"\\u0076isib":2}'], ['deep', '{"a":[{"b":{"deep":1,"c":{},"deep":[]}}]}']);
    expect(
      await walk.faultsOf(
        bodies.map(([key, body]) => walk.faultAt(route, { headers: JSON_TYPE, body }, `\\"${key}\\" twice`)),
      ),
    ).toEqual([]);
  });

  it.each(fileRoutes)('is refused as the package that $name takes', async ({ route, field }) => {
    const package_ = filePart(archive(), field);
    const other = filePart(archive(), 'other_field');
    const bodies: [headers: Record<string, string>, body: Buffer | string | undefined, naming?: string][] = [
      [{}, undefined],
      [JSON_TYPE, '{}'],
      [{ 'content-type': 'application/zip' }, archive()],
      [{ 'content-type': 'multipart/form-data' }, multipart([package_])],
      [MULTIPART, ''],
      [MULTIPART, multipart([]), field],
      [MULTIPART, multipart([package_], { closed: false })],
      [MULTIPART, multipart([other]), field],
      [MULTIPART, multipart([package_, other])],
      [MULTIPART, multipart([{ disposition: `name="${field}"`, content: 'text' }]), field],
      [MULTIPART, multipart([filePart(Buffer.alloc(0), field)])],
      [MULTIPART, multipart([filePart(Buffer.from('no zip at all'), field)])],
      [{ ...MULTIPART, 'content-length': '99999999999' }, multipart([package_])],
    ];
    const faults = bodies.map(([headers, body, naming]) => walk.faultAt(route, { headers, body }, naming));
    expect(await walk.faultsOf(faults)).toEqual([]);
  });

  it('is refused as an object in another one that is called what it is', async () => {
    const all = ['POST {slot}/apps', 'PUT {slot}/apps/:id'].map((name) => ['app', at(name)] as const);
    expect(
      await walk.faultsOf(
        all.map(([word, route]) =>
          walk.faultAt(
            route,
            { headers: JSON_TYPE, body: JSON.stringify({ [word]: route.json!.good(walk.ids) }) },
            'upload_id: is required',
          ),
        ),
      ),
    ).toEqual([]);
  });

  it('is refused as the app of an installation that is of another one', async () => {
    const route = at('PUT {slot}/apps/installations/:id');
    const others = [Number(walk.ids.app) + 1, String(Number(walk.ids.app) + 1), 999_999];
    expect(
      await walk.faultsOf(
        others.map((app_id) =>
          walk.faultAt(route, { headers: JSON_TYPE, body: JSON.stringify({ app_id }) }, 'app_id: cannot be changed'),
        ),
      ),
    ).toEqual([]);
  });

  it('is refused as a body of more than a mebibyte, before a byte of it has come', async () => {
    const socket = await openSocket(walk.harness.origin);
    onTestFinished(() => void socket.destroy());
    const answer = answerOn(socket, /\}\s*$/);
    const { admin } = walk.harness.tokens;
    const head = ['POST /api/v2/apps HTTP/1.1', 'Host: localhost', `Authorization: Bearer ${admin}`];
    socket.write([...head, 'Content-Type: application/json', 'Content-Length: 1048577', '\r\n'].join('\r\n'));
    expect(await answer).toMatch(/^HTTP\/1.1 413 [^]*"description":"The body of the request is too large/);
  });

  it('is refused as the product of an installation that is not the one in the path', async () => {
    const body = JSON.stringify({ app_id: walk.ids.app, settings: { name: 'x' }, product: 'support' });
    expect(
      await walk.faultsOf([
        walk.faultAt(at('POST {slot}/apps/installations'), { headers: JSON_TYPE, body }, 'product'),
      ]),
    ).toEqual([]);
  });

  it.each([
    ['nothing', {}, undefined],
    ['JSON', JSON_TYPE, '{}'],
    ['an empty form', { 'content-type': 'application/x-www-form-urlencoded' }, ''],
    ['a large form', { 'content-type': 'application/x-www-form-urlencoded' }, `a=${'x'.repeat(100_000)}`],
    ['a form with hostile names', { 'content-type': 'application/x-www-form-urlencoded' }, '__proto__=1&a[b]=1&%ZZ'],
  ])('is refused with a page as what a person sends: %s', async (_name, headers, body) => {
    expect(await walk.faultsOf([walk.faultAt(at('POST /oauth/authorizations'), { headers, body }, '<h1>')])).toEqual(
      [],
    );
  });
});

describe('unknown fields', () => {
  let walk: Walk;
  beforeAll(async () => {
    walk = await createWalk();
  });
  afterAll(() => walk.harness.close());

  it.each(ignoring)('of $name are ignored, and named in the answer', async ({ route, json }) => {
    for (const [name, member] of unknownMembers) {
      if (Object.hasOwn(json.fields, name)) continue;
      const good = JSON.stringify(json.good({ ...walk.ids, upload: await walk.newUpload() })).slice(0, -1);
      const { status, headers, body } = await walk.send(route, { headers: JSON_TYPE, body: `${good},${member}}` });
      expect(`${name} ${status} ${status === route.answer ? '' : body.toString()}`).toBe(`${name} ${route.answer} `);
      const shown = JSON.parse(`"${name}"`) as string;
      expect(headers['x-appyard-ignored']).toBe(encodeURIComponent(shown.replace(/\p{Surrogate}/gu, '\ufffd')));
    }
    expect(walk.ownFaults()).toEqual([]);
  });

  it.each(ignoring)('of $name do not fill the header', async ({ route, json }) => {
    const good = json.good({ ...walk.ids, upload: await walk.newUpload() });
    const many = Object.fromEntries(Array.from({ length: 5_000 }, (_, i) => [`field_${i}`, 'swordfish']));
    const long = Object.fromEntries(Array.from({ length: 30 }, (_, i) => [`${i} `.padEnd(100_000 / 30, 'é'), 1]));
    const first = await walk.send(route, { headers: JSON_TYPE, body: JSON.stringify({ ...good, ...many }) });
    expect(String(first.headers['x-appyard-ignored']).split(', ')).toHaveLength(20);
    expect(JSON.stringify(first.headers)).not.toContain('swordfish');
    const again = json.good({ ...walk.ids, upload: await walk.newUpload() });
    const second = await walk.send(route, { headers: JSON_TYPE, body: JSON.stringify({ ...again, ...long }) });
    expect(second.status).toBe(route.answer);
    expect(String(second.headers['x-appyard-ignored']).length).toBeLessThanOrEqual(1_024);
  });
});

describe('good input', () => {
  let walk: Walk;
  beforeAll(async () => {
    walk = await createWalk();
  });
  afterAll(() => walk.harness.close());

  it('is accepted by every route', async () => {
    const answers: string[] = [];
    for (const route of routes) {
      const ids = { ...walk.ids, upload: await walk.newUpload() };
      const { status, body } = await walk.send(route, walk.good(route, ids));
      answers.push(`${nameOf(route)} ${status} ${status === route.answer ? '' : body.toString()}`);
    }
    expect(answers).toEqual(routes.map((route) => `${nameOf(route)} ${route.answer} `));
  });

  it('may have a slash at the end of its path, and a body that nobody asked for', async () => {
    const another = await createWalk();
    onTestFinished(() => another.harness.close());
    for (const route of routes.filter(({ json, file, door }) => !json && !file && door !== 'page')) {
      const path = another.good(route).path.replace(/([^/])$/, '$1/');
      const slashed = route.path.includes('*path') ? path.slice(0, -1) : path;
      const { status } = await another.send(route, { path: slashed, headers: JSON_TYPE, body: '{"broken' });
      expect(`${nameOf(route)} ${status}`).toBe(`${nameOf(route)} ${route.answer}`);
    }
  });
});
