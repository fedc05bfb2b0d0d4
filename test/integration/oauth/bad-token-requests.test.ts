import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createHarness, type Harness } from '../../support/harness.ts';
import {
  askTokens,
  codeBody,
  codeFor,
  logIn,
  newAttempt,
  refreshBody,
  tokenRefusal,
  tokensOf,
} from '../../support/oauth-login.ts';
import { sendRaw } from '../../support/raw-http.ts';

const JSON_TYPE = { 'content-type': 'application/json' };
const FORM_TYPE = { 'content-type': 'application/x-www-form-urlencoded' };
const notATextAtAll = [5, true, [], ['a', 'b'], {}, { a: 1 }];
const hostile = ['\0', 'a\0b', 'x'.repeat(10_000), "' or 1=1 --", '\u{1f600}', '\ud800', '__proto__'];

describe('a bad token request', () => {
  let harness: Harness;
  beforeAll(async () => {
    harness = await createHarness('postgres');
  });
  afterAll(() => harness.close());

  it.each(['code', 'client_id', 'code_verifier', 'redirect_uri'])('for a code names a missing %s', async (name) => {
    const attempt = newAttempt();
    const code = await codeFor(harness, attempt);
    for (const missing of [undefined, null, ''])
      expect(await tokenRefusal(await askTokens(harness, { ...codeBody(code, attempt), [name]: missing }))).toEqual({
        error: 'invalid_request',
        text: `${name} is missing.`,
      });
    await tokensOf(await askTokens(harness, codeBody(code, attempt)));
  });

  it.each(['refresh_token', 'client_id'])('for a refresh names a missing %s', async (name) => {
    const { refresh_token } = await logIn(harness);
    const { [name]: _, ...body } = refreshBody(refresh_token);
    expect(await tokenRefusal(await askTokens(harness, body))).toEqual({
      error: 'invalid_request',
      text: `${name} is missing.`,
    });
  });

  it('names everything that is missing', async () => {
    const { text } = await tokenRefusal(
      await askTokens(harness, { grant_type: 'authorization_code', client_id: 'zdg-zcli-oauth' }),
    );
    expect(text).toBe('code is missing; redirect_uri is missing; code_verifier is missing.');
  });

  it.each([
    [undefined, 'invalid_request'],
    ['', 'invalid_request'],
    ['password', 'unsupported_grant_type'],
    ['__proto__', 'unsupported_grant_type'],
  ])('has the grant_type %j', async (grantType, error) => {
    const body = { ...codeBody('x', newAttempt()), grant_type: grantType };
    expect((await tokenRefusal(await askTokens(harness, body))).error).toBe(error);
  });

  it.each(['authorization_code', 'refresh_token'])(
    'comes from a client that nobody knows, with %s',
    async (grantType) => {
      const body = { ...codeBody('x', newAttempt()), ...refreshBody('x'), grant_type: grantType, client_id: 'evil' };
      expect((await tokenRefusal(await askTokens(harness, body))).error).toBe('invalid_client');
    },
  );

  it.each(['grant_type', 'code', 'client_id', 'code_verifier', 'redirect_uri', 'refresh_token', 'scope'])(
    'has anything in the place of %s',
    async (name) => {
      const attempt = newAttempt();
      const base = ['refresh_token', 'scope'].includes(name)
        ? refreshBody((await logIn(harness)).refresh_token)
        : codeBody(await codeFor(harness, attempt), attempt);
      for (const value of notATextAtAll)
        expect(await tokenRefusal(await askTokens(harness, { ...base, [name]: value }))).toEqual({
          error: 'invalid_request',
          text: `${name} must be one text.`,
        });
      for (const value of hostile) {
        const { text } = await tokenRefusal(await askTokens(harness, { ...base, [name]: value }));
        expect(text).not.toContain(value);
      }
      expect(harness.deps.log.error).not.toHaveBeenCalled();
    },
  );

  it('gives a field twice in a form', async () => {
    const body = new URLSearchParams(refreshBody('x') as Record<string, string>);
    body.append('refresh_token', 'y');
    const answer = await harness.request('/oauth/tokens', { as: null, method: 'POST', body });
    expect((await tokenRefusal(answer)).text).toBe('refresh_token must be one text.');
  });

  const secret = 'appyard_verysecretverysecret';
  const bodies: [name: string, headers: Record<string, string>, body: string | Buffer, status: number][] = [
    ['nothing', {}, '', 415],
    ['nothing as JSON', JSON_TYPE, '', 400],
    ['half of an object', JSON_TYPE, `{"refresh_token":"${secret}"`, 400],
    ['a token alone', JSON_TYPE, secret, 400],
    ['a text', JSON_TYPE, `"${secret}"`, 400],
    ['a list', JSON_TYPE, '[]', 400],
    ['null', JSON_TYPE, 'null', 400],
    ['bytes of no encoding', JSON_TYPE, Buffer.from([0xff, 0xfe, 0x00, 0x7b]), 400],
    ['deep brackets', JSON_TYPE, '['.repeat(8_000), 400],
    ['more than 16 kB', JSON_TYPE, JSON.stringify({ code: 'x'.repeat(17_000) }), 413],
    ['a form of more than 16 kB', FORM_TYPE, `code=${'x'.repeat(17_000)}`, 413],
    ['an empty form', FORM_TYPE, '&&&', 400],
    ['broken escapes', FORM_TYPE, 'grant_type=%ZZ', 400],
    ['plain text', { 'content-type': 'text/plain' }, '{}', 415],
    ['multipart', { 'content-type': 'multipart/form-data; boundary=x' }, '--x--\r\n', 415],
    ['no type', {}, '{}', 415],
    ['a charset nobody knows', { 'content-type': 'application/json; charset=klingon' }, '{}', 415],
    ['an encoding nobody knows', { ...JSON_TYPE, 'content-encoding': 'magic' }, '{}', 415],
    ['gzip that is none', { ...JSON_TYPE, 'content-encoding': 'gzip' }, '{}', 400],
  ];
  it.each(
    ['/oauth/tokens', '/oauth/revoke'].flatMap((path) =>
      bodies.map(([name, headers, body, status]) => [path, name, { headers, body, status }] as const),
    ),
  )('at %s is %s', async (path, _name, { headers, body, status }) => {
    const answer = await sendRaw(harness.origin, { path, method: 'POST', headers, body });
    const text = answer.body.toString();
    const { error } = await tokenRefusal(
      new Response(text, {
        status: answer.status,
        headers: { 'cache-control': answer.headers['cache-control'] ?? '' },
      }),
      status,
    );
    // A form may be read as one with odd names in it.
    expect(['invalid_request', 'unsupported_grant_type']).toContain(error);
    expect(text).not.toContain('verysecret');
    expect(harness.deps.log.error).not.toHaveBeenCalled();
  });
});
