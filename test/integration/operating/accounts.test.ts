import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import {
  listAccountsCommand,
  removeAccountCommand,
  resumeAccountCommand,
  suspendAccountCommand,
} from '../../../src/cli/account.ts';
import { listTablesOfAccounts } from '../../../src/db/account-removal.ts';
import { removeAccount } from '../../../src/use-cases/accounts/remove-account.ts';
import { createAccount } from '../../../src/use-cases/create-account.ts';
import { createToken } from '../../../src/use-cases/create-token.ts';
import { createUser } from '../../../src/use-cases/create-user.ts';
import { adminPassword, emails } from '../../support/accounts.ts';
import { actingAs } from '../../support/acting-as.ts';
import { buildApp, createApp, endOf, install, read } from '../../support/client.ts';
import type { Harness } from '../../support/harness.ts';
import { jobRow } from '../../support/jobs.ts';
import {
  askTokens,
  createForgetfulHarness,
  logIn,
  newAttempt,
  refreshBody,
  sendForm,
  tokenRefusal,
} from '../../support/oauth-login.ts';
import { buildArchive, macros } from '../../support/packages.ts';
import { addOffering, publishOffering, send } from '../../support/xurrent.ts';

describe('appyard account', () => {
  let harness: Harness;
  beforeAll(async () => {
    harness = await createForgetfulHarness();
  });
  afterEach(() => vi.restoreAllMocks());
  afterAll(() => harness.close());
  const run = async (command: () => Promise<void>): Promise<string> => {
    const written = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
    try {
      await command();
      return written.mock.calls.map(([text]) => String(text)).join('');
    } finally {
      written.mockRestore();
    }
  };
  const config = () => harness.deps.config;

  it('suspends an account and resumes it: nobody signs in meanwhile, logins and jobs end, others go on', async () => {
    const tokens = await logIn(harness);
    const job = await createApp(harness, buildArchive());
    expect(await run(() => suspendAccountCommand(config(), 'acme'))).toContain(
      'Account acme is suspended: 1 logins ended, 1 jobs cancelled.',
    );
    const refused = await harness.request('/api/v2/apps/owned');
    expect([refused.status, await refused.text()]).toEqual([403, expect.stringContaining('\\"acme\\" is suspended')]);
    const basic = `Basic ${Buffer.from(`${emails.admin}:${adminPassword}`).toString('base64')}`;
    const withPassword = { as: null, headers: { authorization: basic } };
    expect((await harness.request('/api/v2/apps/owned', withPassword)).status).toBe(403);
    const form = { ...newAttempt().query, email: emails.admin, password: adminPassword, decision: 'allow' };
    expect((await sendForm(harness, form)).status).toBe(403);
    expect(await tokenRefusal(await askTokens(harness, refreshBody(tokens.refresh_token)))).toMatchObject({
      error: 'invalid_grant',
    });
    expect(await jobRow(harness, job)).toMatchObject({ state: 'killed' });
    expect((await harness.request('/api/v2/apps/owned', { as: 'other' })).status).toBe(200);
    expect(await run(() => listAccountsCommand(config(), {}))).toMatch(/\d+\tacme\tsuspended\t2\t0\t0\t/);

    await run(() => resumeAccountCommand(config(), 'acme'));
    expect((await harness.request('/api/v2/apps/owned')).status).toBe(200);
    expect((await harness.request('/api/v2/apps/owned', withPassword)).status).toBe(200);
    const headers = { authorization: `Bearer ${tokens.access_token}` };
    expect((await harness.request('/api/v2/apps/owned', { as: null, headers })).status).toBe(401);
    const json = JSON.parse(await run(() => listAccountsCommand(config(), { json: true }))) as unknown[];
    expect(json).toContainEqual(expect.objectContaining({ subdomain: 'acme', state: 'active', users: 2 }));
    await expect(run(() => suspendAccountCommand(config(), 'nobody'))).rejects.toThrow('there is no account "nobody"');
  });

  /** An account with something in every table, and an app of it that another account has installed. */
  const fill = async (subdomain: string): Promise<Pick<Harness, 'request'>> => {
    const { deps } = harness;
    const email = `admin@${subdomain}.example`;
    const { id } = await createAccount(deps, subdomain);
    await createUser(deps, { subdomain, email, role: 'admin', password: adminPassword });
    const { token } = await createToken(deps, { email, label: 'own', expiresAt: null });
    const api: Pick<Harness, 'request'> = {
      request: (route, options = {}) =>
        harness.request(route, {
          ...options,
          as: null,
          headers: { authorization: `Bearer ${token}`, ...options.headers },
        }),
    };
    const app = await buildApp(api, buildArchive({ requirements: macros(2) }));
    const { pending_job_id: jobId } = await install({ ...harness, ...api }, app);
    await endOf(api, jobId);
    await logIn(harness, { who: { email, password: adminPassword } });
    const offering = await addOffering(api, { name: `Of ${subdomain}` });
    await publishOffering(api, offering.id);
    const customer = actingAs(harness, 'other');
    await read(await send(customer, 'POST', '/v1/app_instances', { json: { app_offering_id: offering.id } }), 201);
    await read(
      await send(api, 'POST', '/v1/service_instances', { json: { name: 'A' }, headers: { 'idempotency-key': 'one' } }),
      201,
    );
    await deps.db.query(
      `insert into app_ratings (app_id, user_id, account_id, stars)
       select $1, u.id, u.account_id, 4 from users u where u.account_id = $2`,
      [app, id],
    );
    return api;
  };
  const rowsOf = async (accountId: number): Promise<Record<string, number>> => {
    const tables = [...(await listTablesOfAccounts(harness.deps.db)), 'apps', 'users', 'oauth_grants', 'resources'];
    const counts: [string, number][] = [];
    for (const table of tables) {
      const { rows } = await harness.deps.db.query<{ n: number }>(
        `select count(*) as n from ${table} where account_id = $1`,
        [accountId],
      );
      counts.push([table, rows[0]!.n]);
    }
    return Object.fromEntries(counts);
  };
  const idOf = async (subdomain: string): Promise<number> =>
    (await harness.deps.db.query<{ id: number }>('select id from accounts where subdomain = $1', [subdomain])).rows[0]!
      .id;

  it('removes an account with all its rows in small batches, goes on when it was broken off, and touches no other', async () => {
    const worker = harness.startWorker();
    const api = await fill('gone');
    await fill('stays');
    await worker.close();
    await createApp(api, buildArchive());
    const [gone, stays] = [await idOf('gone'), await idOf('stays')];
    const before = await rowsOf(stays);
    expect(await rowsOf(gone)).toMatchObject({
      installations: 1,
      signing_keys: 1,
      oauth_grants: 1,
      idempotency_keys: 1,
    });

    expect(() => removeAccountCommand(config(), 'gone', {})).toThrow('--confirm gone');
    let batches = 0;
    const broken = removeAccount(harness.deps, 'gone', {
      batch: 2,
      waitMs: 0,
      onBatch: (_what, rows) => {
        expect(rows).toBeLessThanOrEqual(6);
        if ((batches += 1) === 5) throw new Error('interrupted');
      },
    });
    await expect(broken).rejects.toThrow('interrupted');
    expect((await api.request('/api/v2/apps/owned')).status).toBeGreaterThanOrEqual(401);
    expect(await run(() => listAccountsCommand(config(), {}))).toContain('gone\tbeing removed');
    await expect(run(() => resumeAccountCommand(config(), 'gone'))).rejects.toThrow('is being removed');

    expect(await run(() => removeAccountCommand(config(), 'gone', { confirm: 'gone', waitMs: 0 }))).toMatch(
      /^Account gone is removed, with \d+ rows\. /,
    );
    for (const rows of Object.values(await rowsOf(gone))) expect(rows).toBe(0);
    expect(await rowsOf(stays)).toEqual(before);
    const { rows } = await harness.deps.db.query(
      `select e.actor_name, e.action from audit_entries e join accounts a on a.id = e.account_id
       where a.subdomain = 'other' and e.subject_type = 'installation' and e.action = 'destroy'`,
    );
    expect(rows).toEqual([{ actor_name: 'operator (command line)', action: 'destroy' }]);
    await createAccount(harness.deps, 'gone');
  });

  it('leaves no table out: each that belongs to accounts has an index for its batches', async () => {
    const tables = [...(await listTablesOfAccounts(harness.deps.db)), 'apps', 'users', 'oauth_grants'];
    const { rows } = await harness.deps.db.query<{ name: string }>(
      `select distinct c.relname as name from pg_index i join pg_class c on c.oid = i.indrelid
         join pg_attribute a on a.attrelid = c.oid and a.attnum = i.indkey[0]
       where a.attname = 'account_id' and c.relnamespace = 'public'::regnamespace`,
    );
    const indexed = rows.map(({ name }) => name);
    expect(tables.filter((table) => !indexed.includes(table))).toEqual([]);
    expect(tables).toContain('audit_entries');
  });
});
