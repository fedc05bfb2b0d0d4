import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { emails } from '../../support/accounts.ts';
import { read } from '../../support/client.ts';
import { hashPassword } from '../../../src/secrets/passwords.ts';
import { createToken } from '../../../src/use-cases/create-token.ts';
import { revokeToken } from '../../../src/use-cases/revoke-token.ts';
import { createHarness, type Harness } from '../../support/harness.ts';
import { logIn } from '../../support/oauth-login.ts';

interface TokenBody {
  access_token: string;
  token_type: string;
  expires_in: number;
}

describe('the token endpoint', () => {
  let harness: Harness;
  let good: Record<string, string>;
  beforeAll(async () => {
    harness = await createHarness('postgres');
    good = { grant_type: 'client_credentials', client_id: emails.admin, client_secret: harness.tokens.admin };
  });
  afterAll(() => harness.close());
  const ask = (fields: Record<string, string> | string, route = '/token') =>
    harness.request(route, {
      as: null,
      method: 'POST',
      body: typeof fields === 'string' ? fields : new URLSearchParams(fields).toString(),
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    });
  const refused = async (response: Response): Promise<string> => {
    const body = await read<Record<string, string>>(response, 400);
    expect(Object.keys(body)).toEqual(['error', 'error_description']);
    return body['error']!;
  };

  it.each(['/token', '/oauth/token'])(
    'gives a token of an hour at %s, and one that may what its user may',
    async (route) => {
      const response = await ask(good, route);
      expect(response.headers.get('cache-control')).toBe('no-store');
      const token = await read<TokenBody>(response, 200);
      expect(token).toEqual({ access_token: expect.any(String), token_type: 'bearer', expires_in: 3_600 });
      const headers = { authorization: `Bearer ${token.access_token}` };
      expect((await harness.request('/v1/app_offerings', { as: null, headers })).status).toBe(200);
      const { rows } = await harness.deps.db.query<{ hours: number }>(
        `select round(extract(epoch from expires_at - created_at) / 3600)::int as hours from api_tokens where label = 'client credentials'`,
      );
      expect(rows.at(-1)).toEqual({ hours: 1 });
    },
  );

  it('forgets tokens that have expired when it gives the next one', async () => {
    await ask(good);
    await harness.deps.db.query(
      `update api_tokens set expires_at = now() - interval '1 second' where label = 'client credentials'`,
    );
    await ask(good);
    const { rowCount } = await harness.deps.db.query(`select 1 from api_tokens where label = 'client credentials'`);
    expect(rowCount).toBe(1);
  });

  it('takes none of its own tokens for a secret: an hour stays an hour', async () => {
    const { access_token } = await read<TokenBody>(await ask(good), 200);
    expect(await refused(await ask({ ...good, client_secret: access_token }))).toBe('invalid_client');
  });

  it('takes no password for a part of the client id, and no guess without its sender', async () => {
    const guess = (id: string, secret: string) => ask({ ...good, client_id: id, client_secret: secret });
    await harness.deps.db.query('update users set password_hash = $2 where email = $1', [
      emails.agent,
      await hashPassword('open sesame/token:x'),
    ]);
    expect(await refused(await guess(`${emails.agent}:open sesame`, 'x'))).toBe('invalid_client');
    const identify = vi.spyOn(harness.deps, 'identify');
    await guess(emails.admin, 'wrong');
    expect(identify.mock.calls[0]?.[1]?.()).toMatch(/127\.0\.0\.1$/);
  });

  const apiToken = (expiresAt: Date | null = null) =>
    createToken(harness.deps, { email: emails.admin, label: 'parent', expiresAt });
  const statusOf = async (token: string): Promise<number> =>
    (await harness.request('/v1/app_offerings', { as: null, headers: { authorization: `Bearer ${token}` } })).status;

  it('ends its token with the API token, and gives none for one that was revoked a moment ago', async () => {
    const parent = await apiToken();
    const mine = { ...good, client_secret: parent.token };
    const { access_token: used } = await read<TokenBody>(await ask(mine), 200);
    const { access_token: fresh } = await read<TokenBody>(await ask(mine), 200);
    expect(await statusOf(used)).toBe(200);
    const login = await logIn(harness, { who: { email: emails.admin, password: used } });
    await revokeToken(harness.deps, parent.id);
    expect(await statusOf(fresh)).toBe(401);
    expect(await statusOf(login.access_token)).toBe(401);
    // The API token itself is believed for ten seconds.
    expect(await refused(await ask(mine))).toBe('invalid_client');
    const { rows } = await harness.deps.db.query(
      'select 1 from api_tokens where (id = $1 or parent_id = $1) and revoked_at is null',
      [parent.id],
    );
    expect(rows).toEqual([]);
  });

  it('ends its token not later than the API token, and says so', async () => {
    const parent = await apiToken(new Date(Date.now() + 600_000));
    const body = await read<TokenBody>(await ask({ ...good, client_secret: parent.token }), 200);
    expect(body.expires_in).toBeGreaterThan(500);
    expect(body.expires_in).toBeLessThanOrEqual(600);
    await harness.deps.db.query('update api_tokens set expires_at = now() where id = $1', [parent.id]);
    expect(await statusOf(body.access_token)).toBe(401);
  });

  it('writes its tokens into the audit log, with the client and its address', async () => {
    await read(await ask(good), 200);
    const { rows } = await harness.deps.db.query(
      `select actor_name, ip, action from audit_entries where subject_type = 'token' order by id desc limit 1`,
    );
    expect(rows).toEqual([{ actor_name: emails.admin, ip: '127.0.0.1', action: 'create' }]);
  });

  it('refuses a token beyond the quota of sessions', async () => {
    await harness.deps.db.query(`update accounts set quotas = '{"sessions": 0}' where subdomain = 'acme'`);
    expect(await refused(await ask(good))).toBe('quota_exceeded');
    await harness.deps.db.query(`update accounts set quotas = '{}'`);
  });

  it.each<[string, Record<string, string>, string]>([
    ['a secret that is none', { client_secret: 'nothing' }, 'invalid_client'],
    ["another user's name", { client_id: emails.agent }, 'invalid_client'],
    ['a name that is none', { client_id: 'a\0b' }, 'invalid_client'],
    ['no secret', { client_secret: '' }, 'invalid_request'],
    ['no name', { client_id: '' }, 'invalid_request'],
    ['no grant', { grant_type: '' }, 'invalid_request'],
    ['another grant', { grant_type: 'password' }, 'unsupported_grant_type'],
  ])('refuses %s', async (_what, change, error) => {
    expect(await refused(await ask({ ...good, ...change }))).toBe(error);
  });

  it("refuses a password, an operator's token, a field that is there twice, and bodies that are no form", async () => {
    expect(await refused(await ask({ ...good, client_secret: 'correct horse' }))).toBe('invalid_client');
    expect(await refused(await ask({ ...good, client_secret: harness.tokens.operator }))).toBe('invalid_client');
    const twice = `${new URLSearchParams(good).toString()}&client_id=x`;
    expect(await refused(await ask(twice))).toBe('invalid_request');
    expect(await refused(await ask(`x=${'x'.repeat(20_000)}`))).toBe('invalid_request');
    const json = await harness.request('/token', { as: null, method: 'POST', json: good });
    expect(await refused(json)).toBe('invalid_request');
    const nothing = await harness.request('/token', { as: null, method: 'POST' });
    expect(await refused(nothing)).toBe('invalid_request');
  });
});
