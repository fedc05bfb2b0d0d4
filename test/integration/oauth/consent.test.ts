import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { adminPassword, emails } from '../../support/accounts.ts';
import { createHarness, type Harness } from '../../support/harness.ts';
import { login, logIn, newAttempt, pageOf, REDIRECT_URI, sendForm, sentBack } from '../../support/oauth-login.ts';
import { sendRaw } from '../../support/raw-http.ts';

const FORM = 'application/x-www-form-urlencoded';
const hostile = [
  '',
  '\0',
  'a\0b',
  'x'.repeat(10_000),
  '"><script>alert(1)</script>',
  '\u{1f600}',
  '%',
  '../..',
  '\r\nX: y',
];

describe('the page that asks for consent', () => {
  let harness: Harness;
  /** Each test's own: after five wrong tries an address has to wait. */
  let wrong: Record<string, string>;
  let tests = 0;
  beforeAll(async () => {
    harness = await createHarness('postgres', { env: { PUBLIC_URL: 'https://apps.test:8443' } });
  });
  afterAll(() => harness.close());
  beforeEach(() => {
    tests += 1;
    wrong = { email: `nobody${tests}@acme.example`, password: 'wrong horse' };
  });

  const open = (query: Record<string, string>): Promise<Response> =>
    harness.request(pageOf(query), { as: null, redirect: 'manual' });
  const send = (fields: Record<string, string>): Promise<Response> => sendForm(harness, fields);
  const expectPage = async (response: Response, status: number): Promise<string> => {
    expect([response.status, response.headers.get('content-type')]).toEqual([status, 'text/html; charset=utf-8']);
    expect(response.headers.get('location')).toBeNull();
    const text = await response.text();
    expect(text).toMatch(/^<!doctype html>\s+<html lang="en">/);
    expect(text).not.toContain('<script');
    return text;
  };

  it('says who wants what, where and for which account, and loads nothing', async () => {
    const { query } = newAttempt();
    const { status, headers, body } = await sendRaw(harness.origin, {
      path: pageOf(query),
      headers: { host: 'acme.apps.test:8443' },
    });
    expect(status).toBe(200);
    const text = body.toString();
    for (const word of [
      'Zendesk CLI (zcli)',
      'acme.apps.test:8443',
      '<strong>acme</strong>',
      'Read',
      'Change',
      'API tokens',
    ])
      expect(text).toContain(word);
    expect(text).not.toMatch(/(src|href)="(?!data:,")/);
    expect(headers).toMatchObject({
      'cache-control': 'no-store',
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'content-security-policy': expect.stringMatching(
        /^default-src 'none'; style-src 'sha256-[\w+/]{43}='; img-src data:; form-action 'self' http:\/\/localhost:19186; frame-ancestors 'none'; base-uri 'none'$/,
      ) as string,
    });
    expect(headers['set-cookie']).toBeUndefined();
  });

  it('shows one scope when the client asks for one', async () => {
    const text = await expectPage(await open(newAttempt({ scope: 'read' }).query), 200);
    expect(text).not.toContain('Change everything');
  });

  it.each(
    [19_186, 19_187, 19_188].flatMap((port) => ['localhost', '127.0.0.1'].map((host) => `http://${host}:${port}/`)),
  )('sends back to %s', async (redirectUri) => {
    const { query, state } = newAttempt({ redirect_uri: redirectUri });
    await expectPage(await open(query), 200);
    const parameters = sentBack(await send({ ...query, ...login, decision: 'allow' }), redirectUri);
    expect(parameters).toEqual({ code: expect.any(String) as string, state });
  });

  describe.each([
    ['opened', (query: Record<string, string>) => open(query)],
    ['sent', (query: Record<string, string>) => send({ ...query, ...login, decision: 'allow' })],
  ])('when it is %s', (_name, ask) => {
    it.each([
      ['an unknown client', { client_id: 'evil' }],
      ['no client', { client_id: '' }],
      ['no redirect_uri', { redirect_uri: '' }],
      ['a redirect_uri elsewhere', { redirect_uri: 'https://evil.example/' }],
      ['another port', { redirect_uri: 'http://localhost:19189/' }],
      ['another path', { redirect_uri: `${REDIRECT_URI}x` }],
      ['no path', { redirect_uri: 'http://localhost:19186' }],
      ['https', { redirect_uri: 'https://localhost:19186/' }],
      ['a user in the address', { redirect_uri: 'http://localhost:19186@evil.example/' }],
      ['a script', { redirect_uri: 'javascript:alert(1)' }],
    ])('shows an error page for %s, and sends nobody anywhere', async (_what, fields) => {
      const text = await expectPage(await ask(newAttempt(fields).query), 400);
      expect(text).toContain('This login cannot go on');
      expect(text).not.toContain('evil');
    });

    it.each([
      ['another response_type', { response_type: 'token' }, 'unsupported_response_type'],
      ['no response_type', { response_type: '' }, 'invalid_request'],
      ['no challenge', { code_challenge: '' }, 'invalid_request'],
      ['a short challenge', { code_challenge: 'short' }, 'invalid_request'],
      ['a challenge of other characters', { code_challenge: `${'a'.repeat(42)}=` }, 'invalid_request'],
      ['a plain challenge', { code_challenge_method: 'plain' }, 'invalid_request'],
      ['no challenge method', { code_challenge_method: '' }, 'invalid_request'],
      ['an unknown scope', { scope: 'read admin' }, 'invalid_scope'],
      ['a scope of spaces', { scope: '  ' }, 'invalid_scope'],
    ])('tells the client of %s', async (_what, fields, error) => {
      const { query, state } = newAttempt(fields);
      expect(sentBack(await ask(query))).toEqual({
        error,
        error_description: expect.stringMatching(/^[ !#-[\]-~]{10,}$/) as string,
        state,
      });
    });

    it.each([
      ['too long', 'x'.repeat(1_001)],
      ['not ASCII', 'é'],
      ['a NUL', 'a\0'],
      ['a line break', 'a\r\nb'],
    ])('does not give back a state that is %s', async (_what, state) => {
      const parameters = sentBack(await ask(newAttempt({ state }).query));
      expect(parameters).toEqual({
        error: 'invalid_request',
        error_description: expect.stringMatching(/^state/) as string,
      });
    });

    it.each([
      'response_type',
      'client_id',
      'redirect_uri',
      'scope',
      'state',
      'code_challenge',
      'code_challenge_method',
    ])('takes every text in the place of %s', async (name) => {
      for (const value of hostile) {
        const response = await ask(newAttempt({ [name]: value }).query);
        if (response.status === 303) sentBack(response);
        else await expectPage(response, name === 'scope' || name === 'state' ? 200 : 400);
      }
      expect(harness.deps.log.error).not.toHaveBeenCalled();
    });

    it.each(['response_type', 'scope', 'state', 'code_challenge', 'code_challenge_method'])(
      'tells the client that %s came twice',
      async (name) => {
        const { query } = newAttempt();
        const twice = `${new URLSearchParams(query)}&${name}=${encodeURIComponent(query[name]!)}`;
        const { status, headers } = await sendRaw(
          harness.origin,
          _name === 'opened'
            ? { path: `/oauth/authorizations/new?${twice}` }
            : { path: '/oauth/authorizations', method: 'POST', headers: { 'content-type': FORM }, body: twice },
        );
        expect([status, headers.location]).toEqual([303, expect.stringContaining('error=invalid_request')]);
      },
    );
  });

  it('does without a state', async () => {
    const { query } = newAttempt();
    delete query['state'];
    expect(Object.keys(sentBack(await send({ ...query, ...login, decision: 'allow' })))).toEqual(['code']);
  });

  it('comes again when the password is wrong, with everything but the password, and without a window of the browser', async () => {
    const { query } = newAttempt({ state: `a"b'c&<d>` });
    const fields = { email: `o'hara"${tests}@acme.example`, password: 'wrong "horse"' };
    const response = await send({ ...query, ...fields, decision: 'allow' });
    expect(response.headers.get('www-authenticate')).toBeNull();
    const text = await expectPage(response, 401);
    expect(text).toContain('role="alert"');
    expect(text).toContain(`value="o&#39;hara&quot;${tests}@acme.example"`);
    expect(text).toContain('value="a&quot;b&#39;c&amp;&lt;d&gt;"');
    expect(text).not.toContain('horse');
  });

  const bad: [name: string, fields: () => Record<string, string>, status: number][] = [
    ['an address that nobody has', () => wrong, 401],
    ['a token where another user is named', () => ({ email: emails.admin, password: harness.tokens.agent }), 401],
    ["an operator's token", () => ({ email: emails.admin, password: harness.tokens.operator }), 401],
    ['no address', () => ({ ...wrong, email: '' }), 400],
    ['no password', () => ({ ...wrong, password: '' }), 400],
    ['a NUL in the address', () => ({ ...wrong, email: 'a\0b' }), 401],
    ['a NUL in the password', () => ({ ...wrong, password: 'a\0b' }), 401],
    ['an address of 10,000 letters', () => ({ ...wrong, email: 'x'.repeat(10_000) }), 401],
    ['a password of 10,000 letters', () => ({ ...wrong, password: 'x'.repeat(10_000) }), 401],
    ['neither button', () => ({ ...login, decision: '' }), 400],
    ['a third button', () => ({ ...login, decision: 'ALLOW' }), 400],
  ];
  it.each(bad)('lets nobody in by %s', async (_name, fields, status) => {
    await expectPage(await send({ ...newAttempt().query, decision: 'allow', ...fields() }), status);
    expect(harness.deps.log.error).not.toHaveBeenCalled();
  });

  it('takes no access token for a password: it could be allowed more', async () => {
    const { access_token } = await logIn(harness, { scope: 'read' });
    const fields = { ...newAttempt().query, email: emails.admin, password: access_token, decision: 'allow' };
    expect(await expectPage(await send(fields), 401)).toContain('do not belong together');
  });

  it.each([
    ['the own account', 'acme.apps.test', 303],
    ['the public domain', 'apps.test:8443', 303],
    ['another account', 'other.apps.test', 401],
    ['an account that is not there', '"><script>.apps.test', 401],
  ])('holds the Host name against the account: %s', async (_name, host, status) => {
    const { query } = newAttempt();
    const answer = await sendRaw(harness.origin, {
      path: '/oauth/authorizations',
      method: 'POST',
      headers: { host, 'content-type': FORM },
      body: String(new URLSearchParams({ ...query, ...login, decision: 'allow' })),
    });
    expect(answer.status).toBe(status);
    expect(answer.body.toString()).not.toContain('<script');
  });

  it('makes an address wait after five wrong passwords, however many come at once, and no other', async () => {
    const { query } = newAttempt();
    const fields = { ...query, email: emails.agent, password: 'wrong horse', decision: 'allow' };
    const answers = await Promise.all(Array.from({ length: 12 }, () => send(fields)));
    expect(answers.filter(({ status }) => status === 401)).toHaveLength(5);
    const late = answers.filter(({ status }) => status === 429);
    expect(late).toHaveLength(7);
    expect(Number(late[0]!.headers.get('retry-after'))).toBeGreaterThan(50);
    expect(Number(late[0]!.headers.get('retry-after'))).toBeLessThanOrEqual(60);
    const text = await expectPage(await send({ ...fields, email: emails.agent.toUpperCase() }), 429);
    expect(text).toContain('Too many tries');
    // An API token is no guess.
    expect((await send({ ...fields, password: harness.tokens.agent })).status).toBe(303);
    expect((await send({ ...query, ...login, decision: 'allow' })).status).toBe(303);
  });

  it.each([
    ['JSON', 'application/json', '{"decision":"allow"}', 415],
    ['plain text', 'text/plain', 'decision=allow', 415],
    ['multipart', 'multipart/form-data; boundary=x', '--x--\r\n', 415],
    ['a charset nobody knows', `${FORM}; charset=klingon`, 'a=b', 415],
    ['more than 16 kB', FORM, `a=${'x'.repeat(17_000)}`, 413],
    ['more than a thousand fields', FORM, 'a=b&'.repeat(2_000), 413],
    ['nothing', FORM, '', 400],
    ['broken escapes', FORM, 'client_id=%ZZ&redirect_uri=%', 400],
    ['bytes of no encoding', FORM, Buffer.from([0xff, 0xfe, 0x00]), 400],
  ])('answers a form of %s with an error page', async (_name, type, body, status) => {
    const answer = await sendRaw(harness.origin, {
      path: '/oauth/authorizations',
      method: 'POST',
      headers: { 'content-type': type },
      body,
    });
    expect([answer.status, answer.headers['content-type']]).toEqual([status, 'text/html; charset=utf-8']);
    expect(answer.headers['cache-control']).toBe('no-store');
    expect(harness.deps.log.error).not.toHaveBeenCalled();
  });

  it('says so in a page when the database is away, and counts no guess of it in the log', async () => {
    const query = vi.spyOn(harness.deps.db, 'query').mockImplementation(() => {
      throw Object.assign(new Error('connection terminated'), { code: '57P01' });
    });
    const response = await send({ ...newAttempt().query, ...login, decision: 'allow' });
    query.mockRestore();
    expect(response.headers.get('retry-after')).toBe('5');
    await expectPage(response, 503);
    expect(JSON.stringify(vi.mocked(harness.deps.log.warn).mock.calls)).not.toContain(adminPassword);
  });
});
