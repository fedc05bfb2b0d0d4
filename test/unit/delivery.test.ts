import { describe, expect, it } from 'vitest';
import {
  afterAttempt,
  faultOf,
  MAX_DELIVERY_ATTEMPTS,
  retryDelayMs,
  type Exchange,
} from '../../src/domain/delivery.ts';
import { claimsOfAttempt, MAX_TOKEN_BYTES, signingAlgorithms, tokenBytes } from '../../src/domain/delivery-claims.ts';
import { headersOf, hostOf, problemOfHeaders, problemOfUrl, receiverOf } from '../../src/domain/delivery-request.ts';
import { makeKeyPair, signToken } from '../../src/secrets/signing.ts';

const exchange = (status: number | null, hopeless?: boolean): Exchange => ({
  status,
  error: status === null ? 'no answer' : faultOf(status),
  answer: null,
  ...(hopeless !== undefined && { hopeless }),
});

describe('what becomes of a delivery after an attempt', () => {
  it.each([200, 201, 202, 204, 299])('is delivered by a %d', (status) => {
    expect(afterAttempt(exchange(status), 1, 0.5)).toEqual({ state: 'delivered' });
  });

  it.each([null, 300, 302, 304, 400, 401, 404, 408, 409, 422, 429, 500, 503])('is tried again after %s', (status) => {
    expect(afterAttempt(exchange(status), 1, 0.5)).toEqual({ state: 'pending', delayMs: 5_000 });
  });

  it('fails at once by a 410, and by what cannot come out differently', () => {
    expect(afterAttempt(exchange(410), 1, 0.5)).toEqual({ state: 'failed' });
    expect(afterAttempt(exchange(null, true), 1, 0.5)).toEqual({ state: 'failed' });
  });

  it('waits longer each time, and fails with the eighth attempt', () => {
    const delays = Array.from({ length: MAX_DELIVERY_ATTEMPTS }, (_, i) => afterAttempt(exchange(500), i + 1, 0.5));
    expect(delays.map(({ delayMs }) => delayMs && delayMs / 1_000)).toEqual([
      5,
      30,
      120,
      600,
      3_600,
      21_600,
      21_600,
      undefined,
    ]);
    expect(delays.map(({ state }) => state)).toEqual([...Array<string>(7).fill('pending'), 'failed']);
    expect(afterAttempt(exchange(200), MAX_DELIVERY_ATTEMPTS, 0.5)).toEqual({ state: 'delivered' });
  });

  it('waits a tenth more or less', () => {
    expect([retryDelayMs(1, 0), retryDelayMs(1, 1)]).toEqual([4_500, 5_500]);
    expect(retryDelayMs(2, 0.123_456)).toBe(27_741);
  });

  it('says of a redirect that it is not followed', () => {
    expect(faultOf(302)).toContain('redirect (302), which is not followed');
    expect(faultOf(204)).toBeNull();
  });
});

describe('the claims of an attempt', () => {
  const id = '0b5c6f1e-0000-4000-8000-000000000000';

  it('have whole seconds of now, an id of the attempt, and an end only where one was asked for', () => {
    const claims = { iss: 'https://acme.example', aud: 'us', sub: 'x', data: { a: 1 } };
    const now = 1_700_000_000_999;
    expect(claimsOfAttempt(claims, { id, attempt: 3 }, now)).toEqual({
      ...claims,
      jti: `${id}.3`,
      iat: 1_700_000_000,
      nbf: 1_700_000_000,
    });
    expect(claimsOfAttempt({ ...claims, expiresInMinutes: 5 }, { id, attempt: 1 }, now)).toMatchObject({
      exp: 1_700_000_300,
    });
  });

  it.each(signingAlgorithms)('take in a token of %s as many bytes as was said before', async (algorithm) => {
    const key = await makeKeyPair(algorithm, 1);
    for (const length of [0, 1, 2, 3, 5_000]) {
      const claims = { iss: 'https://acme.example', data: 'ä'.repeat(length), expiresInMinutes: 10 };
      for (const kid of [undefined, key.kid]) {
        const named = { algorithm, ...(kid !== undefined && { kid }) };
        const attempt = { id, attempt: 2_147_483_647 };
        const signing = { privatePem: key.privatePem, ...named };
        const token = await signToken(claimsOfAttempt(claims, attempt, Date.now()), signing);
        expect(tokenBytes(claims, named)).toBe(token.length);
      }
    }
    expect(tokenBytes({ iss: 'x', data: 'a'.repeat(6_200) }, { algorithm })).toBeGreaterThan(MAX_TOKEN_BYTES);
  });
});

describe('where a delivery goes', () => {
  it.each(['https://receiver.example/hook?key=1', 'http://receiver.example:8080', 'https://[2606:4700::1]/x'])(
    'may be %s',
    (url) => {
      expect(problemOfUrl(url)).toBeUndefined();
    },
  );

  it.each([
    ['', 'complete URL'],
    ['/hook', 'complete URL'],
    ['https://', 'complete URL'],
    ['http://1.2.3.4.5.6:99999/', 'complete URL'],
    ['ftp://receiver.example/', 'https:// or http://'],
    ['file:///etc/passwd', 'https:// or http://'],
    ['javascript:alert(1)', 'https:// or http://'],
    ['https://me@receiver.example/', 'user name or password'],
    ['https://:secret@receiver.example/', 'user name or password'],
  ])('may not be %j', (url, why) => {
    expect(problemOfUrl(url)).toContain(why);
  });

  it('may not be longer than 2,048 characters', () => {
    expect(problemOfUrl(`https://receiver.example/${'a'.repeat(2_048)}`)).toContain('at most 2048');
  });

  it('loses its fragment, and logs see nothing but the host', () => {
    expect(receiverOf('https://receiver.example/a?b=c#d')).toBe('https://receiver.example/a?b=c');
    expect(hostOf('https://receiver.example:99/secret?key=secret#d')).toBe('receiver.example:99');
  });
});

describe('the headers of a delivery', () => {
  it('have the id of the delivery where they ask for it, and names in lower case', () => {
    expect(headersOf({ 'X-Delivery': '{delivery}', Link: '<https://a/{delivery}/{delivery}>' }, 'ID')).toEqual({
      'x-delivery': 'ID',
      link: '<https://a/ID/ID>',
    });
  });

  it.each([
    [{ Host: 'a' }, 'must not set "host"'],
    [{ 'Content-Length': '1' }, 'must not set "content-length"'],
    [{ 'transfer-encoding': 'chunked' }, 'must not set'],
    [{ 'a b': '1' }, 'names that HTTP allows'],
    [{ '': '1' }, 'names that HTTP allows'],
    [{ a: '1\r\nb: 2' }, 'printable ASCII'],
    [{ a: 'ä' }, 'printable ASCII'],
  ])('may not be %j', (headers: Record<string, string>, why) => {
    expect(problemOfHeaders(headers)).toContain(why);
  });

  it('may not be too long or too many', () => {
    expect(problemOfHeaders({ a: 'x'.repeat(2_049) })).toContain('at most 2048');
    const many = Object.fromEntries(Array.from({ length: 33 }, (_, i) => [`h${i}`, '']));
    expect(problemOfHeaders(many)).toContain('at most 32');
  });

  it('may be what HTTP allows', () => {
    expect(problemOfHeaders({ 'user-agent': 'x/1.0 (a; b)', 'X-A_b': '' })).toBeUndefined();
  });
});
