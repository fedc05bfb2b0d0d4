import { createRequire } from 'node:module';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { resumeAccount, suspendAccount } from '../../../src/use-cases/accounts/suspend-account.ts';
import { read } from '../../support/client.ts';
import { createHarness, type Harness } from '../../support/harness.ts';
import { definition } from '../../support/door-bodies.ts';
import { hostileBodies, isNeverTaken } from '../../support/hostile-values.ts';
import { kustomerClient, kustomerRefusal, organisationIdOf } from '../../support/kustomer.ts';

interface AppAttributes {
  name: string;
  clientId: string;
  clientSecret?: string;
  url: string | null;
}

/** Of the SDK, what the tests call. */
interface KApp {
  start(options: { port: number }): Promise<void>;
  stop(): Promise<void>;
  onCommand(name: string, callback: () => unknown): void;
  on(resource: string, action: string, callback: () => unknown): void;
  useView(name: string, template: string, options: object): void;
  org(name: string): { getToken(force?: boolean): Promise<string | undefined> };
}
interface Sdk {
  KApp: new (options: object) => KApp;
}
interface Cli {
  Apps: {
    findByName(env: string, name: string): Promise<AppAttributes | undefined>;
    create(env: string, name: string, url: string): Promise<AppAttributes>;
  };
  Auth: { _token?: string };
}

const load = createRequire(import.meta.url);
const SDK = '@kustomer/apps-server-sdk';
const URL = 'https://app.example.com';

