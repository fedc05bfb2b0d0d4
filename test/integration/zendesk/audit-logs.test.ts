import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createToken } from '../../../src/use-cases/create-token.ts';
import { createUser } from '../../../src/use-cases/create-user.ts';
import { setUserGroups } from '../../../src/use-cases/set-user-groups.ts';
import { switchChecks } from '../../../src/use-cases/switch-checks.ts';
import { publish } from '../../support/acting-as.ts';
import { emails } from '../../support/accounts.ts';
import { buildApp, createApp, endOf, install, read, uploadPackage } from '../../support/client.ts';
import { createHarness, type Harness } from '../../support/harness.ts';
import { buildArchive } from '../../support/packages.ts';
import { refusal } from '../../support/refusal.ts';
import { aTime, anId } from '../../support/shapes.ts';

interface Entry {
  id: number;
  url: string;
  action: string;
  action_label: string;
  actor_id: number | null;
  actor_name: string;
  change_description: string;
  created_at: string;
  ip_address: string | null;
  source_id: number | null;
  source_label: string;
  source_type: string;
  before: Record<string, unknown> | null;
  after: Record<string, unknown> | null;
}
interface Page {
  audit_logs: Entry[];
  meta: { has_more: boolean; after_cursor: string | null; before_cursor: string | null };
  links: { next: string | null; prev: string | null };
}

const SECRET = 'swordfish-2718';
const parameters = [
  { name: 'color', type: 'text' },
  { name: 'token', type: 'text', secure: true, scopes: ['header'] },
];

