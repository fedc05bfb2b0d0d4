import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { emails } from '../../support/accounts.ts';
import { read } from '../../support/client.ts';
import { createHarness, type Harness } from '../../support/harness.ts';
import { askTokens, logIn } from '../../support/oauth-login.ts';

/** What was given for another credential, and ends before it. */
const kinds = ['token of an hour', 'token of a login', 'token of a confidential client'] as const;

describe('a route that issues a lasting secret', () => {
  let harness: Harness;
  let tokens: Record<(typeof kinds)[number], string>;
  let clientId: number;
  beforeAll(async () => {
    harness = await createHarness('postgres');
    const form = { grant_type: 'client_credentials', client_id: emails.admin, client_secret: harness.tokens.admin };
    const hour = await harness.request('/token', { as: null, method: 'POST', body: new URLSearchParams(form) });
    const made = await harness.request('/api/v2/oauth/clients.json', {
      method: 'POST',
      json: { client: { name: 'CI', identifier: 'ci-client', scopes: ['read', 'write'] } },
    });
    const { client } = await read<{ client: { id: number; identifier: string; secret: string } }>(made, 201);
    clientId = client.id;
    const asClient = { grant_type: 'client_credentials', client_id: client.identifier, client_secret: client.secret };
    const tokenIn = async (response: Response) => (await read<{ access_token: string }>(response, 200)).access_token;
    tokens = {
      'token of an hour': await tokenIn(hour),
      'token of a login': (await logIn(harness)).access_token,
      'token of a confidential client': await tokenIn(await askTokens(harness, asClient)),
    };
  });
  afterAll(() => harness.close());

  const routes: [string, string, () => string, unknown][] = [
    ['Zendesk: a client', 'POST', () => '/api/v2/oauth/clients.json', { client: { name: 'Another' } }],
    ['Zendesk: a secret', 'PUT', () => `/api/v2/oauth/clients/${clientId}/generate_secret.json`, undefined],
    ['Kustomer: credentials of an app', 'POST', () => '/v1/apps', { name: 'orders', url: 'https://app.example' }],
  ];
  const send = ([, method, path, json]: (typeof routes)[number], token: string) =>
    harness.request(path(), { as: null, method, json, headers: { authorization: `Bearer ${token}` } });
  const secretsOf = async () => {
    const { rows } = await harness.deps.db.query(
      `select 'client' as what, id, encode(sha256, 'hex') as secret from oauth_clients
       union all select 'app', id, secret from app_clients order by 1, 2`,
    );
    return rows;
  };

  it.each(kinds)('refuses a %s', async (kind) => {
    const before = await secretsOf();
    expect(
      (await harness.request('/api/v2/apps/owned', { as: null, headers: { authorization: `Bearer ${tokens[kind]}` } }))
        .status,
    ).toBe(200);
    for (const route of routes) {
      const answer = await send(route, tokens[kind]);
      expect(`${route[0]}: ${answer.status}`).toBe(`${route[0]}: 403`);
      expect(await answer.text()).toContain('This needs an API token or a password');
    }
    expect(await secretsOf()).toEqual(before);
  });

  it('takes an API token', async () => {
    for (const route of routes) expect((await send(route, harness.tokens.admin)).status).toBeLessThan(300);
  });
});