describe("the vendor's server SDK", () => {
  let harness: Harness;
  let acme: ReturnType<typeof kustomerClient>;
  let organisationId: string;
  let sdk: Sdk;
  let cli: Cli;
  let home: string;
  const running: KApp[] = [];

  beforeAll(async () => {
    harness = await createHarness('postgres');
    acme = kustomerClient(harness);
    organisationId = await organisationIdOf(harness);
    // Its command keeps logins below the home folder from the moment that it is loaded.
    home = await mkdtemp(path.join(tmpdir(), 'appyard-kapp-'));
    vi.stubEnv('HOME', home);
    const { ENVS } = load(`${SDK}/lib/constants`) as { ENVS: Record<string, Record<string, string>> };
    Object.assign(ENVS['test']!, { gateway: harness.origin, api: harness.origin });
    // Its index needs a library for tests that it does not depend on.
    sdk = load(`${SDK}/lib/kapp`) as Sdk;
    cli = load(`${SDK}/cli/services`) as Cli;
    cli.Auth._token = harness.tokens.admin;
  });
  afterAll(async () => {
    for (const app of running) await app.stop();
    await harness.close();
    await rm(home, { recursive: true });
  });

  const create = async (name: string): Promise<AppAttributes & { clientSecret: string }> =>
    (await cli.Apps.create('test', name, URL)) as AppAttributes & { clientSecret: string };

  const kapp = (app: AppAttributes, options: object = {}): KApp => {
    const made = new sdk.KApp({
      app: app.name,
      version: '1.0.0',
      clientId: app.clientId,
      clientSecret: app.clientSecret,
      visibility: 'private',
      title: 'Orders',
      url: URL,
      iconUrl: `${URL}/icon.png`,
      roles: ['org.user.customer.read'],
      env: 'test',
      settings: { default: { key: { type: 'secret', required: true, description: 'x' } } },
      ...options,
    });
    made.onCommand('lookup', () => ({}));
    made.on('customer', 'create', () => ({}));
    made.useView('card', '<b>hi</b>', { resource: 'customer', context: 'smartbar-card', displayName: 'Card' });
    running.push(made);
    return made;
  };

  const tokenOf = (app: AppAttributes, claims: object = {}, secret = app.clientSecret!): Promise<string> =>
    new SignJWT({ app: app.name, version: '1.0.0', iat: Math.floor(Date.now() / 1_000), ...claims })
      .setProtectedHeader({ alg: 'HS256' })
      .sign(Buffer.from(secret));
  const ask = (app: AppAttributes, route: string, token: string, json?: unknown): Promise<Response> =>
    harness.request(route, {
      as: null,
      method: json === undefined ? 'GET' : 'POST',
      json,
      headers: { 'x-kustomer-app-client-id': app.clientId, 'x-kustomer-app-token': token },
    });

  it('creates an app once, gets its credentials then and only then, and finds it', async () => {
    expect(await cli.Apps.findByName('test', 'created')).toBeUndefined();
    const app = await create('created');
    expect(app).toEqual({
      name: 'created',
      url: URL,
      clientId: expect.stringMatching(/^[0-9a-f]{32}$/) as string,
      clientSecret: expect.stringMatching(/^appyard_/) as string,
    });
    const { clientSecret: _secret, ...shown } = app;
    expect(await cli.Apps.findByName('test', 'created')).toEqual(shown);
    await kustomerRefusal(await acme.post('/v1/apps', { name: 'created', url: URL }), 409);
    const { rows } = await harness.deps.db.query('select secret from app_clients');
    expect(JSON.stringify(rows)).not.toContain(app.clientSecret);
    const { rows: entries } = await harness.deps.db.query('select * from audit_entries');
    expect(JSON.stringify(entries)).toContain(app.clientId);
    expect(JSON.stringify(entries)).not.toContain(app.clientSecret);
  });

  it('publishes its manifest when it starts, and the same one again at each further start', async () => {
    const app = await create('orders');
    await kapp(app).start({ port: 0 });
    const [version] = (await acme.available()).filter(({ id }) => id.startsWith('orders_'));
    expect(version!.attributes).toMatchObject({ app: `orders_${organisationId}`, version: '1.0.0', title: 'Orders' });
    expect(JSON.stringify(version)).not.toContain(app.clientSecret);
    // Its tokens are JWTs, and the manifest has them in commands and webhooks.
    expect(JSON.stringify(version)).not.toContain('eyJ');

    await kapp(app).start({ port: 0 });
    await acme.send('PATCH', '/v1/apps/available/orders-1.0.0', { description: 'Edited' });
    await kapp(app).start({ port: 0 });
    expect((await acme.available()).filter(({ id }) => id.startsWith('orders_'))).toHaveLength(1);

    await kapp(app, { version: '1.1.0' }).start({ port: 0 });
    expect((await acme.available()).filter(({ id }) => id.startsWith('orders_'))).toHaveLength(2);
    const { rows } = await harness.deps.db.query<{ name: string }>(
      `select distinct actor_name as name from audit_entries where subject_type = 'app' and subject_name = 'Orders'`,
    );
    expect(rows.map(({ name }) => name)).toContain(`app orders (client ${app.clientId})`);
  });

  it('is refused with 409 when another manifest has the version, and the first one stays', async () => {
    const app = await create('fixed');
    await kapp(app).start({ port: 0 });
    const refused = kapp(app, { title: 'Another' }).start({ port: 0 });
    await expect(refused).rejects.toMatchObject({ errors: [{ status: 409, code: 'duplicate' }] });
    const body = await read<{ data: { attributes: object } }>(await acme.get('/v1/apps/available/fixed-1.0.0'), 200);
    expect(body.data.attributes).toMatchObject({ title: 'Orders' });
  });

  it('gets a token of an organisation that has the app, by name and by id, which reads and does not write', async () => {
    const app = await create('tokens');
    const server = kapp(app);
    await server.start({ port: 0 });
    const path_ = (org: string) => `/v1/orgs/${org}/token`;
    await kustomerRefusal(await ask(app, path_('acme'), await tokenOf(app)), 404);
    await acme.send('POST', '/v1/apps/install', { app: 'tokens' });
    const { rows } = await harness.deps.db.query('update installations set state = $1 returning id', ['installed']);
    expect(rows).toHaveLength(1);

    const token = await server.org('acme').getToken();
    expect(token).toMatch(/^ey/);
    expect(await server.org(organisationId).getToken(true)).toMatch(/^ey/);
    const withToken = (method: string, route: string, json?: unknown) =>
      harness.request(route, { as: null, method, json, headers: { authorization: `Bearer ${token}` } });
    expect((await withToken('GET', '/v1/apps')).status).toBe(200);
    await kustomerRefusal(await withToken('POST', '/v1/apps/install', { app: 'tokens' }), 403);
    expect((await withToken('GET', '/api/v2/apps.json')).status).toBe(401);
    await kustomerRefusal(await ask(app, path_('other'), await tokenOf(app)), 404);

    await acme.send('PUT', '/v1/apps/tokens-latest/disable');
    await kustomerRefusal(await withToken('GET', '/v1/apps'), 401);
    await acme.send('PUT', '/v1/apps/tokens-latest/enable');
    expect((await withToken('GET', '/v1/apps')).status).toBe(200);
    await suspendAccount(harness.deps, 'acme');
    await kustomerRefusal(await withToken('GET', '/v1/apps'), 401);
    await kustomerRefusal(await ask(app, path_('acme'), await tokenOf(app)), 401);
    await resumeAccount(harness.deps, 'acme');
    expect((await withToken('GET', '/v1/apps')).status).toBe(200);
    expect((await acme.send('DELETE', '/v1/apps/tokens/client')).status).toBe(204);
    await kustomerRefusal(await withToken('GET', '/v1/apps'), 401);
    await kustomerRefusal(await ask(app, path_('acme'), await tokenOf(app)), 401);
    const again = await create('tokens');
    expect(again.clientId).not.toBe(app.clientId);
  });

  it('is refused with 401 for a token that is forged, of another app, too old or of the future', async () => {
    const app = await create('guarded');
    const another = await create('another');
    const now = Math.floor(Date.now() / 1_000);
    const none = `${Buffer.from('{"alg":"none"}').toString('base64url')}.${Buffer.from(
      JSON.stringify({ app: 'guarded', version: '1.0.0', iat: now }),
    ).toString('base64url')}.`;
    const tokens = [
      '',
      'nonsense',
      none,
      await tokenOf(app, {}, another.clientSecret),
      await tokenOf(app, { app: 'another' }),
      await tokenOf(app, { version: 1 }),
      await tokenOf(app, { iat: now - 25 * 3_600 }),
      await tokenOf(app, { iat: now + 3_600 }),
      await tokenOf(app, { iat: undefined }),
      await tokenOf(another),
    ];
    const manifest = { app: 'guarded', version: '1.0.0' };
    for (const token of tokens)
      await kustomerRefusal(await ask(app, '/v1/apps/guarded/versions', token, manifest), 401);
    await kustomerRefusal(await acme.post('/v1/apps/guarded/versions', manifest), 401);
    const token = await tokenOf(app);
    for (const [route, json, parameter] of [
      ['/v1/apps/another/versions', manifest, 'app'],
      ['/v1/apps/guarded/versions', { ...manifest, app: 'another' }, 'app'],
      ['/v1/apps/guarded/versions', { ...manifest, version: '2.0.0' }, 'version'],
      ['/v1/apps/guarded/versions', { ...manifest, colour: 1 }, 'colour'],
    ] as const) {
      const [entry] = await kustomerRefusal(await ask(app, route, token, json), 400);
      expect(entry!.source.parameter).toBe(parameter);
    }
    expect((await acme.available()).filter(({ id }) => id.startsWith('guarded'))).toEqual([]);
    expect((await ask(app, '/v1/apps/guarded/versions', token, manifest)).status).toBe(201);
    expect((await ask(app, '/v1/apps/guarded/versions', token, manifest)).status).toBe(200);
  });

  it('is answered or refused, whatever is in any field of a manifest', async () => {
    const app = await create('hostile');
    const token = await tokenOf(app);
    const headers = {
      'content-type': 'application/json',
      'x-kustomer-app-client-id': app.clientId,
      'x-kustomer-app-token': token,
    };
    const faults: string[] = [];
    for (const { field, json, body } of hostileBodies({ ...definition, app: 'hostile', version: '1.0.0' })) {
      const answer = await harness.request('/v1/apps/hostile/versions', { as: null, method: 'POST', headers, body });
      const text = await answer.text();
      if (answer.status >= 500 || (isNeverTaken(json) && answer.status < 400))
        faults.push(`${field} = ${json.slice(0, 60)}: ${answer.status} ${text.slice(0, 100)}`);
    }
    expect(faults).toEqual([]);
    expect(harness.deps.log.error).not.toHaveBeenCalled();
  });

  it('is served admins only where credentials are made or revoked, and nothing of another organisation', async () => {
    await create('private_app');
    const agent = kustomerClient(harness, 'agent');
    const other = kustomerClient(harness, 'other');
    await kustomerRefusal(await agent.post('/v1/apps', { name: 'mine', url: URL }), 403);
    await kustomerRefusal(await agent.send('DELETE', '/v1/apps/private_app/client'), 403);
    await kustomerRefusal(await other.get('/v1/apps/private_app'), 404);
    await kustomerRefusal(await other.send('DELETE', '/v1/apps/private_app/client'), 404);
    expect((await agent.get('/v1/apps/private_app')).status).toBe(200);
    expect((await other.post('/v1/apps', { name: 'private_app', url: URL })).status).toBe(201);
  });
});
