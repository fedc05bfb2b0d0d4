import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Person } from '../../support/accounts.ts';
import { badJsonBodies } from '../../support/bad-bodies.ts';
import { read } from '../../support/client.ts';
import { createHarness, type Harness } from '../../support/harness.ts';
import { kustomerClient, kustomerFaultOf, kustomerRefusal, type ErrorEntry } from '../../support/kustomer.ts';
import { sendRaw } from '../../support/raw-http.ts';

const JSON_TYPE = { 'content-type': 'application/json' };
const good = { app: 'good', version: '0.0.1' };

/** Every route, with a body that there is nothing wrong with. */
const routes: [method: string, path: string, body: object | undefined, admin: boolean][] = [
  ['GET', '/v1/apps', undefined, false],
  ['GET', '/v1/apps/hello-latest', undefined, false],
  ['GET', '/v1/apps/available', undefined, false],
  ['GET', '/v1/apps/available/hello-latest', undefined, false],
  ['POST', '/v1/apps/available', good, true],
  ['PATCH', '/v1/apps/available/hello-latest', { title: 'Changed' }, true],
  ['POST', '/v1/apps/available/hello-latest', { title: 'Changed' }, true],
  ['POST', '/v1/apps/install', { app: 'hello' }, true],
  ['PUT', '/v1/apps/hello-latest/disable', undefined, true],
  ['POST', '/v1/apps/hello-latest/disable', undefined, true],
  ['PUT', '/v1/apps/hello-latest/enable', undefined, true],
  ['POST', '/v1/apps/hello-latest/enable', undefined, true],
];
const admins = routes.filter(([, , , admin]) => admin);
const withBodies = routes.filter(([, , body]) => body !== undefined);

