import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { revokeTokenCommand } from '../../../src/cli/token.ts';
import { readAuthorizationRequest } from '../../../src/domain/oauth/authorization-request.ts';
import { zendeskOauthClients } from '../../../src/http/dialects/zendesk/oauth-clients.ts';
import { authorizeClient } from '../../../src/use-cases/oauth/authorize-client.ts';
import { checkLogin } from '../../../src/use-cases/oauth/check-login.ts';
import { createToken, type CreatedToken } from '../../../src/use-cases/create-token.ts';
import { revokeToken } from '../../../src/use-cases/revoke-token.ts';
import { emails } from '../../support/accounts.ts';
import type { Harness } from '../../support/harness.ts';
import {
  askTokens,
  codeBody,
  codeFor,
  createForgetfulHarness,
  logIn,
  newAttempt,
  refreshBody,
  tokenRefusal,
  tokensOf,
  type Tokens,
} from '../../support/oauth-login.ts';

const HOUR_S = 3_600;

describe('a login that was made with an API token', () => {
  let harness: Harness;
  beforeAll(async () => {
    harness = await createForgetfulHarness();
  });
  afterAll(() => harness.close());

  const newToken = (seconds?: number): Promise<CreatedToken> =>
    createToken(harness.deps, {
      email: emails.agent,
      label: 'typed',
      expiresAt: seconds === undefined ? null : new Date(Date.now() + seconds * 1_000),
    });
  const whoHas = ({ token }: CreatedToken) => ({ email: emails.agent, password: token });
  const logInWith = (token: CreatedToken): Promise<Tokens> => logIn(harness, { who: whoHas(token) });
  const refresh = ({ refresh_token }: Tokens): Promise<Response> => askTokens(harness, refreshBody(refresh_token));
  const statusOf = async ({ access_token }: Tokens): Promise<number> => {
    const headers = { authorization: `Bearer ${access_token}` };
    return (await harness.request('/api/v2/account/settings.json', { as: null, headers })).status;
  };
  const expectEnded = async (tokens: Tokens): Promise<void> => {
    await vi.waitFor(async () => expect(await statusOf(tokens)).toBe(401), { timeout: 5_000 });
    expect((await tokenRefusal(await refresh(tokens))).error).toBe('invalid_grant');
  };
  const expire = ({ id }: CreatedToken): Promise<unknown> =>
    harness.deps.db.query(`update api_tokens set expires_at = now() - interval '1 second' where id = $1`, [id]);

  it('ends when the token is revoked, with those of every refresh, and no other does', async () => {
    const [token, other] = [await newToken(), await newToken()];
    const first = await logInWith(token);
    const second = await tokensOf(await refresh(first));
    const [third, stranger] = [await logInWith(token), await logInWith(other)];
    const byPassword = await logIn(harness);

    const say = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
    await revokeTokenCommand(harness.deps.config, String(token.id));
    expect(say.mock.calls.map(([text]) => String(text)).join('')).toContain('the 2 logins made with it ended');
    say.mockRestore();

    for (const tokens of [first, second, third]) await expectEnded(tokens);
    for (const tokens of [stranger, byPassword]) {
      expect(await statusOf(tokens)).toBe(200);
      await tokensOf(await refresh(tokens));
    }
    const { rows } = await harness.deps.db.query(
      `select subject_type, before, after from audit_entries where action = 'destroy' order by id`,
    );
    const login = {
      subject_type: 'login',
      before: { scope: 'read write' },
      after: { reason: 'its API token was revoked' },
    };
    expect(rows).toEqual([
      { subject_type: 'token', before: { user: emails.agent, label: 'typed' }, after: null },
      login,
      login,
    ]);
  });

  it('is in one transaction with the revocation: where its end fails, the token stays as it was', async () => {
    const token = await newToken();
    const tokens = await logInWith(token);
    await harness.deps.db.query(
      `create function refuse() returns trigger language plpgsql as $$ begin raise 'no'; end $$;
       create trigger refuse before update on oauth_grants for each row execute function refuse()`,
    );
    await expect(revokeToken(harness.deps, token.id)).rejects.toThrow('no');
    await harness.deps.db.query('drop function refuse cascade');
    expect(await statusOf(tokens)).toBe(200);
    await tokensOf(await refresh(tokens));
    const { rows } = await harness.deps.db.query('select revoked_at from api_tokens where id = $1', [token.id]);
    expect(rows).toEqual([{ revoked_at: null }]);
  });

  it('gives no token that is good for longer', async () => {
    const tokens = await logInWith(await newToken(HOUR_S / 2));
    expect(tokens.expires_in).toBeGreaterThan(HOUR_S / 2 - 60);
    expect(tokens.expires_in).toBeLessThanOrEqual(HOUR_S / 2);
    const renewed = await tokensOf(await refresh(tokens));
    expect(renewed.expires_in).toBeLessThanOrEqual(HOUR_S / 2);
    const { rows } = await harness.deps.db.query(
      `select (select max(t.expires_at) from api_tokens t where t.grant_id = g.id) <= k.expires_at as access,
         (select max(r.expires_at) from oauth_refresh_tokens r where r.grant_id = g.id) <= k.expires_at as refresh
       from oauth_grants g join api_tokens k on k.id = g.token_id order by g.id desc limit 1`,
    );
    expect(rows).toEqual([{ access: true, refresh: true }]);

    expect((await logInWith(await newToken(3 * HOUR_S))).expires_in).toBe(HOUR_S);
  });

  it('is not refreshed once the token has expired, though its refresh token has not', async () => {
    const token = await newToken();
    const tokens = await logInWith(token);
    await expire(token);
    expect(await tokenRefusal(await refresh(tokens))).toMatchObject({
      error: 'invalid_grant',
      text: expect.stringContaining('API token') as string,
    });
  });

  it.each(['expires', 'is revoked'])('does not begin when the token %s between page and exchange', async (how) => {
    const token = await newToken();
    const attempt = newAttempt();
    const code = await codeFor(harness, attempt, whoHas(token));
    await (how === 'expires' ? expire(token) : revokeToken(harness.deps, token.id));
    expect((await tokenRefusal(await askTokens(harness, codeBody(code, attempt)))).error).toBe('invalid_grant');
  });

  it('does not begin when the token is revoked while the page is answered', async () => {
    const token = await newToken();
    const login = await checkLogin(harness.deps, {
      email: emails.agent,
      secret: token.token,
      subdomain: undefined,
      ip: null,
    });
    expect(login.tokenId).toBe(token.id);
    await revokeToken(harness.deps, token.id);
    const read = readAuthorizationRequest(zendeskOauthClients, newAttempt().query);
    const { request } = read as Extract<typeof read, { kind: 'good' }>;
    await expect(authorizeClient(harness.deps, { request, login, ip: null })).rejects.toMatchObject({ status: 401 });
  });

  it('is not outlived by a login that begins while its token is revoked', async () => {
    // Every other time it comes once there is one.
    const anyLogin = expect.any(Boolean) as boolean;
    for (let round = 0; round < 8; round += 1) {
      const token = await newToken();
      const attempts = Array.from({ length: 3 }, async () => {
        const attempt = newAttempt();
        const code = await codeFor(harness, attempt, whoHas(token)).catch(() => undefined);
        return code === undefined ? undefined : askTokens(harness, codeBody(code, attempt));
      });
      if (round % 2 === 0) await Promise.race(attempts);
      await revokeToken(harness.deps, token.id);
      for (const answer of await Promise.all(attempts)) if (answer?.ok) await expectEnded(await tokensOf(answer));
      const { rows } = await harness.deps.db.query(
        `select count(*) filter (where g.revoked_at is null
           and exists (select from api_tokens t where t.grant_id = g.id))::int as alive, count(*) > 0 as some
         from oauth_grants g where g.token_id = $1`,
        [token.id],
      );
      expect(rows).toEqual([{ alive: 0, some: round % 2 === 0 || anyLogin }]);
    }
  });
});
