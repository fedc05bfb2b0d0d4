import { inspect } from 'node:util';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { buildApp, install, uploadPackage } from '../../support/client.ts';
import { createHarness, type Harness } from '../../support/harness.ts';
import { buildArchive } from '../../support/packages.ts';
import { sendRaw } from '../../support/raw-http.ts';
import { faultOf } from '../../support/refusal.ts';
import { badIds } from '../../support/shapes.ts';

const JSON_TYPE = { 'content-type': 'application/json' };
const long = (length: number): string => 'x'.repeat(length);

/** Routes that take JSON; APP and INSTALLATION stand for ids that are there. */
const jsonRoutes = [
  'POST /api/apps',
  'POST /api/apps.json',
  'POST /api/sell/apps',
  'POST /api/v2/apps.json',
  'PUT /api/sell/apps/APP.json',
  'POST /api/sell/apps/installations.json',
  'POST /api/v2/apps/installations',
  'PUT /api/sell/apps/installations/INSTALLATION.json',
];

const badBodies: [name: string, headers: Record<string, string>, body: string | Buffer | undefined][] = [
  ['nothing', {}, undefined],
  ['white space', JSON_TYPE, ' \n '],
  ['half of an object', JSON_TYPE, '{"upload_id": 1'],
  ['no JSON', JSON_TYPE, 'upload_id=1'],
  ['two objects', JSON_TYPE, '{}{}'],
  ['a list', JSON_TYPE, '[]'],
  ['a list of an object', JSON_TYPE, '[{"upload_id":1}]'],
  ['a text', JSON_TYPE, '"upload_id"'],
  ['a number', JSON_TYPE, '1'],
  ['null', JSON_TYPE, 'null'],
  ['a comma too many', JSON_TYPE, '{"upload_id":1,}'],
  ['bytes of no encoding', JSON_TYPE, Buffer.from([0xff, 0xfe, 0x00, 0x7b])],
  ['a hundred thousand brackets', JSON_TYPE, '['.repeat(100_000)],
  ['a deep list', JSON_TYPE, '['.repeat(10_000) + ']'.repeat(10_000)],
  ['more than a mebibyte', JSON_TYPE, JSON.stringify({ name: long(1_100_000) })],
  ['a form', { 'content-type': 'application/x-www-form-urlencoded' }, 'upload_id=1&app_id=1'],
  ['multipart', { 'content-type': 'multipart/form-data; boundary=x' }, '--x--\r\n'],
  ['plain text', { 'content-type': 'text/plain' }, '{"upload_id":1}'],
  ['XML', { 'content-type': 'application/xml' }, '<a/>'],
  ['a type that is none', { 'content-type': 'json' }, '{"upload_id":1}'],
  ['no type', {}, '{"upload_id":1}'],
  ['a charset nobody knows', { 'content-type': 'application/json; charset=klingon' }, '{"upload_id":1}'],
  ['an encoding nobody knows', { ...JSON_TYPE, 'content-encoding': 'magic' }, '{"upload_id":1}'],
  ['gzip that is none', { ...JSON_TYPE, 'content-encoding': 'gzip' }, '{"upload_id":1}'],
  [
    'a small gzip of a large body',
    { ...JSON_TYPE, 'content-encoding': 'gzip' },
    gzipSync(`{"name":"${long(9_000_000)}"}`),
  ],
];

const notAnId = [
  null,
  '',
  ' ',
  'abc',
  0,
  -1,
  1.5,
  '1.5',
  '-1',
  '0',
  true,
  [],
  [1],
  {},
  1e20,
  '9'.repeat(20),
  '1e3',
  '\0',
];
const notAText = (max: number): unknown[] => [5, true, '', '   ', [], {}, ['a'], long(max + 1), 'a\0b'];
const buildMembers: [name: string, values: unknown[]][] = [
  ['upload_id', notAnId],
  ['name', notAText(255)],
  ['short_description', notAText(1_000)],
];
const changeMembers: [name: string, values: unknown[]][] = [
  ['settings', ['text', 5, true, [], ['a'], { nobody: 1 }, { name: '' }, { name: {} }, { name: long(256) }]],
  ['settings_objects', ['text', 5, {}, [5], ['a'], [null], [{}], [{ name: 5 }], [{ name: 'nobody', value: 1 }]]],
  ['enabled', ['yes', 'true', 1, 0, {}, []]],
  [
    'group_restrictions',
    ['a', 5, {}, [{}], [1.5], [null], [''], [long(256)], ['a\0b'], Array.from({ length: 1_001 }, String)],
  ],
  ['role_restrictions', ['a', 5, {}, [[]], [true], ['a\0b']]],
];

