import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import {
  createClientCommand,
  listClientsCommand,
  newClientSecretCommand,
  revokeClientCommand,
} from '../../../src/cli/client.ts';
import { disableUser, enableUser } from '../../../src/use-cases/users/change-user.ts';
import { suspendAccount, resumeAccount } from '../../../src/use-cases/accounts/suspend-account.ts';
import { emails } from '../../support/accounts.ts';
import { read } from '../../support/client.ts';
import type { Harness } from '../../support/harness.ts';
import {
  askTokens,
  createForgetfulHarness,
  logIn,
  newAttempt,
  sendForm,
  tokenRefusal,
} from '../../support/oauth-login.ts';

interface ClientBody {
  id: number;
  name: string;
  identifier: string;
  kind: string;
  scopes: string[];
  user_id: number;
  created_at: string;
  updated_at: string;
  secret?: string;
}
interface ClientTokenBody {
  access_token: string;
  token_type: string;
  expires_in: number;
  scope: string;
}

describe('confidential clients', () => {
  let harness: Harness;
  beforeAll(async () => {
    harness = await createForgetfulHarness();
  });
  afterEach(() => vi.restoreAllMocks());
  afterAll(() => harness.close());
  const clients = '/api/v2/oauth/clients.json';
  const at = (id: number, rest = ''): string => `/api/v2/oauth/clients/${id}${rest}`;
  let made = 0;
  const create = async (fields: object = {}): Promise<Required<ClientBody>> => {
    const json = { client: { name: `CI ${(made += 1)}`, scopes: ['read', 'write'], ...fields } };
    const response = await harness.request(clients, { method: 'POST', json });
    expect(response.headers.get('cache-control')).toBe('no-store');
    return (await read<{ client: Required<ClientBody> }>(response, 201)).client;
  };
  const bodyOf = ({ identifier, secret }: ClientBody, more: object = {}) => ({
    grant_type: 'client_credentials',
    client_id: identifier,
    client_secret: secret,
    ...more,
  });
  const tokenOf = async (client: ClientBody, more: object = {}): Promise<ClientTokenBody> =>
    read<ClientTokenBody>(await askTokens(harness, bodyOf(client, more)), 200);
  const ask = (token: string, route = '/api/v2/apps/owned', method = 'GET') =>
    harness.request(route, { as: null, method, headers: { authorization: `Bearer ${token}` } });
  const statusOf = async (token: string, route?: string, method?: string): Promise<number> =>
    (await ask(token, route, method)).status;

  it('are made by an admin, show their secret once, and get tokens that act as that admin', async () => {
    const { secret, ...client } = await create({ identifier: 'deploy-1', company: 'ignored' });
    expect(client).toMatchObject({ identifier: 'deploy-1', kind: 'confidential', scopes: ['read', 'write'] });
    expect(secret).toMatch(/^appyard_client_/);
    expect(await read(await harness.request(at(client.id, '.json')), 200)).toEqual({ client });
    const list = await read<{ clients: ClientBody[] }>(await harness.request(clients), 200);
    expect(list.clients[0]).toEqual(client);
    const response = await askTokens(harness, bodyOf({ ...client, secret }));
    expect(response.headers.get('cache-control')).toBe('no-store');
    const token = await read<ClientTokenBody>(response, 200);
    expect(token).toEqual({
      access_token: expect.any(String),
      token_type: 'bearer',
      expires_in: 3_600,
      scope: 'read write',
    });
    expect(await statusOf(token.access_token)).toBe(200);
    const stored = await harness.deps.db.query('select * from oauth_clients where id = $1', [client.id]);
    expect(JSON.stringify(stored.rows)).not.toContain(secret);
  });

  it('send their credentials in the header too, as forms, and ask for less', async () => {
    const client = await create();
    const form = new URLSearchParams({ grant_type: 'client_credentials', scope: 'read' });
    const headers = {
      authorization: `Basic ${Buffer.from(`${client.identifier}:${client.secret}`).toString('base64')}`,
    };
    const answer = await harness.request('/oauth/tokens', { as: null, method: 'POST', body: form, headers });
    const token = await read<ClientTokenBody>(answer, 200);
    expect(token.scope).toBe('read');
    expect(await statusOf(token.access_token)).toBe(200);
    expect(await statusOf(token.access_token, '/api/v2/apps/1', 'DELETE')).toBe(403);
    const both = new URLSearchParams({ grant_type: 'client_credentials', client_secret: 'x' });
    const refused = await harness.request('/oauth/tokens', { as: null, method: 'POST', body: both, headers });
    expect((await tokenRefusal(refused)).error).toBe('invalid_request');
  });

  it.each<[string, object, string]>([
    ['another secret', { client_secret: 'appyard_client_x' }, 'invalid_client'],
    ['an identifier that is none', { client_id: 'nobody' }, 'invalid_client'],
    ['an identifier with a NUL', { client_id: 'a\0b' }, 'invalid_client'],
    ['no secret', { client_secret: undefined }, 'invalid_request'],
    ['a secret that is no text', { client_secret: { toString: 1 } }, 'invalid_request'],
    ['a scope beyond its own', { scope: 'read write' }, 'invalid_scope'],
    ['a scope that is none', { scope: 'everything' }, 'invalid_scope'],
  ])('are refused with %s', async (_what, change, error) => {
    const client = await create({ scopes: ['read'] });
    expect((await tokenRefusal(await askTokens(harness, bodyOf(client, change)))).error).toBe(error);
    expect((await tokenOf(client)).scope).toBe('read');
  });

  it('are refused with 401 and a challenge where they came in the header', async () => {
    const headers = { authorization: `Basic ${Buffer.from('nobody:x').toString('base64')}` };
    const body = new URLSearchParams({ grant_type: 'client_credentials' });
    const refused = await harness.request('/oauth/tokens', { as: null, method: 'POST', body, headers });
    expect(refused.headers.get('www-authenticate')).toContain('Basic');
    expect((await tokenRefusal(refused, 401)).error).toBe('invalid_client');
  });

  it('take their tokens along when they are removed, and when they get another secret', async () => {
    const client = await create();
    const before = await tokenOf(client);
    const replaced = await read<{ client: Required<ClientBody> }>(
      await harness.request(at(client.id, '/generate_secret.json'), { method: 'PUT' }),
      200,
    );
    expect(await statusOf(before.access_token)).toBe(401);
    expect((await tokenRefusal(await askTokens(harness, bodyOf(client)))).error).toBe('invalid_client');
    const after = await tokenOf(replaced.client);
    expect(await statusOf(after.access_token)).toBe(200);
    expect((await harness.request(at(client.id), { method: 'DELETE' })).status).toBe(204);
    expect(await statusOf(after.access_token)).toBe(401);
    expect((await tokenRefusal(await askTokens(harness, bodyOf(replaced.client)))).error).toBe('invalid_client');
    expect((await harness.request(at(client.id), { method: 'DELETE' })).status).toBe(404);
  });

  it('end with the admin who made them, and rest while the account is suspended', async () => {
    const client = await create();
    const token = await tokenOf(client);
    await suspendAccount(harness.deps, 'acme');
    expect((await tokenRefusal(await askTokens(harness, bodyOf(client)))).error).toBe('invalid_client');
    expect(await statusOf(token.access_token)).toBe(403);
    await resumeAccount(harness.deps, 'acme');
    expect(await statusOf(token.access_token)).toBe(200);
    const again = await tokenOf(client);
    await disableUser(harness.deps, emails.admin);
    expect(await statusOf(token.access_token)).toBe(401);
    expect(await statusOf(again.access_token)).toBe(401);
    expect((await tokenRefusal(await askTokens(harness, bodyOf(client)))).error).toBe('invalid_client');
    await enableUser(harness.deps, emails.admin);
    await harness.deps.db.query(`update api_tokens set revoked_at = null where label = 'test'`);
  });

  it('are listed in pages of at most 100, by number or by cursors', async () => {
    await harness.deps.db.query(
      `insert into oauth_clients (account_id, user_id, identifier, name, sha256, scopes)
       select account_id, id, 'many-' || n, repeat('ü', 255), '', '{read}' from users, generate_series(1, 250) n
       where email = $1`,
      [emails.admin],
    );
    interface ListBody {
      clients: ClientBody[];
      count?: number;
      next_page?: string | null;
      previous_page?: string | null;
      meta?: { has_more: boolean; after_cursor: string; before_cursor: string };
      links?: { next: string | null; prev: string | null };
    }
    const list = async (url: string): Promise<ListBody> =>
      read<ListBody>(await harness.request(url.replace(/^https?:\/\/[^/]+/, '')), 200);
    const { rows } = await harness.deps.db.query<{ id: number }>(
      `select c.id from oauth_clients c join accounts a on a.id = c.account_id where a.subdomain = 'acme' order by 1 desc`,
    );
    const all = rows.map(({ id }) => id);
    for (const first of [clients, `${clients}?per_page=40`, `${clients}?page[size]=60`]) {
      const found: number[] = [];
      const sizes: number[] = [];
      for (let url: string | null | undefined = first; url;) {
        const body: ListBody = await list(url);
        found.push(...body.clients.map(({ id }) => id));
        sizes.push(body.clients.length);
        expect(body.count ?? all.length).toBe(all.length);
        url = body.meta ? (body.meta.has_more ? body.links!.next : null) : body.next_page;
      }
      expect(found).toEqual(all);
      expect(Math.max(...sizes)).toBe(/\d+$/.test(first) ? Number(/\d+$/.exec(first)![0]) : 100);
    }
    const second = await list(`${clients}?page=2&per_page=100`);
    expect((await list(second.previous_page!)).clients.map(({ id }) => id)).toEqual(all.slice(0, 100));
    const next = await list((await list(`${clients}?page[size]=10`)).links!.next!);
    expect((await list(next.links!.prev!)).clients.map(({ id }) => id)).toEqual(all.slice(0, 10));
    expect(await list(`${clients}?page=999999999999999`)).toMatchObject({ clients: [], next_page: null });
    for (const wrong of ['per_page=101', 'page=0', 'page=x', 'page[size]=101', 'page[after]=x', 'page=1&page[size]=5'])
      expect((await harness.request(`${clients}?${wrong}`)).status).toBe(422);
    await harness.deps.db.query(`delete from oauth_clients where identifier like 'many-%'`);
  });

  it('are for admins of the account with credentials of their own', async () => {
    const client = await create();
    const json = { client: { name: 'No' } };
    for (const as of ['agent', 'other'] as const) {
      expect((await harness.request(at(client.id), { as })).status).toBe(as === 'agent' ? 403 : 404);
      expect((await harness.request(at(client.id), { as, method: 'DELETE' })).status).toBe(as === 'agent' ? 403 : 404);
    }
    expect((await harness.request(clients, { as: 'agent', method: 'POST', json })).status).toBe(403);
    const theirs = await read<{ clients: ClientBody[] }>(await harness.request(clients, { as: 'other' }), 200);
    expect(theirs.clients).toEqual([]);
    // What is given for credentials makes none that outlive them.
    const { access_token: ofClient } = await tokenOf(client);
    const { access_token: ofLogin } = await logIn(harness);
    for (const token of [ofClient, ofLogin]) {
      const headers = { authorization: `Bearer ${token}` };
      expect((await harness.request(clients, { as: null, method: 'POST', json, headers })).status).toBe(403);
    }
    const form = { ...newAttempt().query, email: emails.admin, password: ofClient, decision: 'allow' };
    expect((await sendForm(harness, form)).status).toBe(401);
    const hour = { grant_type: 'client_credentials', client_id: emails.admin, client_secret: ofClient };
    const body = new URLSearchParams(hour);
    expect((await harness.request('/token', { as: null, method: 'POST', body })).status).toBe(400);
  });

  it.each<[object, string]>([
    [{ name: '' }, 'name'],
    [{ name: 5 }, 'name'],
    [{ name: 'A', identifier: 'x y' }, 'identifier'],
    [{ name: 'A', scopes: [] }, 'scopes'],
    [{ name: 'A', scopes: ['admin'] }, 'scopes'],
    [{ name: 'A', kind: 'public' }, 'kind'],
  ])('are not made of %j', async (client, field) => {
    const response = await harness.request(clients, { method: 'POST', json: { client } });
    expect([response.status, await response.text()]).toEqual([422, expect.stringContaining(field)]);
  });

  it('have one identifier each in the whole system, a quota, and entries in the audit log', async () => {
    const client = await create({ identifier: 'only-one' });
    const json = { client: { name: 'Second', identifier: 'only-one' } };
    const taken = await harness.request(clients, { as: 'other', method: 'POST', json });
    expect([taken.status, await taken.text()]).toEqual([422, expect.stringContaining('is taken')]);
    await tokenOf(client);
    await harness.request(at(client.id), { method: 'DELETE' });
    const { rows } = await harness.deps.db.query<{ action: string }>(
      `select action from audit_entries where subject_type = 'client' and subject_id = $1 order by id`,
      [client.id],
    );
    expect(rows.map(({ action }) => action)).toEqual(['create', 'login', 'destroy']);
    const log = await harness.request('/api/v2/audit_logs?filter[source_type]=oauth_client');
    expect(await log.text()).not.toContain(client.secret);
    await harness.deps.db.query(`update accounts set quotas = '{"clients": 0}' where subdomain = 'acme'`);
    const full = await harness.request(clients, { method: 'POST', json: { client: { name: 'Full' } } });
    expect([full.status, await full.text()]).toEqual([422, expect.stringContaining('quota of clients')]);
    await harness.deps.db.query(`update accounts set quotas = '{}'`);
  });

  it('are made, listed, given another secret and removed by the commands too', async () => {
    const { config } = harness.deps;
    const run = async (command: () => Promise<void>): Promise<string> => {
      const written: string[] = [];
      const write = vi.spyOn(process.stdout, 'write').mockImplementation((text) => written.push(String(text)) > 0);
      await command().finally(() => write.mockRestore());
      return written.join('');
    };
    const options = { user: emails.admin, name: 'Pipeline', scope: ['read' as const] };
    const [identifier = '', secret = ''] = (await run(() => createClientCommand(config, options))).split('\n');
    expect((await tokenOf({ identifier, secret } as ClientBody)).scope).toBe('read');
    const list = await run(() => listClientsCommand(config, { account: 'acme' }));
    expect(list).toContain(`\t${identifier}\tPipeline\t${emails.admin}\tread\t`);
    expect(await run(() => newClientSecretCommand(config, identifier))).toMatch(/^appyard_client_\S+\n$/);
    expect(await run(() => revokeClientCommand(config, identifier))).toContain('is removed');
    await expect(run(() => revokeClientCommand(config, identifier))).rejects.toThrow('there is no client');
    await expect(run(() => createClientCommand(config, { ...options, user: emails.agent }))).rejects.toThrow(
      'no admin',
    );
  });
});
