import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { emails } from '../../support/accounts.ts';
import { read } from '../../support/client.ts';
import type { Harness } from '../../support/harness.ts';
import {
  askTokens,
  codeBody,
  codeFor,
  createForgetfulHarness,
  login,
  logIn,
  newAttempt,
  pageOf,
  refreshBody,
  sendForm,
  sentBack,
  startListener,
  tokenRefusal,
  tokensOf,
  type Tokens,
} from '../../support/oauth-login.ts';
import { refusal } from '../../support/refusal.ts';

const SETTINGS = '/api/v2/account/settings.json';

describe('a login by OAuth', () => {
  let harness: Harness;
  beforeAll(async () => {
    harness = await createForgetfulHarness();
  });
  afterAll(() => harness.close());

  const call = (token: string, route = SETTINGS, method = 'GET'): Promise<Response> =>
    harness.request(route, { as: null, method, headers: { authorization: `Bearer ${token}` } });
  const statusOf = async (token: string): Promise<number> => (await call(token)).status;
  const untilRefused = (token: string): Promise<void> =>
    vi.waitFor(async () => expect(await statusOf(token)).toBe(401), { timeout: 5_000 });
  const refresh = (token: string): Promise<Response> => askTokens(harness, refreshBody(token));
  const entries = async (action: string): Promise<Record<string, unknown>[]> =>
    (
      await harness.deps.db.query<Record<string, unknown>>(
        `select * from audit_entries where subject_type = 'login' and action = $1 order by id desc`,
        [action],
      )
    ).rows;
  /** Lets time pass for the newest tokens of one table. */
  const age = async (table: string, column: string, seconds: number): Promise<void> => {
    await harness.deps.db.query(`update ${table} set ${column} = ${column} - make_interval(secs => $1)`, [seconds]);
  };

  it('goes as the command-line tool plays it: listener, page, form, redirect, exchange, call, expiry, refresh', async () => {
    const listener = await startListener();
    try {
      const attempt = newAttempt({ redirect_uri: listener.redirectUri });
      const page = await harness.request(pageOf(attempt.query), { as: null });
      expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
      const fields = Object.fromEntries(
        [...(await page.text()).matchAll(/<input type="hidden" name="(\w+)" value="([^"]*)"/g)].map(
          ([, name, value]) => [name!, value!],
        ),
      );
      expect(fields).toEqual(attempt.query);

      const answer = await sendForm(harness, { ...fields, ...login, decision: 'allow' });
      expect(answer.status).toBe(303);
      await fetch(answer.headers.get('location')!);
      const { code, state, ...more } = await listener.arrived;
      expect([state, more]).toEqual([attempt.state, {}]);

      const exchange = await askTokens(harness, codeBody(code!, attempt));
      expect(exchange.headers.get('cache-control')).toBe('no-store');
      const tokens = await tokensOf(exchange);
      expect(tokens).toEqual({
        access_token: expect.stringMatching(/^appyard_[\w-]{43}$/) as string,
        refresh_token: expect.stringMatching(/^appyard_[\w-]{43}$/) as string,
        token_type: 'bearer',
        expires_in: 3_600,
        scope: 'read write',
      });
      expect(await statusOf(tokens.access_token)).toBe(200);
      await age('api_tokens', 'expires_at', 3_600);
      await untilRefused(tokens.access_token);

      const renewed = await tokensOf(await refresh(tokens.refresh_token));
      expect(await statusOf(renewed.access_token)).toBe(200);
      expect(new Set([...Object.values(tokens), renewed.access_token, renewed.refresh_token]).size).toBe(7);
    } finally {
      await listener.close();
    }
  });

  it('is recorded, with who and from where', async () => {
    await logIn(harness);
    const [entry] = await entries('login');
    expect(entry).toMatchObject({
      actor_name: emails.admin,
      ip: expect.stringMatching(/127\.0\.0\.1$/) as string,
      subject_name: 'zdg-zcli-oauth',
      after: { scope: 'read write' },
    });
  });

  it('keeps digests only: no token, code or verifier is in the database or in the log', async () => {
    const attempt = newAttempt();
    const code = await codeFor(harness, attempt);
    const tokens = await tokensOf(await askTokens(harness, codeBody(code, attempt)));
    await tokenRefusal(await askTokens(harness, { ...codeBody(code, attempt), code_verifier: 'x'.repeat(43) }));
    let kept = '';
    for (const table of ['oauth_grants', 'oauth_codes', 'oauth_refresh_tokens', 'api_tokens', 'audit_entries'])
      kept += JSON.stringify((await harness.deps.db.query(`select t::text from ${table} t`)).rows);
    kept += JSON.stringify(Object.values(harness.deps.log).flatMap((write) => vi.mocked(write).mock.calls));
    expect(kept).toContain(attempt.query['code_challenge']);
    for (const secret of [code, attempt.verifier, tokens.access_token, tokens.refresh_token, login.password])
      expect(kept).not.toContain(secret);
  });

  it('shows its access token among the tokens, with the client', async () => {
    const { access_token } = await logIn(harness);
    const { rows } = await harness.deps.db.query<{ label: string; prefix: string }>(
      'select label, prefix from api_tokens order by id desc limit 1',
    );
    expect(rows[0]).toEqual({
      label: expect.stringMatching(/^zdg-zcli-oauth, login \d+$/) as string,
      prefix: access_token.slice(0, 14),
    });
  });

  it('can be made with an API token by a user without a password, who stays an agent', async () => {
    const tokens = await logIn(harness, { who: { email: emails.agent, password: harness.tokens.agent } });
    expect(await statusOf(tokens.access_token)).toBe(200);
    expect((await refusal(await call(tokens.access_token, '/api/v2/apps/owned.json'), 403)).description).toMatch(
      /you are agent/,
    );
  });

  describe('of a scope', () => {
    let tokens: Record<'read' | 'write' | 'none', Tokens>;
    beforeAll(async () => {
      const attempt = newAttempt();
      delete attempt.query['scope'];
      tokens = {
        read: await logIn(harness, { scope: 'read' }),
        write: await logIn(harness, { scope: 'write' }),
        none: await tokensOf(await askTokens(harness, codeBody(await codeFor(harness, attempt), attempt))),
      };
    });

    it('may GET and HEAD with read, and change nothing', async () => {
      const { access_token } = tokens.read;
      expect(tokens.read.scope).toBe('read');
      expect((await call(access_token)).status).toBe(200);
      expect((await call(access_token, SETTINGS, 'HEAD')).status).toBe(200);
      for (const [method, route] of [
        ['POST', '/api/v2/apps/uploads.json'],
        ['POST', '/api/apps.json'],
        ['PUT', '/api/v2/apps/1'],
        ['DELETE', '/api/v2/apps/1'],
      ] as const) {
        const { error, description } = await refusal(await call(access_token, route, method), 403);
        expect([error, description]).toEqual(['forbidden', expect.stringContaining('"write"')]);
      }
    });

    it('may change with write, and read nothing', async () => {
      const { access_token } = tokens.write;
      expect((await refusal(await call(access_token), 403)).description).toContain('"read"');
      await refusal(await call(access_token, '/api/v2/apps/999', 'DELETE'), 404);
    });

    it('is read when the client names none', () => {
      expect(tokens.none.scope).toBe('read');
    });

    it('may be made smaller for one access token by a refresh, never larger', async () => {
      const { refresh_token } = await logIn(harness);
      const small = await tokensOf(await askTokens(harness, { ...refreshBody(refresh_token), scope: 'read' }));
      expect(small.scope).toBe('read');
      await refusal(await call(small.access_token, '/api/v2/apps/999', 'DELETE'), 403);
      expect((await tokensOf(await refresh(small.refresh_token))).scope).toBe('read write');
      const { error } = await tokenRefusal(
        await askTokens(harness, { ...refreshBody(tokens.read.refresh_token), scope: 'read write' }),
      );
      expect(error).toBe('invalid_scope');
    });
  });

  describe('whose code', () => {
    it('comes a second time ends, and is recorded so', async () => {
      const attempt = newAttempt();
      const code = await codeFor(harness, attempt);
      const tokens = await tokensOf(await askTokens(harness, codeBody(code, attempt)));
      expect(await statusOf(tokens.access_token)).toBe(200);
      expect((await tokenRefusal(await askTokens(harness, codeBody(code, attempt)))).error).toBe('invalid_grant');
      await untilRefused(tokens.access_token);
      expect((await tokenRefusal(await refresh(tokens.refresh_token))).error).toBe('invalid_grant');
      expect((await entries('destroy'))[0]).toMatchObject({
        actor_id: null,
        after: { reason: expect.any(String) as string },
      });
    });

    it('comes eight times at once gets tokens once', async () => {
      const attempt = newAttempt();
      const code = await codeFor(harness, attempt);
      const answers = await Promise.all(Array.from({ length: 8 }, () => askTokens(harness, codeBody(code, attempt))));
      expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
      expect(answers.filter(({ status }) => status === 400)).toHaveLength(7);
    });

    it('is two minutes old gets nothing', async () => {
      const attempt = newAttempt();
      const code = await codeFor(harness, attempt);
      await age('oauth_codes', 'expires_at', 121);
      expect(await tokenRefusal(await askTokens(harness, codeBody(code, attempt)))).toEqual({
        error: 'invalid_grant',
        text: 'This code has expired.',
      });
    });

    it.each([
      ['another verifier', { code_verifier: 'a'.repeat(43) }, /code_verifier/],
      ['a verifier that is too short', { code_verifier: 'short' }, /code_verifier/],
      ['another registered redirect_uri', { redirect_uri: 'http://localhost:19187/' }, /redirect_uri/],
      ['a redirect_uri of no client', { redirect_uri: 'https://evil.example/' }, /redirect_uri/],
    ])('comes with %s gets nothing, and stays good', async (_name, wrong, text) => {
      const attempt = newAttempt();
      const code = await codeFor(harness, attempt);
      const refused = await tokenRefusal(await askTokens(harness, { ...codeBody(code, attempt), ...wrong }));
      expect(refused).toEqual({ error: 'invalid_grant', text: expect.stringMatching(text) as string });
      await tokensOf(await askTokens(harness, codeBody(code, attempt)));
    });
  });

  describe('that is refreshed', () => {
    it('keeps the access token of before to its own end', async () => {
      const tokens = await logIn(harness);
      await tokensOf(await refresh(tokens.refresh_token));
      expect(await statusOf(tokens.access_token)).toBe(200);
    });

    it('gives eight commands at once a pair each, and all of these go on', async () => {
      const { refresh_token } = await logIn(harness);
      const pairs = await Promise.all(Array.from({ length: 8 }, async () => tokensOf(await refresh(refresh_token))));
      expect(new Set(pairs.flatMap((pair) => [pair.access_token, pair.refresh_token])).size).toBe(16);
      for (const pair of pairs) {
        expect(await statusOf(pair.access_token)).toBe(200);
        await tokensOf(await refresh(pair.refresh_token));
      }
    });

    it('takes the refresh token of before for a minute, and then ends', async () => {
      const first = await logIn(harness);
      const second = await tokensOf(await refresh(first.refresh_token));
      await age('oauth_refresh_tokens', 'rotated_at', 50);
      await tokensOf(await refresh(first.refresh_token));
      await age('oauth_refresh_tokens', 'rotated_at', 11);
      expect((await tokenRefusal(await refresh(first.refresh_token))).error).toBe('invalid_grant');
      await tokenRefusal(await refresh(second.refresh_token));
      await untilRefused(second.access_token);
      expect((await entries('destroy'))[0]).toMatchObject({ actor_id: null });
    });

    it('goes on for thirty days after each refresh', async () => {
      const first = await logIn(harness);
      await age('oauth_refresh_tokens', 'expires_at', 29 * 86_400);
      const second = await tokensOf(await refresh(first.refresh_token));
      await age('oauth_refresh_tokens', 'expires_at', 29 * 86_400);
      const third = await tokensOf(await refresh(second.refresh_token));
      await age('oauth_refresh_tokens', 'expires_at', 30 * 86_400 + 1);
      expect((await tokenRefusal(await refresh(third.refresh_token))).text).toMatch(/expired/);
    });

    it('leaves no expired tokens behind', async () => {
      const { access_token, refresh_token } = await logIn(harness);
      await age('api_tokens', 'expires_at', 3_601);
      await tokensOf(await refresh(refresh_token));
      const { rows } = await harness.deps.db.query('select 1 from api_tokens where prefix = $1', [
        access_token.slice(0, 14),
      ]);
      expect(rows).toEqual([]);
    });
  });

  it('cannot be refreshed with an access token, nor used with a refresh token', async () => {
    const tokens = await logIn(harness);
    expect((await tokenRefusal(await refresh(tokens.access_token))).error).toBe('invalid_grant');
    expect((await tokenRefusal(await refresh(harness.tokens.admin))).error).toBe('invalid_grant');
    expect(await statusOf(tokens.refresh_token)).toBe(401);
  });

  it('accepts forms instead of JSON at the token endpoint', async () => {
    const attempt = newAttempt();
    const code = await codeFor(harness, attempt);
    const post = (body: Record<string, unknown>): Promise<Response> =>
      harness.request('/oauth/tokens', {
        as: null,
        method: 'POST',
        body: new URLSearchParams(body as Record<string, string>),
      });
    const tokens = await tokensOf(await post(codeBody(code, attempt)));
    const renewed = await tokensOf(await post(refreshBody(tokens.refresh_token)));
    expect(await statusOf(renewed.access_token)).toBe(200);
  });

  it('answers the settings of the account', async () => {
    const { access_token } = await logIn(harness);
    const { settings } = await read<{ settings: Record<string, unknown> }>(await call(access_token), 200);
    expect(settings).toMatchObject({
      account: { id: harness.accountId, subdomain: 'acme' },
      apps: { use: true },
      package_checks: { mtls: false },
      products: ['support', 'chat', 'standalone_chat', 'sell'],
      limits: { max_package_bytes: harness.deps.config.limits.maxPackageBytes },
    });
    expect((await harness.request('/api/v2/account/settings', { as: 'agent' })).status).toBe(200);
    await refusal(await harness.request(SETTINGS, { as: null }), 401);
    await refusal(await harness.request(SETTINGS, { as: 'operator' }), 403);
  });

  it('sends the error of a person who says no', async () => {
    const { state, query } = newAttempt();
    expect(sentBack(await sendForm(harness, { ...query, decision: 'deny' }))).toEqual({
      error: 'access_denied',
      error_description: expect.any(String) as string,
      state,
    });
  });
});
