import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createIdentify, type Identify } from '../../src/use-cases/identify.ts';
import { adminPassword, emails } from '../support/accounts.ts';
import { createHarness, type Harness } from '../support/harness.ts';
import { login, newAttempt, sendForm } from '../support/oauth-login.ts';

const basic = (email: string, password: string): string =>
  `Basic ${Buffer.from(`${email}:${password}`).toString('base64')}`;

describe('signing in with a password while 100 connections of strangers send invented addresses', () => {
  let harness: Harness;
  let stopped = false;
  let strangers: Promise<void>[] = [];
  const refused: number[] = [];
  beforeAll(async () => {
    // Nothing is believed from before: each request is checked.
    let identify: Identify | undefined;
    harness = await createHarness('postgres', {
      env: { TRUST_PROXY: 'loopback' },
      deps: { identify: (...sent) => identify!(...sent) },
    });
    identify = createIdentify(harness.deps, 1);
    let invented = 0;
    strangers = Array.from({ length: 100 }, async () => {
      while (!stopped) {
        const email = `${(invented += 1)}@invented.example`;
        const { status } = await get(basic(email, 'wrong horse'), '192.0.2.66');
        refused.push(status);
        if (status === 429) await new Promise((resolve) => setTimeout(resolve, 20));
      }
    });
  });
  afterAll(async () => {
    stopped = true;
    await Promise.all(strangers);
    await harness.close();
  });

  const get = (authorization: string, from: string): Promise<Response> =>
    harness.request('/api/v2/apps/owned', { as: null, headers: { authorization, 'x-forwarded-for': from } });

  it('works from another address', async () => {
    for (let number = 1; number <= 8; number += 1)
      expect((await get(basic(emails.admin, adminPassword), `198.51.100.${number}`)).status).toBe(200);
  });

  it('works from the very address of the strangers', async () => {
    const { status } = await get(basic(emails.admin, adminPassword), '192.0.2.66');
    expect([status, refused.includes(429)]).toEqual([200, false]);
  });

  it('works on the page of a login, with the password and with an API token', async () => {
    for (const password of [adminPassword, harness.tokens.admin]) {
      const form = { ...newAttempt().query, ...login, password, decision: 'allow' };
      const { status } = await sendForm(harness, form, { 'x-forwarded-for': '192.0.2.66' });
      expect(status).toBe(303);
    }
  });

  it('leaves an API token alone also where its user cannot sign in with a password any more', async () => {
    for (let tries = 0; tries < 6; tries += 1) await get(basic(emails.admin, 'wrong'), '203.0.113.5');
    expect((await get(basic(emails.admin, adminPassword), '203.0.113.5')).status).toBe(429);
    const { admin } = harness.tokens;
    for (const header of [`Bearer ${admin}`, basic(`${emails.admin}/token`, admin)])
      expect((await get(header, '203.0.113.5')).status).toBe(200);
    const form = { ...newAttempt().query, ...login, password: admin, decision: 'allow' };
    expect((await sendForm(harness, form, { 'x-forwarded-for': '203.0.113.5' })).status).toBe(303);
  });
});