describe('bad input', () => {
  let harness: Harness;
  let ids: Record<'APP' | 'INSTALLATION' | 'JOB', string>;
  beforeAll(async () => {
    harness = await createHarness('postgres');
    harness.startWorker();
    const app = await buildApp(harness, buildArchive());
    const { id, pending_job_id } = await install(harness, app);
    ids = { APP: String(app), INSTALLATION: String(id), JOB: pending_job_id };
  });
  afterAll(() => harness.close());
  beforeEach(() => {
    vi.mocked(harness.deps.log.error).mockClear();
  });

  /** Sends a request as it is written and tells what is wrong with the answer. */
  const faultAt = async (
    route: string,
    headers: Record<string, string> = {},
    body?: string | Buffer,
  ): Promise<string | undefined> => {
    const [method = '', path = ''] = route.replaceAll(/APP|INSTALLATION|JOB/g, (word) => ids[word as 'APP']).split(' ');
    const sent = { authorization: `Bearer ${harness.tokens.admin}`, ...headers };
    const answer = await sendRaw(harness.origin, { path, method, headers: sent, ...(body !== undefined && { body }) });
    const fault = faultOf(answer.status, answer.body.toString());
    return fault && `${route.slice(0, 100)}: ${fault}`;
  };
  const faults = async (requests: Promise<string | undefined>[]): Promise<string[]> => [
    ...(await Promise.all(requests)).filter((fault) => fault !== undefined),
    ...vi.mocked(harness.deps.log.error).mock.calls.map((call) => inspect(call)),
  ];
  const faultOfJson = async (route: string, value: unknown): Promise<string | undefined> => {
    const text = JSON.stringify(value);
    const fault = await faultAt(route, JSON_TYPE, text);
    return fault && `${text.slice(0, 80)} to ${fault}`;
  };

  it.each(badBodies)('is refused as the body of every route: %s', async (_name, headers, body) => {
    expect(await faults(jsonRoutes.map((route) => faultAt(route, headers, body)))).toEqual([]);
  });

  it.each(['', undefined])(
    'is refused when it is said to be JSON and is %j, except where nothing has to change',
    async (body) => {
      const routes = jsonRoutes.filter((route) => !route.includes('INSTALLATION'));
      expect(await faults(routes.map((route) => faultAt(route, JSON_TYPE, body)))).toEqual([]);
    },
  );

  it.each(buildMembers)('is refused as the %s of a build', async (name, values) => {
    const upload_id = 999_999;
    for (const route of ['POST /api/apps.json', 'PUT /api/v2/apps/APP'])
      expect(await faults(values.map((value) => faultOfJson(route, { upload_id, [name]: value })))).toEqual([]);
  });

  it('is refused as the app of an installation', async () => {
    const settings = { name: 'x' };
    const bodies = [{ settings }, ...notAnId.map((app_id) => ({ app_id, settings })), { app_id: 999_999, settings }];
    expect(await faults(bodies.map((body) => faultOfJson('POST /api/v2/apps/installations', body)))).toEqual([]);
  });

  it.each(changeMembers)('is refused as the %s of an installation', async (name, values) => {
    const app_id = Number(ids.APP);
    const requests = values.flatMap((value) => [
      faultOfJson('POST /api/v2/apps/installations', { app_id, settings: { name: 'x' }, [name]: value }),
      // An update need not change anything.
      faultOfJson('PUT /api/v2/apps/installations/INSTALLATION', { settings: { name: 'x' }, [name]: value }),
    ]);
    const isEmptyChange = /^\{"settings":\[\]/;
    expect((await faults(requests)).filter((fault) => !isEmptyChange.test(fault))).toEqual([]);
  });

  it.each([
    ['name', 'POST /api/apps.json'],
    ['short_description', 'PUT /api/v2/apps/APP'],
    ['group_restrictions', 'POST /api/v2/apps/installations'],
    ['role_restrictions', 'PUT /api/v2/apps/installations/INSTALLATION'],
  ])('is no 5xx when half a character stands in the %s of %s', async (name, route) => {
    const upload_id = await uploadPackage(harness, buildArchive());
    const value = name.endsWith('restrictions') ? ['a\ud800'] : 'a\ud800';
    const body = { upload_id, app_id: Number(ids.APP), settings: { name: 'x' }, [name]: value };
    expect((await faultOfJson(route, body)) ?? '').not.toMatch(/not a 4xx: 5/);
  });

  it.each([
    'GET /api/sell/apps/ID',
    'PUT /api/sell/apps/ID',
    'DELETE /api/sell/apps/ID',
    'GET /api/sell/apps/ID/assets/iframe.html',
    'GET /api/sell/apps/installations/ID',
    'PUT /api/sell/apps/installations/ID',
    'DELETE /api/sell/apps/installations/ID',
  ])('is refused as the id in %s', async (route) => {
    const isPut = route.startsWith('PUT');
    const body = isPut ? JSON.stringify({ upload_id: 1, enabled: true }) : undefined;
    const requests = badIds.flatMap((id) =>
      ['', '.json'].map((suffix) => faultAt(route.replace('ID', id) + suffix, isPut ? JSON_TYPE : {}, body)),
    );
    expect(await faults(requests)).toEqual([]);
  });

  it('is refused as a path', async () => {
    const paths = [
      '/api',
      '/api/',
      '/api/sell',
      '/api/sell/app',
      '/api/explore/apps',
      '/api/v1/apps',
      '/api/V3/apps.json',
      '/api/sell/apps/APP/assets',
      '/api/sell/apps/APP/assets/',
      '/api/sell/apps/APP/nothing',
      '/api/sell/apps/installations/INSTALLATION/nothing',
      '/api/sell/apps/uploads/1',
      '/api/sell/apps/job_statuses/a/b',
      '/api/sell/apps/job_statuses',
      '/api/sell/apps/installations/job_statuses',
      '/api/sell/apps.xml',
      '/api/sell/apps/APP.xml',
      '/api/sell/apps/APP.json.json',
      '/api//sell/apps/APP/x',
      '/api/sell/apps/%E0%A4%A',
      '/api/%ZZ/apps',
      '/%00',
      '/nothing',
      '/assets',
      '/assets/',
      '/assets/x',
      `/api/sell/apps/${long(8_000)}`,
    ];
    expect(await faults(paths.map((path) => faultAt(`GET ${path}`)))).toEqual([]);
  });

  it('is refused as a method', async () => {
    const allowed: Record<string, string[]> = {
      '/api/sell/apps': ['GET', 'POST'],
      '/api/sell/apps/owned': ['GET'],
      '/api/sell/apps/APP': ['GET', 'PUT', 'DELETE'],
      '/api/sell/apps/uploads': ['POST'],
      '/api/sell/apps/job_statuses/JOB': ['GET'],
      '/api/sell/apps/installations': ['GET', 'POST'],
      '/api/sell/apps/installations/INSTALLATION': ['GET', 'PUT', 'DELETE'],
      '/api/sell/apps/installations/job_statuses/JOB': ['GET'],
      '/api/apps': ['GET', 'POST'],
    };
    const requests = Object.entries(allowed).flatMap(([path, known]) =>
      ['GET', 'POST', 'PUT', 'DELETE', 'PATCH', 'PROPFIND', 'TRACE']
        .filter((method) => !known.includes(method))
        .flatMap((method) =>
          ['', '.json'].map((suffix) => faultAt(`${method} ${path}${suffix}`, JSON_TYPE, '{"a":1}')),
        ),
    );
    expect(await faults(requests)).toEqual([]);
  });

  it('changes nothing', async () => {
    const counts = async (): Promise<unknown> =>
      (
        await harness.deps.db.query(
          'select (select count(*) from apps) as apps, (select count(*) from app_versions) as versions',
        )
      ).rows[0];
    const before = await counts();
    await faults(jsonRoutes.flatMap((route) => badBodies.map(([, headers, body]) => faultAt(route, headers, body))));
    expect(await counts()).toEqual(before);
  });

  it('of a query is looked past', async () => {
    for (const query of [
      '?include=&include=app&include[]=x',
      '?exclude[a]=b',
      '?include=%00',
      '?%ZZ=%ZZ',
      `?x=${long(4_000)}`,
    ])
      for (const route of ['/api/sell/apps/installations.json', '/api/sell/apps/owned', '/api/sell/apps.json'])
        expect((await harness.request(route + query)).status).toBe(200);
  });
});