describe('access to the Kustomer door', () => {
  let harness: Harness;
  beforeAll(async () => {
    harness = await createHarness('postgres');
    const acme = kustomerClient(harness);
    await acme.register({ app: 'hello', version: '0.0.1', title: 'Hello' });
    await acme.install({ app: 'hello' });
  });
  afterAll(() => harness.close());

  const send = (as: Person | null, [method, path, body]: (typeof routes)[number]) =>
    kustomerClient(harness, as).send(method, path, body);
  const snapshot = async (): Promise<unknown> => {
    const { rows } = await harness.deps.db.query(
      `select (select json_agg(a order by id) from apps a) as apps, (select json_agg(v order by id) from app_versions v) as versions,
         (select json_agg(i order by id) from installations i) as installations, (select count(*) from audit_entries) as log`,
    );
    return rows;
  };

  it.each(routes)('to %s %s is refused to nobody, and changes nothing', async (...route) => {
    const before = await snapshot();
    const response = await send(null, route);
    expect(response.headers.get('www-authenticate')).toBe('Bearer realm="Appyard"');
    expect((await kustomerRefusal(response, 401))[0]!.code).toBe('unauthorized');
    expect(await snapshot()).toEqual(before);
  });

  it.each(routes)('to %s %s is refused to an operator, who is of no organisation', async (...route) => {
    expect((await kustomerRefusal(await send('operator', route), 403))[0]!.message).toContain('operator');
  });

  it.each(admins)('to %s %s is refused to who is no admin, with the role that it needs', async (...route) => {
    const before = await snapshot();
    expect((await kustomerRefusal(await send('agent', route), 403))[0]!.message).toBe(
      'This needs the role org.admin.apps; yours is org.permission.apps.read.',
    );
    expect(await snapshot()).toEqual(before);
  });

  it.each(routes.filter(([, , , admin]) => !admin))('to %s %s is given to every user', async (...route) => {
    expect(await read(await send('agent', route), 200)).toHaveProperty('data');
  });

  it.each(routes.filter(([, path]) => path.includes('hello')))(
    'to %s %s is 404 for another organisation, and changes nothing',
    async (...route) => {
      const before = await snapshot();
      await kustomerRefusal(await send('other', route), 404);
      expect(await snapshot()).toEqual(before);
    },
  );

  it('shows another organisation nothing of this one', async () => {
    const other = kustomerClient(harness, 'other');
    expect([await other.available(), await other.installed()]).toEqual([[], []]);
  });

  it.each([
    ['Basic credentials', `Basic ${Buffer.from('ada@acme.example:correct horse').toString('base64')}`],
    ['a key that is not there', 'Bearer nothing'],
    ['no key', 'Bearer '],
    ['another scheme', 'Token x'],
  ])('is refused with %s', async (_name, authorization) => {
    const response = await harness.request('/v1/apps', { as: null, headers: { authorization } });
    expect(await kustomerRefusal(response, 401)).toHaveLength(1);
  });

  it.each([
    ['GET', '/v1/apps/installed'],
    ['GET', '/v1/apps/install'],
    ['DELETE', '/v1/apps/hello-latest'],
    ['DELETE', '/v1/apps/available/hello-latest'],
    ['PUT', '/v1/apps/available/hello-latest'],
    ['PUT', '/v1/apps'],
    ['PATCH', '/v1/apps/available'],
    ['PUT', '/v1/apps/hello-latest/remove'],
    ['GET', '/v1/apps/hello-latest/disable'],
    ['GET', '/v1/apps/available/hello-latest/versions'],
    ['POST', '/v1/apps/hello-latest'],
    ['OPTIONS', '/v1/apps'],
    ['OPTIONS', '/v1/apps/available'],
    ['OPTIONS', '/v1/apps/hello-latest'],
  ])('to %s %s, which is not there, is 404', async (method, path) => {
    const client = kustomerClient(harness);
    const [entry] = await kustomerRefusal(await client.send(method, path, method === 'GET' ? undefined : {}), 404);
    expect(entry!.code).toBe('not_found');
  });

  it('to another path below /v1 is none of its business', async () => {
    for (const path of ['/v1/app', '/v1/appsx', '/v1', '/v1/other']) {
      const body = (await (await harness.request(path)).json()) as { errors?: ErrorEntry[] };
      expect(body.errors?.[0]?.source).toBeUndefined();
    }
  });

  it.each([
    '/v1/apps/%zz',
    '/v1/apps/available/%E0%A4%A',
    '/v1/apps/%00-1',
    '/v1/apps/available/a-%00',
    `/v1/apps/${'a'.repeat(8_000)}-1`,
  ])('to a path that is broken is refused: %s', async (path) => {
    const client = kustomerClient(harness);
    const response = await client.get(path);
    expect(kustomerFaultOf(response.status, await response.text())).toBeUndefined();
  });

  it.each(withBodies)('to %s %s with a bad body is refused, and changes nothing', async (method, path, body) => {
    const before = await snapshot();
    const faults: string[] = [];
    for (const [name, headers, bad] of badJsonBodies) {
      const text = typeof bad === 'string' ? bad.replace('GOOD', JSON.stringify(body)) : bad;
      const authorization = `Bearer ${harness.tokens.admin}`;
      const answer = await sendRaw(harness.origin, {
        method,
        path,
        headers: { authorization, ...headers },
        ...(text !== undefined && { body: text }),
      });
      const fault = kustomerFaultOf(answer.status, answer.body.toString());
      if (fault) faults.push(`${name}: ${fault}`);
    }
    expect(faults).toEqual([]);
    expect(await snapshot()).toEqual(before);
  });

  it.each(withBodies)(
    'to %s %s says 413 for more than a mebibyte and 415 for what is no JSON',
    async (method, path) => {
      const as = { authorization: `Bearer ${harness.tokens.admin}` };
      const large = await harness.request(path, {
        method,
        body: JSON.stringify({ title: 'x'.repeat(1_048_577) }),
        headers: { ...as, ...JSON_TYPE },
      });
      expect((await kustomerRefusal(large, 413))[0]!.code).toBe('payload_too_large');
      const form = await harness.request(path, {
        method,
        body: 'app=hello',
        headers: { ...as, 'content-type': 'text/plain' },
      });
      expect((await kustomerRefusal(form, 415))[0]!.code).toBe('unsupported_media_type');
    },
  );

  it('says in its envelope that the database is away, and what nobody expected', async () => {
    await read(await harness.request('/v1/apps'), 200);
    const away = Object.assign(new Error('refused'), { code: 'ECONNREFUSED', syscall: 'connect' });
    for (const [err, status, code] of [
      [away, 503, 'unavailable'],
      [new Error('a secret'), 500, 'internal_error'],
    ] as const) {
      vi.spyOn(harness.deps.db, 'query').mockRejectedValue(err as never);
      const response = await harness.request('/v1/apps');
      const text = await response.text();
      vi.restoreAllMocks();
      expect(response.status).toBe(status);
      expect((JSON.parse(text) as { errors: ErrorEntry[] }).errors).toMatchObject([
        { status, code, source: { parameter: '' } },
      ]);
      expect(text).not.toContain('a secret');
    }
  });
});
