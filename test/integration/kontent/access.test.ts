import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { createEnvironment } from '../../../src/use-cases/environments/create-environment.ts';
import { read } from '../../support/client.ts';
import { createHarness, type Harness } from '../../support/harness.ts';
import {
  environmentOf,
  inEnvironment,
  kontentRefusal,
  newApp,
  type CustomAppBody,
  type Kontent,
  type PageBody,
} from '../../support/kontent.ts';
import type { Person } from '../../support/accounts.ts';

describe('the Kontent.ai door', () => {
  let harness: Harness;
  let environmentId: string;
  let send: Kontent;
  let app: CustomAppBody;
  beforeAll(async () => {
    harness = await createHarness('redis');
    environmentId = await environmentOf(harness);
    send = inEnvironment(harness, environmentId);
  });
  afterAll(() => harness.close());
  beforeEach(async () => {
    await harness.deps.db.query('delete from apps');
    app = await read<CustomAppBody>(await send('POST', '/custom-apps', { json: newApp() }), 201);
  });

  const operations = [{ op: 'replace', property_name: 'name', value: 'Changed' }];
  /** Every route, with a request that there is nothing wrong with. */
  const routes = (): [method: string, path: string, json?: unknown][] => [
    ['GET', '/custom-apps'],
    ['POST', '/custom-apps', newApp({ codename: 'another' })],
    ['GET', `/custom-apps/${app.id}`],
    ['GET', '/custom-apps/codename/my_app'],
    ['PATCH', `/custom-apps/${app.id}`, operations],
    ['PATCH', '/custom-apps/codename/my_app', operations],
    ['DELETE', `/custom-apps/${app.id}`],
    ['DELETE', '/custom-apps/codename/my_app'],
    ['GET', '/roles'],
    ['GET', '/roles/codename/project-manager'],
  ];
  const apps = async (): Promise<CustomAppBody[]> =>
    (await read<PageBody>(await send('GET', '/custom-apps'), 200)).custom_apps;
  const expectEverywhere = async (
    where: Kontent,
    as: Person | null,
    status: number,
    methods?: string[],
  ): Promise<void> => {
    for (const [method, path, json] of routes())
      if (methods === undefined || methods.includes(method))
        await kontentRefusal(await where(method, path, { as, ...(json !== undefined && { json }) }), status);
    expect(await apps()).toEqual([app]);
  };

  it('answers 401 to nobody, and asks for a bearer', async () => {
    await expectEverywhere(send, null, 401);
    const response = await send('GET', '/custom-apps', { as: null });
    expect(response.headers.get('www-authenticate')).toBe('Bearer realm="Appyard"');
    expect((await kontentRefusal(response, 401)).message).toContain('Bearer');
  });

  it('takes a token after the scheme in any letter case, and nothing else', async () => {
    const status = async (authorization: string): Promise<number> =>
      (await send('GET', '/custom-apps', { as: null, headers: { authorization } })).status;
    const token = harness.tokens.admin;
    const basic = Buffer.from(`ada@acme.example/token:${token}`).toString('base64');
    for (const scheme of ['bearer', 'Bearer', 'BEARER']) expect(await status(`${scheme} ${token}`)).toBe(200);
    for (const header of [`Basic ${basic}`, token, `Bearer${token}`, 'Bearer', 'Bearer wrong', `Token ${token}`])
      expect(await status(header)).toBe(401);
  });

  it('lets agents read and nothing else', async () => {
    await expectEverywhere(send, 'agent', 403, ['POST', 'PATCH', 'DELETE']);
    for (const [method, path] of routes().filter(([one]) => one === 'GET'))
      expect((await send(method, path, { as: 'agent' })).status).toBe(200);
  });

  it('is as if it were not there to another account and for an environment that is none', async () => {
    await expectEverywhere(send, 'other', 404);
    for (const id of ['f4b3fc05-e988-4dae-9ac1-a94aba566474', 'default', '1', '%00', 'x'.repeat(500)])
      await expectEverywhere(inEnvironment(harness, id), 'admin', 404);
    const { message } = await kontentRefusal(await send('GET', '/custom-apps', { as: 'other' }), 404);
    expect(message).toBe(`The requested environment '${environmentId}' was not found.`);
  });

  it("refuses an operator's token: it is of no account", async () => {
    await expectEverywhere(send, 'operator', 403);
    const { message } = await kontentRefusal(await send('GET', '/custom-apps', { as: 'operator' }), 403);
    expect(message).toContain('operator');
  });

  it('takes the id of an environment in any letter case', async () => {
    expect((await inEnvironment(harness, environmentId.toUpperCase())('GET', '/custom-apps')).status).toBe(200);
  });

  it('keeps the apps of one environment from another one of the same account', async () => {
    const { id } = await createEnvironment(harness.deps, { subdomain: 'acme', name: 'Staging' });
    const there = inEnvironment(harness, id);
    for (const ref of [app.id, 'codename/my_app'])
      for (const [method, json] of [['GET'], ['DELETE'], ['PATCH', operations]] as const)
        await kontentRefusal(await there(method, `/custom-apps/${ref}`, json && { json }), 404);
    expect((await read<PageBody>(await there('GET', '/custom-apps'), 200)).custom_apps).toEqual([]);
    const twin = await read<CustomAppBody>(await there('POST', '/custom-apps', { json: newApp() }), 201);
    expect(twin.codename).toBe(app.codename);
    expect(await apps()).toEqual([app]);
  });

  it('shows and changes no app of another account that an operator published', async () => {
    const theirs = inEnvironment(harness, await environmentOf(harness, 'other'));
    const foreign = await read<CustomAppBody>(
      await theirs('POST', '/custom-apps', { as: 'other', json: newApp() }),
      201,
    );
    await harness.deps.db.query(`update apps set visibility = 'public'`);
    for (const [method, json] of [['GET'], ['DELETE'], ['PATCH', operations]] as const)
      await kontentRefusal(await send(method, `/custom-apps/${foreign.id}`, json && { json }), 404);
    expect(await apps()).toEqual([app]);
  });

  it('shows roles by id and by codename, and 404 for another', async () => {
    const { roles } = await read<{ roles: { id: string; name: string; codename: string }[] }>(
      await send('GET', '/roles'),
      200,
    );
    expect(roles.map(({ codename }) => codename)).toEqual(['project-manager', 'developer', 'editor']);
    const [manager] = roles;
    expect(manager).toEqual({ id: expect.any(String), name: 'Project manager', codename: 'project-manager' });
    for (const ref of [manager!.id, manager!.id.toUpperCase(), 'codename/project-manager'])
      expect(await read(await send('GET', `/roles/${ref}`), 200)).toEqual(manager);
    for (const ref of [app.id, 'project-manager', 'codename/nobody', 'codename/%00'])
      expect((await kontentRefusal(await send('GET', `/roles/${ref}`), 404)).message).toContain('role');
  });

  it('answers 404 in its envelope to every other path below its own', async () => {
    const paths = ['', '/nothing', '/custom-apps/codename/a/b', `/custom-apps/${app.id}/x`, '/types', '/custom-apps2'];
    for (const path of paths) await kontentRefusal(await send('GET', path), 404);
    for (const path of ['/v2', '/v2/', '/v2/projects', '/v2/projects/', '/v2/subscriptions/x', '/v2/custom-apps'])
      await kontentRefusal(await harness.request(path), 404);
    for (const path of ['/v2', '/v2/nothing']) await kontentRefusal(await harness.request(path, { as: null }), 404);
    for (const path of [`/v2/projects/%E0%A4%A/custom-apps`, `/v2/projects/${environmentId}/custom-apps/%ZZ`])
      expect((await kontentRefusal(await harness.request(path), 400)).error_code).toBe(5);
  });

  it('leaves paths that only begin like its own to others', async () => {
    expect(await (await harness.request('/v22/projects')).json()).toHaveProperty('error');
  });

  it('answers 405 with what is possible to other methods', async () => {
    const wrong: [string, string, string][] = [
      ['PUT', '/custom-apps', 'GET, HEAD, POST'],
      ['DELETE', '/custom-apps', 'GET, HEAD, POST'],
      ['OPTIONS', '/custom-apps', 'GET, HEAD, POST'],
      ['POST', `/custom-apps/${app.id}`, 'GET, HEAD, PATCH, DELETE'],
      ['PUT', '/custom-apps/codename/my_app', 'GET, HEAD, PATCH, DELETE'],
      ['POST', '/roles', 'GET, HEAD'],
      ['DELETE', '/roles/codename/developer', 'GET, HEAD'],
    ];
    for (const [method, path, allowed] of wrong) {
      const response = await send(method, path);
      expect(response.headers.get('allow')).toBe(allowed);
      await kontentRefusal(response, 405);
    }
    await expectEverywhere(send, null, 401);
  });

  it('gives each error an id of its own, which the log has too', async () => {
    vi.mocked(harness.deps.log.info).mockClear();
    const answers = await Promise.all(
      Array.from({ length: 20 }, async () => kontentRefusal(await send('GET', '/custom-apps/codename/nobody'), 404)),
    );
    const ids = answers.map(({ request_id }) => request_id);
    expect(new Set(ids).size).toBe(20);
    const logged = vi.mocked(harness.deps.log.info).mock.calls.map(([, fields]) => fields?.['requestId']);
    expect(new Set(logged)).toEqual(new Set(ids));
  });
});
