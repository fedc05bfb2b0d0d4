import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createHarness, type Harness } from '../../support/harness.ts';
import { login, newAttempt, sendForm } from '../../support/oauth-login.ts';

describe('where a login comes from, behind a proxy', () => {
  let harness: Harness;
  beforeAll(async () => {
    harness = await createHarness('postgres', { env: { TRUST_PROXY: '1' } });
  });
  afterAll(() => harness.close());

  it.each([
    ['198.51.100.7', /^198\.51\.100\.7$/],
    ['198.51.100.7:50123', /^198\.51\.100\.7$/],
    ['[2001:db8::7]:443', /^2001:db8::7$/],
    ['<b>not an ip</b>', /127\.0\.0\.1$/],
  ])('that says %s is recorded as an address', async (forwarded, address) => {
    const fields = { ...newAttempt().query, ...login, decision: 'allow' };
    expect((await sendForm(harness, fields, { 'x-forwarded-for': forwarded })).status).toBe(303);
    const { rows } = await harness.deps.db.query<{ ip: string }>(
      `select ip from audit_entries where action = 'login' order by id desc limit 1`,
    );
    expect(rows[0]!.ip).toMatch(address);
  });

  it('counts guesses for each place by itself', async () => {
    const { query } = newAttempt();
    const send = (password: string, from: string): Promise<Response> =>
      sendForm(harness, { ...query, ...login, password, decision: 'allow' }, { 'x-forwarded-for': from });
    for (let tries = 0; tries < 5; tries += 1) await send('wrong horse', '203.0.113.66');
    expect((await send(login.password, '203.0.113.66')).status).toBe(429);
    expect((await send(login.password, '203.0.113.7')).status).toBe(303);
  });
});
