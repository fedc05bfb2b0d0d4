import { inspect } from 'node:util';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { revokeToken } from '../../../src/db/api-tokens.ts';
import { createGuessGuard } from '../../../src/use-cases/guess-guard.ts';
import { createIdentify, type Identify } from '../../../src/use-cases/identify.ts';
import { createToken } from '../../../src/use-cases/create-token.ts';
import { adminPassword, emails } from '../../support/accounts.ts';
import { createHarness, type Harness } from '../../support/harness.ts';
import { login, newAttempt, sendForm } from '../../support/oauth-login.ts';
import { basic, sendRaw, type RawAnswer } from '../../support/raw-http.ts';
import { faultOf } from '../../support/refusal.ts';

/** Open to agents too, and shows nothing. */
const ROUTE = '/api/v2/apps/installations.json';

describe('signing in', () => {
  let harness: Harness;
  /** Forgets at once what it has seen: every request of these tests is looked up. */
  let identify: Identify;
  beforeAll(async () => {
    harness = await createHarness('postgres', {
      env: { PUBLIC_URL: 'https://apps.test:8443' },
      deps: { identify: (...sent) => identify(...sent) },
    });
  });
  afterAll(() => harness.close());
  beforeEach(() => {
    harness.deps.guesses = createGuessGuard();
    identify = createIdentify(harness.deps, 1);
    for (const write of Object.values(harness.deps.log)) vi.mocked(write).mockClear();
  });

  /** Besides the line that every request has. */
  const logged = () =>
    Object.values(harness.deps.log)
      .flatMap((write) => vi.mocked(write).mock.calls)
      .filter(([message]) => message !== 'request');
  const expectWait = ({ status, headers, body }: RawAnswer): void => {
    expect(`${status} ${body.toString()}`).toMatch(/^429 /);
    expect(Number(headers['retry-after'])).toBeGreaterThan(0);
    const { error, description } = JSON.parse(body.toString()) as Record<string, string>;
    expect([error, description]).toEqual(['too_many_tries', expect.stringMatching(/^Too many .+ Wait \d+ second/)]);
  };

  const ask = (authorization: string | undefined, headers: Record<string, string> = {}): Promise<RawAnswer> =>
    sendRaw(harness.origin, {
      path: ROUTE,
      headers: { ...(authorization !== undefined && { authorization }), ...headers },
    });

  const expectNobody = ({ status, headers, body }: RawAnswer): void => {
    expect(`${status} ${body.toString()}`).toMatch(/^401 /);
    expect(faultOf(status, body.toString())).toBeUndefined();
    expect(JSON.parse(body.toString())).toMatchObject({ error: 'unauthenticated' });
    expect(headers['www-authenticate']).toMatch(/^Basic realm=/);
  };

  const good: [name: string, header: () => string][] = [
    ['Basic EMAIL/token:TOKEN', () => basic(`${emails.admin}/token`, harness.tokens.admin)],
    ['Basic EMAIL:PASSWORD', () => basic(emails.admin, adminPassword)],
    ['Bearer TOKEN', () => `Bearer ${harness.tokens.admin}`],
    ['bearer in small letters', () => `bearer ${harness.tokens.admin}`],
    ['BEARER in capitals', () => `BEARER ${harness.tokens.admin}`],
    ['basic in mixed letters', () => basic(emails.admin, adminPassword).replace('Basic', 'bAsIC')],
    [
      'an e-mail address in other letter case with a token',
      () => basic('ADA@Acme.Example/token', harness.tokens.admin),
    ],
    ['an e-mail address in other letter case with a password', () => basic('ADA@Acme.Example', adminPassword)],
    ["an agent's token", () => `Bearer ${harness.tokens.agent}`],
  ];
  it.each(good)('knows %s', async (_name, header) => {
    expect((await ask(header())).status).toBe(200);
  });

  it('shows each user the own account only', async () => {
    const answers = await Promise.all([ask(`Bearer ${harness.tokens.admin}`), ask(`Bearer ${harness.tokens.other}`)]);
    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
    expect(await identify(`Bearer ${harness.tokens.other}`)).toMatchObject({ user: { subdomain: 'other' } });
    expect(await identify(`Bearer ${harness.tokens.admin}`)).toMatchObject({ user: { subdomain: 'acme' } });
  });

  const bad: [name: string, header: () => string | undefined][] = [
    ['no header', () => undefined],
    ['a wrong token as Bearer', () => `Bearer ${harness.tokens.admin}x`],
    ['a token without its last letter', () => `Bearer ${harness.tokens.admin.slice(0, -1)}`],
    ['a wrong token as Basic', () => basic(`${emails.admin}/token`, 'wrong')],
    ['an empty token', () => basic(`${emails.admin}/token`, '')],
    ['a wrong password', () => basic(emails.admin, 'wrong horse')],
    ['an empty password', () => basic(emails.admin, '')],
    ['a password in other letter case', () => basic(emails.admin, adminPassword.toUpperCase())],
    ['an address nobody has', () => basic('nobody@acme.example', adminPassword)],
    ['a user who has no password', () => basic(emails.agent, adminPassword)],
    ['an empty password of a user who has none', () => basic(emails.agent, '')],
    ["a token of one user with another's address", () => basic(`${emails.agent}/token`, harness.tokens.admin)],
    ["a token of another account's user", () => basic(`${emails.admin}/token`, harness.tokens.other)],
    ["an operator's token with a user's address", () => basic(`${emails.admin}/token`, harness.tokens.operator)],
    ['a token where the password belongs', () => basic(emails.admin, harness.tokens.admin)],
    ['a password where the token belongs', () => basic(`${emails.admin}/token`, adminPassword)],
    ['a password as Bearer', () => `Bearer ${adminPassword.replace(' ', '')}`],
    ['an empty header', () => ''],
    ['a scheme alone', () => 'Basic'],
    ['Bearer alone', () => 'Bearer '],
    ['another scheme', () => `Digest ${harness.tokens.admin}`],
    ['a token without a scheme', () => harness.tokens.admin],
    ['a token in two pieces', () => `Bearer ${harness.tokens.admin.slice(0, 9)} ${harness.tokens.admin.slice(9)}`],
    ['two credentials in one header', () => `Bearer x, Bearer ${harness.tokens.admin}`],
    ['no base64', () => 'Basic ***'],
    ['base64 without a colon', () => `Basic ${Buffer.from('no colon').toString('base64')}`],
    ['nothing before the colon', () => basic('', adminPassword)],
    ['no address before /token', () => basic('/token', harness.tokens.admin)],
    ['base64 of no UTF-8', () => `Basic ${Buffer.from([0xff, 0xfe, 0x3a, 0xff]).toString('base64')}`],
    ['a NUL in the address', () => basic('ada\0@acme.example', adminPassword)],
    ['a NUL in the password', () => basic(emails.admin, `${adminPassword}\0`)],
    ['a NUL in the token', () => basic(`${emails.admin}/token`, `${harness.tokens.admin}\0`)],
    ['an address of 8,000 letters', () => basic(`${'a'.repeat(8_000)}@acme.example`, adminPassword)],
  ];
  it.each(bad)('knows nobody by %s', async (_name, header) => {
    expectNobody(await ask(header()));
    expect(harness.deps.log.error).not.toHaveBeenCalled();
  });

  it('refuses a header of 20 kB', async () => {
    const { status } = await ask(`Bearer ${'x'.repeat(20_000)}`);
    expect(status).toBeGreaterThanOrEqual(400);
    expect(status).toBeLessThan(500);
  });

  it('knows a token until it expires', async () => {
    const tokenUntil = async (expiresAt: Date): Promise<string> =>
      (await createToken(harness.deps, { email: emails.admin, label: 'short', expiresAt })).token;
    const alive = await tokenUntil(new Date(Date.now() + 3_600_000));
    const expired = await tokenUntil(new Date(Date.now() - 1_000));
    expect((await ask(`Bearer ${alive}`)).status).toBe(200);
    expectNobody(await ask(`Bearer ${expired}`));
    expectNobody(await ask(basic(`${emails.admin}/token`, expired)));
  });

  it('believes a token not beyond its time, however long credentials are believed', async () => {
    identify = createIdentify(harness.deps, 60_000);
    const expiresAt = new Date(Date.now() + 3_000);
    const { token } = await createToken(harness.deps, { email: emails.admin, label: 'short', expiresAt });
    expect((await ask(`Bearer ${token}`)).status).toBe(200);
    await vi.waitFor(async () => expectNobody(await ask(`Bearer ${token}`)), { timeout: 20_000, interval: 200 });
    expect(Date.now()).toBeGreaterThanOrEqual(expiresAt.getTime());
  });

  it('forgets a token once it is revoked and the time it is believed is over', async () => {
    const { id, token } = await createToken(harness.deps, { email: emails.admin, label: 'gone', expiresAt: null });
    expect((await ask(`Bearer ${token}`)).status).toBe(200);
    await revokeToken(harness.deps.db, id);
    await vi.waitFor(async () => expectNobody(await ask(`Bearer ${token}`)), { timeout: 5_000 });
    expectNobody(await ask(basic(`${emails.admin}/token`, token)));
  });

  it('asks the database once for credentials that come again and again', async () => {
    identify = createIdentify(harness.deps, 60_000);
    const query = vi.spyOn(harness.deps.db, 'query');
    const header = `Bearer ${harness.tokens.admin}`;
    await Promise.all(Array.from({ length: 10 }, () => identify(header)));
    await identify(header);
    expect(query).toHaveBeenCalledTimes(1);
    query.mockRestore();
  });

  it('keeps no refusal: a token works the moment it is made', async () => {
    const token = 'chosen-by-somebody-else';
    expectNobody(await ask(`Bearer ${token}`));
    await createToken(harness.deps, { email: emails.admin, label: 'chosen', expiresAt: null, token });
    expect((await ask(`Bearer ${token}`)).status).toBe(200);
  });

  it.each([
    ['the own account below the public domain', 'acme.apps.test', 200],
    ['the own account with a port and capitals', 'ACME.Apps.Test:8443', 200],
    ['the public domain itself', 'apps.test:8443', 200],
    ['an address', '127.0.0.1:3000', 200],
    ['a name that only ends alike', 'otherapps.test', 200],
    ['a name elsewhere', 'other.example', 200],
    ['another account', 'other.apps.test', 401],
    ['another account with a port', 'other.apps.test:8443', 401],
    ['an account that is not there', 'nobody.apps.test', 401],
    ['something below the own account', 'x.acme.apps.test', 401],
    ['the own account with a final dot', 'acme.apps.test.', 200],
    ['another account with a final dot', 'other.apps.test.', 401],
    ['another account with a final dot and a port', 'OTHER.apps.test.:8443', 401],
    ['no hostname', 'other.apps.test:x', 400],
    ['no hostname, but dots', 'other.apps.test..', 400],
  ])('holds the Host name against the account: %s', async (_name, host, status) => {
    for (const header of [`Bearer ${harness.tokens.admin}`, basic(emails.admin, adminPassword)]) {
      const answer = await ask(header, { host });
      expect(answer.status).toBe(status);
      if (status === 401) expectNobody(answer);
    }
  });

  it('lets an operator work under every name', async () => {
    const answer = await sendRaw(harness.origin, {
      path: '/api/appyard/v1/apps/1/visibility',
      method: 'PUT',
      headers: {
        host: 'acme.apps.test',
        authorization: `Bearer ${harness.tokens.operator}`,
        'content-type': 'application/json',
      },
      body: '{"visibility":"public"}',
    });
    expect(answer.status).toBe(404);
  });

  describe('with a password', () => {
    const wrong = basic(emails.admin, 'wrong horse');
    const right = basic(emails.admin, adminPassword);

    it('has to wait after five wrong ones in a minute, and so has the page for logins', async () => {
      const answers: RawAnswer[] = [];
      for (let tries = 0; tries < 8; tries += 1) answers.push(await ask(wrong));
      answers.slice(0, 5).forEach(expectNobody);
      answers.slice(5).forEach(expectWait);
      expectWait(await ask(right));
      const { query } = newAttempt();
      expect((await sendForm(harness, { ...query, ...login, decision: 'allow' })).status).toBe(429);
      expect((await ask(`Bearer ${harness.tokens.admin}`)).status).toBe(200);
      expect((await ask(basic(`${emails.admin}/token`, harness.tokens.admin))).status).toBe(200);
      expect(logged()).toEqual([]);
    });

    it('goes on without a look at the guesses of others while it is believed', async () => {
      identify = createIdentify(harness.deps, 60_000);
      expect((await ask(right)).status).toBe(200);
      for (let tries = 0; tries < 6; tries += 1) await ask(wrong);
      expect((await ask(right)).status).toBe(200);
      expectWait(await ask(basic(emails.admin.toUpperCase(), adminPassword)));
    });

    it(
      'is told to wait, not that a store is away, when hundreds come at once, and all others are served',
      { timeout: 120_000 },
      async () => {
        const flood = Array.from({ length: 300 }, (_, index) => ask(basic(`nobody${index}@acme.example`, 'x')));
        const others = Array.from({ length: 20 }, () => ask(`Bearer ${harness.tokens.admin}`));
        const poll = sendRaw(harness.origin, {
          path: '/api/v2/apps/job_statuses/0123456789abcdef0123456789abcdef',
          headers: { authorization: basic('nobody@acme.example', 'x') },
        });
        const answers = await Promise.all([...flood, poll]);
        const refused = answers.filter(({ status }) => status === 429);
        refused.forEach(expectWait);
        answers.filter(({ status }) => status !== 429).forEach(expectNobody);
        expect(refused.length).toBeGreaterThan(0);
        for (const { status } of await Promise.all(others)) expect(status).toBe(200);
        expect(logged()).toEqual([]);
      },
    );

    it('is a poll that is told to wait with 429, after which clients ask again', async () => {
      for (let tries = 0; tries < 6; tries += 1) await ask(wrong);
      const path = '/api/v2/apps/job_statuses/0123456789abcdef0123456789abcdef';
      expectWait(await sendRaw(harness.origin, { path, headers: { authorization: right } }));
      expect(logged()).toEqual([]);
    });
  });

  it('writes no credentials into the log, not even when something breaks', async () => {
    const secrets = [...Object.values(harness.tokens), adminPassword, 'wrong horse'];
    const headers = [...good, ...bad].flatMap(([, header]) => header() ?? []);
    for (const header of headers) await ask(header);
    const query = vi.spyOn(harness.deps.db, 'query').mockImplementation(() => {
      throw new Error('broken on purpose');
    });
    for (const [, header] of good) expect((await ask(header())).status).toBe(500);
    query.mockRestore();

    expect(harness.deps.log.error).toHaveBeenCalled();
    const written = inspect(
      Object.values(harness.deps.log).flatMap((write) => vi.mocked(write).mock.calls),
      { depth: 20, maxStringLength: Infinity, maxArrayLength: Infinity },
    );
    const encoded = headers.map((header) => header.split(' ')[1] ?? '').filter((text) => text.length > 8);
    expect([...secrets, ...encoded].filter((secret) => written.includes(secret))).toEqual([]);
  });
});
