import { PassThrough } from 'node:stream';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import {
  createUserCommand,
  disableUserCommand,
  enableUserCommand,
  listUsersCommand,
  removeUserCommand,
  setUserPasswordCommand,
  setUserRoleCommand,
} from '../../../src/cli/user.ts';
import { createToken } from '../../../src/use-cases/create-token.ts';
import { checkLogin } from '../../../src/use-cases/oauth/check-login.ts';
import { authorizeClient } from '../../../src/use-cases/oauth/authorize-client.ts';
import { disableUser } from '../../../src/use-cases/users/change-user.ts';
import { createApp, pollJob, read } from '../../support/client.ts';
import type { Harness } from '../../support/harness.ts';
import { jobRow } from '../../support/jobs.ts';
import { askTokens, createForgetfulHarness, logIn, refreshBody, tokenRefusal } from '../../support/oauth-login.ts';
import { buildArchive } from '../../support/packages.ts';

const FIRST = 'first password';

describe('appyard user', () => {
  let harness: Harness;
  beforeAll(async () => {
    harness = await createForgetfulHarness();
  });
  afterEach(() => vi.restoreAllMocks());
  afterAll(() => harness.close());

  const run = async (command: () => Promise<void>, input?: string): Promise<string> => {
    const written = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
    const stdin = vi
      .spyOn(process, 'stdin', 'get')
      .mockReturnValue(new PassThrough().end(input ?? '') as unknown as typeof process.stdin);
    try {
      await command();
      return written.mock.calls.map(([text]) => String(text)).join('');
    } finally {
      written.mockRestore();
      stdin.mockRestore();
    }
  };
  const config = () => harness.deps.config;
  let made = 0;
  /** A user of acme with a password, an API token, a login made with each, and a token of an hour. */
  const someone = async (role: 'admin' | 'agent' = 'admin') => {
    const email = `user-${(made += 1)}@acme.example`;
    const create = { account: 'acme', role, passwordStdin: true };
    await run(() => createUserCommand(config(), email, create), `${FIRST}\n`);
    const { token } = await createToken(harness.deps, { email, label: 'own', expiresAt: null });
    const byPassword = await logIn(harness, { who: { email, password: FIRST } });
    const byToken = await logIn(harness, { who: { email, password: token } });
    const form = { grant_type: 'client_credentials', client_id: email, client_secret: token };
    const hour = await read<{ access_token: string }>(
      await harness.request('/token', { as: null, method: 'POST', body: new URLSearchParams(form) }),
      200,
    );
    return { email, token, byPassword, byToken, hour: hour.access_token };
  };
  const statusOf = async (header: string): Promise<number> =>
    (await harness.request('/api/v2/account/settings', { as: null, headers: { authorization: header } })).status;
  const basic = (email: string, password: string): string =>
    `Basic ${Buffer.from(`${email}:${password}`).toString('base64')}`;
  const accessOf = async ({ email, token, byPassword, byToken, hour }: Awaited<ReturnType<typeof someone>>) => ({
    password: await statusOf(basic(email, FIRST)),
    token: await statusOf(`Bearer ${token}`),
    byPassword: await statusOf(`Bearer ${byPassword.access_token}`),
    byToken: await statusOf(`Bearer ${byToken.access_token}`),
    hour: await statusOf(`Bearer ${hour}`),
  });
  const nothing = { password: 401, token: 401, byPassword: 401, byToken: 401, hour: 401 };
  const all = { password: 200, token: 200, byPassword: 200, byToken: 200, hour: 200 };
  const lastEntry = async (email: string) =>
    (
      await harness.deps.db.query(
        `select action, actor_name, before, after from audit_entries
         where subject_type = 'user' and subject_name = $1 order by id desc limit 1`,
        [email],
      )
    ).rows[0] as object;

  it('lists the users of all accounts, or of one, without anything secret', async () => {
    const { email } = await someone();
    const lines = await run(() => listUsersCommand(config(), {}));
    expect(lines.split('\n')[0]).toBe('id\taccount\temail\trole\tstate\tpassword\tcreated\tgroups');
    expect(lines).toMatch(new RegExp(`\\d+\tacme\t${email}\tadmin\tenabled\tyes\t\\d{4}-\\d\\d-\\d\\d\t\n`));
    expect(lines).toContain('olga@other.example');
    const json = await run(() => listUsersCommand(config(), { account: 'other', json: true }));
    expect(JSON.parse(json)).toEqual([
      expect.objectContaining({ account: 'other', email: 'olga@other.example', state: 'enabled', hasPassword: false }),
    ]);
    expect(json + lines).not.toContain('argon2');
  });

  it('disables a user: password, tokens and logins end at once, and enabling gives back the password only', async () => {
    const user = await someone();
    expect(await accessOf(user)).toEqual(all);
    expect(await run(() => disableUserCommand(config(), user.email))).toBe(
      `User ${user.email} is disabled: 2 tokens revoked, 2 logins ended, 0 jobs cancelled. ` +
        'Credentials stop working within 10 seconds.\n',
    );
    expect(await accessOf(user)).toEqual(nothing);
    expect(await tokenRefusal(await askTokens(harness, refreshBody(user.byPassword.refresh_token)))).toMatchObject({
      error: 'invalid_grant',
    });
    expect(await lastEntry(user.email)).toEqual({
      action: 'update',
      actor_name: 'operator (command line)',
      before: { disabled: false },
      after: { disabled: true, logins: 2, tokens: 2 },
    });
    await expect(
      createToken(harness.deps, { email: user.email, label: 'late', expiresAt: null }),
    ).rejects.toMatchObject({ status: 422 });
    expect(await run(() => listUsersCommand(config(), { account: 'acme' }))).toContain(
      `${user.email}\tadmin\tdisabled`,
    );
    await run(() => enableUserCommand(config(), user.email));
    expect(await accessOf(user)).toEqual({ ...nothing, password: 200 });
  });

  it('lets no login through that was checked just before its user was disabled', async () => {
    const { email } = await someone();
    const login = await checkLogin(harness.deps, { email, secret: FIRST, subdomain: undefined, ip: null });
    await disableUser(harness.deps, email);
    const request = {
      client: { id: 'x', name: 'X', redirectUris: [], scopes: ['read'] as const },
      scopes: ['read'] as const,
      redirectUri: 'http://localhost/',
      codeChallenge: 'x',
      state: undefined,
    };
    await expect(authorizeClient(harness.deps, { request: request as never, login, ip: null })).rejects.toMatchObject({
      status: 401,
    });
  });

  it('gives a user another password: logins made with the old one end, tokens and their logins do not', async () => {
    const user = await someone();
    const set = (input?: string, options = { passwordStdin: true }) =>
      run(() => setUserPasswordCommand(config(), user.email, options), input);
    expect(await set('second password\n')).toBe(
      `User ${user.email} has a new password; 1 login ended. API tokens stay valid.\n`,
    );
    expect(await accessOf(user)).toEqual({ ...all, password: 401, byPassword: 401 });
    expect(await statusOf(basic(user.email, 'second password'))).toBe(200);
    expect(JSON.stringify(await lastEntry(user.email))).not.toMatch(/second|argon/);
    await expect(set('short')).rejects.toThrow('8 characters or more');
    await run(() => setUserPasswordCommand(config(), user.email, { none: true }));
    expect(await statusOf(basic(user.email, 'second password'))).toBe(401);
    expect(() => setUserPasswordCommand(config(), user.email, {})).toThrow('--password-stdin or --none');
  });

  it('gives a user another role, which counts for tokens that there are', async () => {
    const user = await someone('agent');
    const headers = { authorization: `Bearer ${user.token}` };
    const owned = async () => (await harness.request('/api/v2/apps/owned', { as: null, headers })).status;
    expect(await owned()).toBe(403);
    expect(await run(() => setUserRoleCommand(config(), user.email, 'admin'))).toContain('has the role admin');
    expect(await owned()).toBe(200);
    await run(() => setUserRoleCommand(config(), user.email, 'agent'));
    expect(await owned()).toBe(403);
    expect(await lastEntry(user.email)).toMatchObject({ before: { role: 'admin' }, after: { role: 'agent' } });
    expect(await run(() => setUserRoleCommand(config(), 'olga@other.example', 'agent'))).toContain(
      'The account other has no admin now',
    );
    await run(() => setUserRoleCommand(config(), 'olga@other.example', 'admin'));
  });

  it('removes a user: jobs that have not ended are settled, the audit log keeps the name', async () => {
    const user = await someone();
    const api = {
      request: (route: string, options: Parameters<Harness['request']>[1] = {}) =>
        harness.request(route, {
          ...options,
          as: null,
          headers: { authorization: `Bearer ${user.token}`, ...options.headers },
        }),
    };
    const job = await createApp(api, buildArchive());
    const others = await createApp(harness, buildArchive());
    expect(await run(() => removeUserCommand(config(), user.email))).toContain('1 job cancelled');
    expect(await accessOf(user)).toEqual(nothing);
    expect(await jobRow(harness, job)).toMatchObject({
      state: 'killed',
      message: 'Cancelled by operator (command line)',
    });
    expect(await jobRow(harness, others)).toMatchObject({ state: 'queued' });
    const worker = harness.startWorker();
    await vi.waitFor(async () => expect(await pollJob(harness, job)).toMatchObject({ status: 'killed' }), 10_000);
    await worker.close();
    const { rows } = await harness.deps.db.query<{ action: string }>(
      'select action from audit_entries where actor_name = $1',
      [user.email],
    );
    expect(rows.map(({ action }) => action)).toEqual(expect.arrayContaining(['login', 'create']));
    const left = await harness.deps.db.query('select 1 from users where email = $1', [user.email]);
    expect(left.rowCount).toBe(0);
    await expect(run(() => removeUserCommand(config(), user.email))).rejects.toThrow('There is no user');
    // The address is free again.
    await run(() => createUserCommand(config(), user.email, { account: 'other', role: 'agent' }));
  });
});
