import { SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { read } from '../../support/client.ts';
import { createHarness, type Harness } from '../../support/harness.ts';
import { kustomerClient, kustomerRefusal, organisationIdOf } from '../../support/kustomer.ts';

const HUSH = 'hush-hush';

interface Listed {
  data: { id: string; attributes: Record<string, unknown> }[];
}

describe('the token that an app gets for an organisation that has it installed', () => {
  let harness: Harness;
  let token: string;
  let appName: string;
  let otherId: string;
  beforeAll(async () => {
    harness = await createHarness('postgres');
    const [acme, other] = [kustomerClient(harness), kustomerClient(harness, 'other')];
    otherId = await organisationIdOf(harness, 'other');
    const version = '1.0.0';
    // The author's own: one that the other organisation installs, and one that it can see.
    const { attributes: app } = await acme.register({
      app: 'visitor',
      version,
      redirectUris: [`https://host.example/?token=${HUSH}`],
    });
    appName = app.app;
    await acme.register({ app: 'neighbour', version });
    await harness.deps.db.query(`update apps set visibility = 'public'`);
    // The organisation's own: private, with secrets, one of them called as the visitor is for short.
    for (const name of ['own', 'visitor'])
      await other.register({ app: name, version, commands: [command(name)], auth: { clientSecret: HUSH } });
    await other.post('/v1/apps', { name: 'visitor', url: 'https://own.example' });
    for (const name of ['own', 'visitor', appName]) await other.install({ app: name });
    await harness.deps.db.query(`update installations set state = 'installed'`);

    const made = await read<{ data: { attributes: { clientId: string; clientSecret: string } } }>(
      await acme.post('/v1/apps', { name: 'visitor', url: 'https://app.example' }),
      201,
    );
    const { clientId, clientSecret } = made.data.attributes;
    const proof = await new SignJWT({ app: 'visitor', version, iat: Math.floor(Date.now() / 1_000) })
      .setProtectedHeader({ alg: 'HS256' })
      .sign(Buffer.from(clientSecret));
    const issued = await harness.request('/v1/orgs/other/token', {
      as: null,
      headers: { 'x-kustomer-app-client-id': clientId, 'x-kustomer-app-token': proof },
    });
    token = (await read<{ data: { attributes: { token: string } } }>(issued, 200)).data.attributes.token;
  });
  afterAll(() => harness.close());

  const command = (name: string) => ({
    name: `run.${name}`,
    url: `https://host.example/?token=${HUSH}`,
    httpMethod: 'POST',
  });
  const get = (path: string): Promise<Response> =>
    harness.request(path, { as: null, headers: { authorization: `Bearer ${token}` } });

  it('reads the app and its installation, without what only the author may see', async () => {
    const available = await read<Listed>(await get('/v1/apps/available'), 200);
    expect(available.data.map(({ attributes }) => attributes['app'])).toEqual([appName]);
    const installed = await read<Listed>(await get('/v1/apps'), 200);
    expect(installed.data.map(({ attributes }) => attributes['app'])).toEqual([appName]);
    for (const path of [`/v1/apps/available/${appName}-1.0.0`, `/v1/apps/available/${appName}-latest`]) {
      const answer = await get(path);
      expect(answer.status).toBe(200);
      expect(await answer.text()).not.toContain(HUSH);
    }
    expect((await get(`/v1/apps/${appName}-latest`)).status).toBe(200);
  });

  it('reads nothing else of the organisation: neither its own apps nor what else it can install', async () => {
    const others = ['own', 'visitor', `own_${otherId}`, `visitor_${otherId}`];
    for (const name of others) {
      await kustomerRefusal(await get(`/v1/apps/available/${name}-1.0.0`), 404);
      await kustomerRefusal(await get(`/v1/apps/available/${name}-latest`), 404);
      await kustomerRefusal(await get(`/v1/apps/${name}-latest`), 404);
      await kustomerRefusal(await get(`/v1/apps/${name}`), 404);
    }
    const neighbour = appName.replace('visitor', 'neighbour');
    await kustomerRefusal(await get(`/v1/apps/available/${neighbour}-1.0.0`), 404);
    for (const path of ['/v1/apps', '/v1/apps/available']) expect(await (await get(path)).text()).not.toContain(HUSH);
  });
});