describe('the audit log', () => {
  let harness: Harness;
  beforeAll(async () => {
    harness = await createHarness('postgres');
    harness.startWorker();
  });
  afterAll(() => harness.close());

  const page = async (query = '', as: 'admin' | 'other' = 'admin'): Promise<Page> =>
    read<Page>(await harness.request(`/api/v2/audit_logs.json${query}`, { as }), 200);
  /** Of one thing, oldest first. */
  const historyOf = async (type: string, id: number, as: 'admin' | 'other' = 'admin'): Promise<Entry[]> =>
    (await page(`?filter[source_type]=${type}&filter[source_id]=${id}&sort=created_at`, as)).audit_logs;
  const change = (id: number, json: unknown): Promise<Response> =>
    harness.request(`/api/v2/apps/installations/${id}.json`, { method: 'PUT', json });

  it('says who did what, when, from where, and what it was before and after', async () => {
    const upload = await uploadPackage(harness, buildArchive());
    const [entry] = await historyOf('app_upload', upload);
    expect(entry).toEqual({
      id: anId(),
      url: expect.stringMatching(/\/api\/v2\/audit_logs\/\d+\.json$/),
      action: 'create',
      action_label: 'Created',
      actor_id: anId(),
      actor_name: emails.admin,
      change_description: expect.stringMatching(/^sha256: "[0-9a-f]{64}"\nsize: \d+$/),
      created_at: aTime(),
      ip_address: '127.0.0.1',
      source_id: upload,
      source_label: 'app.zip',
      source_type: 'app_upload',
      before: null,
      after: { sha256: expect.stringMatching(/^[0-9a-f]{64}$/), size: expect.any(Number) },
    });
    const one = await harness.request(new URL(entry!.url).pathname);
    expect(await read(one, 200)).toEqual({ audit_log: entry });
  });

  it('tells the life of an app, in the name of whoever asked for each build', async () => {
    const app = await buildApp(harness, buildArchive(), { name: 'Diary' });
    const put = await harness.request(`/api/v2/apps/${app}.json`, {
      method: 'PUT',
      json: {
        upload_id: await uploadPackage(harness, buildArchive({ manifest: { version: '2.0.0' } })),
        name: 'Journal',
      },
    });
    await endOf(harness, (await read<{ job_id: string }>(put, 200)).job_id);
    await publish(harness, app, 'public');
    await harness.request(`/api/v2/apps/${app}.json`, { method: 'DELETE' });

    expect(await historyOf('app', app)).toMatchObject([
      {
        action: 'create',
        actor_name: emails.admin,
        ip_address: '127.0.0.1',
        source_label: 'Diary',
        before: null,
        after: { name: 'Diary', version: '1.0.0' },
      },
      {
        action: 'update',
        actor_name: emails.admin,
        before: { name: 'Diary', version: '1.0.0' },
        after: { name: 'Journal', version: '2.0.0' },
        change_description: 'name: "Diary" to "Journal"\nversion: "1.0.0" to "2.0.0"',
      },
      {
        action: 'update',
        actor_id: null,
        actor_name: expect.stringMatching(/^operator/),
        before: { visibility: 'private' },
        after: { visibility: 'public' },
      },
      { action: 'destroy', source_label: 'Journal', before: { version: '2.0.0', visibility: 'public' }, after: null },
    ]);
    const builds = (await page('?filter[source_type]=app_build')).audit_logs;
    expect(builds[0]).toMatchObject({ action: 'create', after: { app_id: app, name: 'Journal' } });
  });

  it('records a build that was asked for also when it fails', async () => {
    const job = await createApp(harness, buildArchive({ files: { 'manifest.json': '{' } }));
    expect(await endOf(harness, job)).toMatchObject({ status: 'failed' });
    expect((await page()).audit_logs[0]).toMatchObject({
      action: 'create',
      source_type: 'app_build',
      source_label: job,
    });
  });

  it('tells the life of an installation, and of its secrets only that they are there', async () => {
    const app = await buildApp(harness, buildArchive({ manifest: { parameters } }));
    const { id } = await install(harness, app, { name: 'Mine', color: 'red', token: SECRET });
    await change(id, { settings: { color: 'blue' }, enabled: false, role_restrictions: ['admin'] });
    await change(id, { settings: { token: `${SECRET}-2` } });
    await change(id, { settings: { color: 'blue' } });
    await harness.request(`/api/v2/apps/installations/${id}.json`, { method: 'DELETE' });

    const history = await historyOf('app_installation', id);
    expect(history).toMatchObject([
      {
        action: 'create',
        source_label: 'Mine',
        after: {
          app_id: app,
          product: 'support',
          enabled: true,
          'settings.color': 'red',
          'settings.token': '(secret)',
        },
      },
      {
        action: 'update',
        before: { enabled: true, role_restrictions: null, 'settings.color': 'red' },
        after: { enabled: false, role_restrictions: ['admin'], 'settings.color': 'blue' },
      },
      { before: { 'settings.token': '(secret)' }, after: { 'settings.token': '(secret, new)' } },
      // Somebody saved it without a change: there is nothing to tell.
      { action: 'destroy', before: { product: 'support', 'settings.token': '(secret)' }, after: null },
    ]);
    expect(JSON.stringify(history)).not.toContain(SECRET);
  });

  it('tells another account what its installation went through, but not who did it', async () => {
    const app = await buildApp(harness, buildArchive());
    await publish(harness, app, 'public');
    const other = { request: (route: string, options = {}) => harness.request(route, { as: 'other', ...options }) };
    const theirs = await install(other, app, { name: 'Theirs' });
    const ours = await install(harness, app, { name: 'Ours' });
    const put = await harness.request(`/api/v2/apps/${app}.json`, {
      method: 'PUT',
      json: { upload_id: await uploadPackage(harness, buildArchive({ manifest: { version: '2.0.0' } })) },
    });
    await endOf(harness, (await read<{ job_id: string }>(put, 200)).job_id);
    await harness.request(`/api/v2/apps/${app}.json`, { method: 'DELETE' });

    expect((await historyOf('app_installation', ours.id)).slice(1)).toMatchObject([
      { action: 'update', actor_name: emails.admin, before: { version: '1.0.0' }, after: { version: '2.0.0' } },
      { action: 'destroy', actor_name: emails.admin, ip_address: '127.0.0.1' },
    ]);
    expect((await historyOf('app_installation', theirs.id, 'other')).slice(1)).toMatchObject([
      { action: 'update', actor_id: null, actor_name: 'developer of the app', ip_address: null },
      { action: 'destroy', actor_id: null, actor_name: 'developer of the app', ip_address: null },
    ]);
    expect(await historyOf('app_installation', theirs.id)).toEqual([]);
  });

  it('tells of long texts how they begin', async () => {
    const app = await buildApp(harness, buildArchive({ manifest: { parameters } }));
    const { id } = await install(harness, app, { name: 'Mine', color: '🎈'.repeat(2_000) });
    const [entry] = await historyOf('app_installation', id);
    expect(entry!.after!['settings.color']).toMatch(/^(🎈){100}… \(4000 characters\)$/u);
  });

  it('tells what was done at the machine: who can get in is what it is asked about most', async () => {
    const { deps } = harness;
    const email = 'new@acme.example';
    await createUser(deps, { subdomain: 'acme', email, role: 'agent', password: null });
    await setUserGroups(deps, { email, groups: ['support'] });
    await createToken(deps, { email, label: 'laptop', expiresAt: null });
    await switchChecks(deps, 'acme', [{ name: 'mtls', on: true }]);
    const { audit_logs } = await page('?page[size]=4');
    expect(audit_logs).toMatchObject([
      { action: 'update', source_type: 'account', before: { mtls: false }, after: { mtls: true } },
      { action: 'create', source_type: 'api_token', after: { user: email, label: 'laptop' } },
      {
        action: 'update',
        source_type: 'user',
        source_label: email,
        before: { groups: [] },
        after: { groups: ['support'] },
      },
      { action: 'create', source_type: 'user', source_label: email, after: { role: 'agent' } },
    ]);
    expect(new Set(audit_logs.map((entry) => entry.actor_name))).toEqual(new Set(['operator (command line)']));
  });

  it('writes nothing for what was refused', async () => {
    const before = await page();
    await harness.request('/api/apps.json', { method: 'POST', json: { upload_id: 999_999 } });
    await harness.request('/api/v2/apps/999999.json', { method: 'DELETE' });
    await harness.request('/api/v2/apps/installations/999999.json', { method: 'PUT', json: { enabled: true } });
    await change(1, { settings: { nobody: 'knows' } });
    expect(await page()).toEqual(before);
  });

  describe('in pages', () => {
    const ids: number[] = [];
    beforeAll(async () => {
      for (let i = 0; i < 7; i += 1) ids.push(await uploadPackage(harness, buildArchive()));
    });
    const uploads = '?filter[source_type]=app_upload';
    const follow = async (link: string | null): Promise<Page> => {
      const { pathname, search } = new URL(link!);
      return read<Page>(await harness.request(pathname + search), 200);
    };
    const sources = ({ audit_logs }: Page): (number | null)[] => audit_logs.map((entry) => entry.source_id);

    it('goes on by the links to the end and back, newest first', async () => {
      const first = await page(`${uploads}&page[size]=3`);
      expect(sources(first)).toEqual([ids[6], ids[5], ids[4]]);
      expect(first).toMatchObject({ meta: { has_more: true }, links: { prev: null } });
      // What is new meanwhile does not move what comes next.
      await uploadPackage(harness, buildArchive());
      const second = await follow(first.links.next);
      expect(sources(second)).toEqual([ids[3], ids[2], ids[1]]);
      const back = await follow(second.links.prev);
      expect(sources(back)).toEqual(sources(first));
      expect(back.links.next).not.toBeNull();
      let last = second;
      while (last.links.next !== null) last = await follow(last.links.next);
      expect(last.meta.has_more).toBe(false);
    });

    it('goes by cursors, and oldest first where asked', async () => {
      const query = `${uploads}&sort=created_at&page[size]=2`;
      const first = await page(query);
      const second = await page(`${query}&page[after]=${first.meta.after_cursor}`);
      expect(second.audit_logs[0]!.id).toBeGreaterThan(first.audit_logs[1]!.id);
      const back = await page(`${query}&page[before]=${second.meta.before_cursor}`);
      expect(back.audit_logs).toEqual(first.audit_logs);
      expect(back.meta.has_more).toBe(false);
      expect(back.links.prev).toBeNull();
    });

    it('is empty, not broken, beyond the end', async () => {
      const oldest = await page('?sort=created_at&page[size]=1');
      const beyond = await page(`?page[after]=${oldest.meta.after_cursor}`);
      expect(beyond).toMatchObject({
        audit_logs: [],
        meta: { has_more: false, after_cursor: null, before_cursor: null },
        links: { next: null, prev: null },
      });
    });

    it('filters by action, actor, address and time', async () => {
      const [newest] = (await page()).audit_logs;
      const both = `filter[created_at]=${newest!.created_at}&filter[created_at]=2999-01-01T00:00:00Z`;
      const query = `?filter[action]=create&filter[actor_id]=${newest!.actor_id}&filter[ip_address]=127.0.0.1&${both}`;
      expect((await page(query)).audit_logs[0]).toEqual(newest);
      for (const nothing of ['ip_address]=192.0.2.1', 'actor_id]=999999', 'action]=login'])
        expect((await page(`?filter[${nothing}`)).audit_logs).toEqual([]);
      expect((await page('?filter[created_at]=2001-01-01&filter[created_at]=2001-01-02')).audit_logs).toEqual([]);
    });
  });

  it.each([
    ['page[size]=0', 'page[size]'],
    ['page[size]=101', 'page[size]'],
    ['page[size]=1&page[size]=2', 'page[size]'],
    ['page[after]=nonsense', 'page[after]'],
    ['page[after]=MQ&page[before]=MQ', 'page[before]'],
    [`page[before]=${'A'.repeat(100)}`, 'page[before]'],
    ['page=2', 'page'],
    ['filter[color]=red', 'filter[color]'],
    ['filter[action]=dance', 'filter[action]'],
    ['filter[actor_id]=me', 'filter[actor_id]'],
    ['filter[ip_address]=home', 'filter[ip_address]'],
    ['filter[source_type]=moon', 'filter[source_type]'],
    ['filter[created_at]=2026-01-01', 'filter[created_at]'],
    ['filter[created_at]=2026-01-02&filter[created_at]=2026-01-01', 'filter[created_at]'],
    ['filter[created_at]=today&filter[created_at]=tomorrow', 'filter[created_at]'],
    ['sort=name', 'sort'],
  ])('refuses ?%s and names %s', async (query, field) => {
    const { description } = await refusal(await harness.request(`/api/v2/audit_logs.json?${query}`), 422);
    expect(description).toContain(field);
  });

  it('is for admins, each of their own account', async () => {
    const [entry] = (await page()).audit_logs;
    await refusal(await harness.request('/api/v2/audit_logs', { as: null }), 401);
    const { description } = await refusal(await harness.request('/api/v2/audit_logs', { as: 'agent' }), 403);
    expect(description).toContain('admin');
    await refusal(await harness.request('/api/v2/audit_logs', { as: 'operator' }), 403);
    await refusal(await harness.request(`/api/v2/audit_logs/${entry!.id}.json`, { as: 'other' }), 404);
    await refusal(await harness.request('/api/v2/audit_logs/0'), 422);
  });
});
