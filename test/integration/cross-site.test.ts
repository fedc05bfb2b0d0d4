import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { adminPassword, emails } from '../support/accounts.ts';
import { createHarness, type Harness } from '../support/harness.ts';
import { filePart, MULTIPART, multipart, zipLike } from '../support/multipart.ts';
import { basic, sendRaw, type RawAnswer } from '../support/raw-http.ts';
import { nameOf, routes } from '../support/routes.ts';
import { named } from '../support/shapes.ts';
import { createWalk, doorFaultOf, type Walk } from '../support/walk.ts';
import { serviceInstanceOf, newOffering } from '../support/xurrent.ts';

const PASSWORD = basic(emails.admin, adminPassword);
const writes = routes.filter(({ method, who }) => method !== 'GET' && who !== 'anybody');

describe('a write that a page of another site sends with a password', () => {
  let walk: Walk;
  beforeAll(async () => {
    walk = await createWalk();
  });
  afterAll(() => walk.harness.close());
  beforeEach(() => walk.begin());

  it.each(named(['cross-site', 'same-site']))('is rejected with 403 on every route (%s)', async (_name, site) => {
    const sent = { authorization: PASSWORD, 'sec-fetch-site': site };
    const answers = writes.map(async (route) => {
      const good = walk.good(route);
      const answer = await walk.send(route, { ...good, as: null, headers: { ...good.headers, ...sent } });
      const fault = doorFaultOf(route, answer) ?? (answer.status === 403 ? undefined : `is ${answer.status}`);
      return fault && `${nameOf(route)}: ${fault}`;
    });
    expect(await walk.faultsOf(answers)).toEqual([]);
  });

  it('is rejected with 403 by the Xurrent API, which takes a token as user name', async () => {
    const json = JSON.stringify(newOffering(await serviceInstanceOf(walk.harness)));
    const send = (site: string) =>
      sendRaw(walk.harness.origin, {
        path: '/v1/app_offerings',
        method: 'POST',
        headers: {
          authorization: basic(walk.harness.tokens.admin, 'x'),
          'content-type': 'application/json',
          'sec-fetch-site': site,
        },
        body: json,
      });
    expect((await send('cross-site')).status).toBe(403);
    expect((await send('none')).status).toBe(201);
  });
});

describe('an upload with a password', () => {
  let harness: Harness;
  beforeAll(async () => {
    harness = await createHarness('postgres', { env: { PUBLIC_URL: 'https://apps.test:8443' } });
  });
  afterAll(() => harness.close());

  const upload = (headers: Record<string, string>): Promise<RawAnswer> =>
    sendRaw(harness.origin, {
      path: '/api/v2/apps/uploads',
      method: 'POST',
      headers: { authorization: PASSWORD, host: 'apps.test:8443', ...MULTIPART, ...headers },
      body: multipart([filePart(zipLike(100))]),
    });
  const own = () => `127.0.0.1:${new URL(harness.origin).port}`;

  it.each<[string, Record<string, string>]>([
    ['Sec-Fetch-Site in capitals', { 'sec-fetch-site': ' Cross-Site ' }],
    ['another host', { origin: 'https://evil.test' }],
    ['another account', { origin: 'https://other.apps.test:8443' }],
    ['another scheme', { origin: 'http://apps.test:8443' }],
    ['another port', { origin: 'https://apps.test' }],
    ['no origin of its own', { origin: 'null' }],
    ['an origin that is none', { origin: 'apps.test:8443' }],
    ['the public address, sent to an account', { origin: 'https://apps.test:8443', host: 'acme.apps.test:8443' }],
    ['another host, sent to an IP address', { origin: 'https://evil.test', host: '127.0.0.1:3000' }],
    ['a scheme in capitals', { origin: 'https://evil.test', authorization: PASSWORD.replace('Basic', 'BASIC') }],
  ])('is rejected from %s', async (_name, headers) => {
    const answer = await upload(headers);
    expect(`${answer.status} ${answer.body.toString()}`).toMatch(/^403 .*Bearer/);
  });

  it.each<[string, () => Record<string, string>]>([
    ['no browser', () => ({})],
    ['the user', () => ({ 'sec-fetch-site': 'none' })],
    ['a page of this server', () => ({ 'sec-fetch-site': 'same-origin', origin: 'https://evil.test' })],
    ['the public address', () => ({ origin: 'https://apps.test:8443' })],
    ['the address of the account', () => ({ origin: 'https://acme.apps.test:8443', host: 'acme.apps.test:8443' })],
    ['the default port', () => ({ origin: 'https://apps.test', host: 'apps.test:443' })],
    ['the own address', () => ({ origin: `http://${own()}`, host: own() })],
    ['the public address behind a proxy that changes Host', () => ({ origin: 'https://apps.test:8443', host: own() })],
    ['another site, with a token', () => ({ 'sec-fetch-site': 'cross-site', authorization: bearer() })],
    ['another origin, with a token', () => ({ origin: 'https://evil.test', authorization: bearer() })],
    [
      'another site, with a token and a cookie',
      () => ({ 'sec-fetch-site': 'cross-site', authorization: bearer(), cookie: 'a=b' }),
    ],
  ])('is accepted from %s', async (_name, headers) => {
    const answer = await upload(headers());
    expect(`${answer.status} ${answer.body.toString()}`).toMatch(/^201 /);
  });
  const bearer = () => `Bearer ${harness.tokens.admin}`;

  it('is not needed to read: a page of another site cannot see the answer', async () => {
    const headers = { authorization: PASSWORD, 'sec-fetch-site': 'cross-site' };
    const { status } = await sendRaw(harness.origin, { path: '/api/v2/apps/owned', headers });
    expect(status).toBe(200);
  });
});
