import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { revokeTokenCommand } from '../../../src/cli/token.ts';
import { emails } from '../../support/accounts.ts';
import type { Harness } from '../../support/harness.ts';
import {
  askTokens,
  clientId,
  createForgetfulHarness,
  logIn,
  refreshBody,
  tokenRefusal,
  tokensOf,
  type Tokens,
} from '../../support/oauth-login.ts';
import { refusal } from '../../support/refusal.ts';

const CURRENT = '/api/v2/oauth/tokens/current.json';

describe('the end of a login', () => {
  let harness: Harness;
  beforeAll(async () => {
    harness = await createForgetfulHarness();
  });
  afterAll(() => harness.close());

  const call = (token: string, method: string, route: string): Promise<Response> =>
    harness.request(route, { as: null, method, headers: { authorization: `Bearer ${token}` } });
  const statusOf = async (token: string): Promise<number> =>
    (await call(token, 'GET', '/api/v2/account/settings.json')).status;
  const revoke = (json: unknown): Promise<Response> =>
    harness.request('/oauth/revoke', { as: null, method: 'POST', json });
  const expectEnded = async ({ access_token, refresh_token }: Tokens): Promise<void> => {
    await vi.waitFor(async () => expect(await statusOf(access_token)).toBe(401), { timeout: 5_000 });
    const { error } = await tokenRefusal(await askTokens(harness, refreshBody(refresh_token)));
    expect(error).toBe('invalid_grant');
  };
  const expectAlive = async ({ access_token, refresh_token }: Tokens): Promise<void> => {
    expect(await statusOf(access_token)).toBe(200);
    await tokensOf(await askTokens(harness, refreshBody(refresh_token)));
  };

  it.each([
    ['its access token', ({ access_token }: Tokens) => ({ token: access_token, client_id: clientId })],
    ['its refresh token', ({ refresh_token }: Tokens) => ({ token: refresh_token, client_id: clientId })],
    ['a token alone', ({ refresh_token }: Tokens) => ({ token: refresh_token })],
    [
      'a wrong hint of what it is',
      ({ access_token }: Tokens) => ({ token: access_token, token_type_hint: 'refresh_token', client_id: clientId }),
    ],
  ])('comes with a revocation of %s, and is recorded once', async (_name, body) => {
    const tokens = await logIn(harness);
    const other = await logIn(harness);
    for (let times = 0; times < 2; times += 1) {
      const answer = await revoke(body(tokens));
      expect([answer.status, answer.headers.get('cache-control')]).toEqual([200, 'no-store']);
    }
    await expectEnded(tokens);
    await expectAlive(other);
    const { rows } = await harness.deps.db.query(
      `select actor_name, before from audit_entries where action = 'destroy' and subject_id =
         (select max(subject_id) from audit_entries where action = 'destroy')`,
    );
    expect(rows).toEqual([{ actor_name: emails.admin, before: { scope: 'read write' } }]);
  });

  it('reaches the pairs of every refresh', async () => {
    const first = await logIn(harness);
    const second = await tokensOf(await askTokens(harness, refreshBody(first.refresh_token)));
    await revoke({ token: first.refresh_token });
    for (const tokens of [first, second]) await expectEnded(tokens);
    expect(await statusOf(second.access_token)).toBe(401);
  });

  it('is not brought about by what is no token of a login', async () => {
    const tokens = await logIn(harness);
    for (const token of ['unknown', harness.tokens.admin, harness.tokens.operator, 'a\0b', 'x'.repeat(10_000)])
      expect((await revoke({ token, client_id: clientId })).status).toBe(200);
    await expectAlive(tokens);
    expect((await harness.request('/api/v2/apps.json')).status).toBe(200);
  });

  it('is refused to a client that nobody knows, and to a body without a token', async () => {
    const { access_token } = await logIn(harness);
    expect((await tokenRefusal(await revoke({ token: access_token, client_id: 'evil' }))).error).toBe('invalid_client');
    expect(await tokenRefusal(await revoke({ client_id: clientId }))).toEqual({
      error: 'invalid_request',
      text: 'token is missing.',
    });
    expect(await statusOf(access_token)).toBe(200);
  });

  it.each(['read', 'read write'])('can be asked for with the access token itself, of scope %s', async (scope) => {
    const tokens = await logIn(harness, { scope });
    expect((await call(tokens.access_token, 'DELETE', CURRENT)).status).toBe(204);
    await expectEnded(tokens);
  });

  it('cannot be asked for with a token of no login', async () => {
    expect((await refusal(await call(harness.tokens.admin, 'DELETE', CURRENT), 404)).error).toBe('not_found');
    expect((await refusal(await call('unknown', 'DELETE', CURRENT), 401)).error).toBe('unauthenticated');
    expect(await statusOf(harness.tokens.admin)).toBe(200);
  });

  it('comes with `appyard token revoke` of its access token: a refresh does not bring it back', async () => {
    const tokens = await logIn(harness);
    const { rows } = await harness.deps.db.query<{ id: number }>('select max(id) as id from api_tokens');
    const say = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
    await revokeTokenCommand(harness.deps.config, String(rows[0]!.id));
    expect(say.mock.calls.map(([text]) => String(text)).join('')).toContain('so is the login');
    say.mockRestore();
    await expectEnded(tokens);
  });

  it('does not come in between: tokens that are given out meanwhile end as well', async () => {
    for (let round = 0; round < 10; round += 1) {
      const { access_token, refresh_token } = await logIn(harness);
      const refreshes = Array.from({ length: 4 }, () => askTokens(harness, refreshBody(refresh_token)));
      // Every other time it comes once there are tokens to end, so that it never ends none at all.
      const first = round % 2 === 0 ? undefined : await Promise.race(refreshes);
      const [answers] = await Promise.all([Promise.all(refreshes), revoke({ token: access_token })]);
      expect(answers.every(({ status }) => status === 200 || status === 400)).toBe(true);
      const given = answers.filter(({ ok }) => ok);
      expect(given).toEqual(expect.arrayContaining(first ? [first] : []));
      for (const answer of given) await expectEnded(await tokensOf(answer));
    }
  });
});
