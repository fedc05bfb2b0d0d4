import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { NewCatalogueApp, NewCatalogueVersion } from '../../../src/db/catalogue.ts';
import { changeApp } from '../../../src/use-cases/catalogue/change-app.ts';
import { registerApp } from '../../../src/use-cases/catalogue/register-app.ts';
import type { Person } from '../../support/accounts.ts';
import { publish } from '../../support/acting-as.ts';
import { buildApp, read } from '../../support/client.ts';
import { createHarness, queueBackends, type Harness } from '../../support/harness.ts';
import { buildArchive } from '../../support/packages.ts';
import { aJobId } from '../../support/shapes.ts';

interface Page<T> {
  data: T[];
  next: number | null;
}
interface ListedApp {
  id: number;
  kind: string;
  key: string | null;
  name: string;
  owner: string;
  version: string | null;
}
interface ListedInstallation {
  id: number;
  app_id: number;
  version: string | null;
  state: string;
  job_id: string;
  job_state: string;
}

const actor = { userId: null, name: 'test', ip: null };

describe.each(queueBackends)('the catalogue of all doors, with the queue on %s', (queue) => {
  let harness: Harness;
  beforeAll(async () => {
    harness = await createHarness(queue);
    harness.startWorker();
  });
  afterAll(() => harness.close());

  const at = (route: string, as: Person | null = 'admin') => harness.request(`/api/appyard/v1/${route}`, { as });
  const get = async <T>(route: string, as: Person = 'admin'): Promise<T> => read<T>(await at(route, as), 200);
  const install = (json: unknown, as: Person | null = 'admin') =>
    harness.request('/api/appyard/v1/installations', { as, method: 'POST', json });
  const installed = async (json: unknown, as: Person = 'admin'): Promise<ListedInstallation> =>
    (await read<{ data: ListedInstallation }>(await install(json, as), 201)).data;

  let count = 0;
  /** As a door would register it. */
  const register = (
    app: Partial<NewCatalogueApp> = {},
    version: Partial<NewCatalogueVersion> = {},
  ): ReturnType<typeof registerApp> => {
    count += 1;
    return registerApp(harness.deps, {
      actor,
      app: {
        accountId: harness.accountId,
        kind: 'sixth',
        key: `app-${count}`,
        externalId: null,
        name: `App ${count}`,
        visibility: 'private',
        attributes: { secretive: 'text' },
        ...app,
      },
      version: {
        version: '1.0.0',
        externalId: null,
        state: null,
        attributes: {},
        parameters: [],
        requirements: [],
        ...version,
      },
      describe: ({ visibility }) => ({ visibility }),
    });
  };

  it('lists the apps of every door, in pages, or of one', async () => {
    const packed = await buildApp(harness, buildArchive());
    const described = await register();
    const { data } = await get<Page<ListedApp>>('apps');
    expect(data).toContainEqual(
      expect.objectContaining({ id: packed, kind: 'zendesk', version: '1.0.0', owner: 'acme' }),
    );
    expect(data.find(({ id }) => id === described.id)).toEqual({
      id: described.id,
      kind: 'sixth',
      key: described.key,
      name: described.name,
      owner: 'acme',
      visibility: 'private',
      version: '1.0.0',
      state: null,
      created_at: described.createdAt.toISOString(),
      updated_at: described.updatedAt.toISOString(),
    });
    expect((await get<Page<ListedApp>>('apps?kind=sixth')).data.map(({ kind }) => kind)).not.toContain('zendesk');
    const first = await get<Page<ListedApp>>('apps?limit=1');
    expect(first.data).toHaveLength(1);
    expect((await get<Page<ListedApp>>(`apps?limit=1&after=${first.next}`)).data[0]).toEqual(data[1]);
    expect((await get<Page<ListedApp>>('apps', 'other')).data.map(({ id }) => id)).not.toContain(described.id);
  });

  it('shows an app that is published to some to those only, and lets nobody else install it', async () => {
    const allowed = await register({ visibility: 'public', visibleTo: ['other'] });
    const denied = await register({ visibility: 'public', hiddenFrom: ['other'] });
    const seen = (await get<Page<ListedApp>>('apps', 'other')).data.map(({ id }) => id);
    expect(seen).toContain(allowed.id);
    expect(seen).not.toContain(denied.id);
    expect((await install({ app_id: denied.id }, 'other')).status).toBe(404);
    expect((await installed({ app_id: allowed.id }, 'other')).state).toBe('installed');
    expect((await get<Page<ListedApp>>('apps?owned=true', 'other')).data).toEqual([]);
  });

  it('keeps apps that came through another door out of the lists of the first', async () => {
    const described = await register();
    const { id } = await installed({ app_id: described.id });
    for (const route of [`apps/${described.id}.json`, `apps/installations/${id}.json`])
      expect((await harness.request(`/api/v2/${route}`)).status).toBe(404);
    expect(await (await harness.request('/api/v2/apps/installations.json')).text()).not.toContain(`"id":${id},`);
  });

  it('installs an app of any door through the common pipeline', async () => {
    const requirements = [1, 2, 3].map((n) => ({ type: 'view', identifier: `view-${n}`, payload: { n } }));
    const parameters = [
      { name: 'color', kind: 'text', required: true, secure: false, defaultValue: null },
      { name: 'token', kind: 'text', required: false, secure: true, defaultValue: null },
    ] as const;
    const app = await register({}, { requirements, parameters: [...parameters] });
    expect((await install({ app_id: app.id })).status).toBe(422);
    const started = await installed({ app_id: app.id, settings: { name: 'Mine', color: 'red', token: 'swordfish-1' } });
    expect(started).toMatchObject({
      app_id: app.id,
      app_kind: 'sixth',
      title: 'Mine',
      state: 'pending',
      job_id: aJobId(),
    });
    await vi.waitFor(async () => {
      const { data } = await get<{ data: object }>(`jobs/${started.job_id}`);
      expect(data).toMatchObject({ kind: 'install', state: 'completed', app_id: app.id, installation_id: started.id });
    });
    const listed = (await get<Page<ListedInstallation>>(`installations?app_id=${app.id}`)).data;
    expect(listed).toEqual([expect.objectContaining({ id: started.id, state: 'installed', job_state: 'completed' })]);
    expect(JSON.stringify(listed)).not.toContain('swordfish');
    const { rows } = await harness.deps.db.query(
      'select type, identifier, payload from resources where installation_id = $1 order by id',
      [started.id],
    );
    expect(rows).toEqual(requirements);
    expect((await install({ app_id: app.id, settings: { color: 'red' } })).status).toBe(422);
  });

  it('installs the version that is named, else the current one', async () => {
    const app = await register({ visibility: 'public' });
    await changeApp(harness.deps, {
      actor,
      ref: { accountId: harness.accountId, kind: 'sixth', by: 'id', value: app.id },
      describe: () => ({}),
      decide: () => ({
        current: 'added',
        addVersion: {
          version: '2.0.0',
          externalId: null,
          state: null,
          attributes: {},
          parameters: [],
          requirements: [],
        },
      }),
    });
    expect((await installed({ app_id: app.id, version: '1.0.0' })).version).toBe('1.0.0');
    expect((await installed({ app_id: app.id }, 'other')).version).toBe('2.0.0');
    expect((await install({ app_id: app.id, version: '3.0.0' }, 'other')).status).toBe(404);
  });

  it('lets nobody but the owner install a version that is a draft', async () => {
    const app = await register({ visibility: 'public' }, { state: 'LIVE' });
    await changeApp(harness.deps, {
      actor,
      ref: { accountId: harness.accountId, kind: 'sixth', by: 'id', value: app.id },
      describe: () => ({}),
      decide: () => ({
        addVersion: {
          version: '2.0.0',
          externalId: null,
          state: 'DEVELOPMENT',
          attributes: {},
          parameters: [],
          requirements: [],
        },
      }),
    });
    expect((await install({ app_id: app.id, version: '2.0.0' }, 'other')).status).toBe(404);
    expect((await installed({ app_id: app.id, version: '1.0.0' }, 'other')).version).toBe('1.0.0');
    expect((await installed({ app_id: app.id, version: '2.0.0' })).version).toBe('2.0.0');
  });

  it('changes nothing of an app when its door says no, or another app has the key', async () => {
    const [one, two] = [await register(), await register()];
    const change = (decide: () => object) =>
      changeApp(harness.deps, {
        actor,
        ref: { accountId: harness.accountId, kind: 'sixth', by: 'key', value: one.key! },
        describe: () => ({}),
        decide,
      });
    await expect(
      change(() => {
        throw new Error('no');
      }),
    ).rejects.toThrow('no');
    await expect(change(() => ({ app: { key: two.key, name: 'Other' } }))).rejects.toMatchObject({ code: 'key_taken' });
    const { data } = await get<Page<ListedApp>>('apps?kind=sixth');
    expect(data.find(({ id }) => id === one.id)).toMatchObject({ key: one.key, name: one.name });
    await expect(register({ key: one.key })).rejects.toMatchObject({ code: 'key_taken' });
  });

  it('tells in one audit log what came through which door, and not what the door keeps to itself', async () => {
    const app = await register();
    await publish(harness, app.id, 'public');
    const { id } = await installed({ app_id: app.id });
    const { data, next } = await get<Page<Record<string, unknown>>>('audit_logs?limit=3');
    expect(data).toMatchObject([
      { action: 'create', subject: { type: 'installation', id }, actor: { name: 'ada@acme.example', ip: '127.0.0.1' } },
      { action: 'update', subject: { type: 'app', id: app.id }, before: { visibility: 'private' } },
      { action: 'create', subject: { type: 'app', id: app.id }, after: { kind: 'sixth', visibility: 'private' } },
    ]);
    expect(JSON.stringify(data)).not.toContain('secretive');
    const older = await get<Page<{ id: number }>>(`audit_logs?limit=1&after=${next}`);
    expect(older.data[0]!.id).toBeLessThan(Number(next));
    const apps = await get<Page<{ subject: { type: string } }>>('audit_logs?subject=app&action=create');
    expect(new Set(apps.data.map(({ subject }) => subject.type))).toEqual(new Set(['app']));
  });

  it('has an environment for each account from its beginning', async () => {
    const { data } = await get<Page<{ id: string; name: string }>>('environments');
    expect(data).toEqual([{ id: expect.stringMatching(/^[0-9a-f-]{36}$/), name: expect.any(String) }]);
    expect((await get<Page<{ id: string }>>('environments')).data).toEqual(data);
    expect((await get<Page<{ id: string }>>('environments', 'other')).data[0]!.id).not.toBe(data[0]!.id);
  });

  it.each([
    ['apps?limit=0', 'limit'],
    ['apps?limit=101', 'limit'],
    ['apps?limit=1&limit=2', 'limit'],
    ['apps?after=-1', 'after'],
    ['apps?owned=maybe', 'owned'],
    ['installations?app_id=x', 'app_id'],
    ['audit_logs?subject=moon', 'subject'],
    ['audit_logs?action=dance', 'action'],
  ])('refuses %s and names %s', async (route, field) => {
    const { error } = await read<{ error: { message: string } }>(await at(route), 422);
    expect(error.message).toContain(field);
  });

  it.each([
    [{}, 'app_id'],
    [{ app_id: 'x' }, 'app_id'],
    [{ app_id: -1 }, 'app_id'],
    [{ app_id: 1e300 }, 'app_id'],
    [{ app_id: 1, version: 5 }, 'version'],
    [{ app_id: 1, settings: [] }, 'settings'],
    [{ app_id: 1, enabled: 'yes' }, 'enabled'],
    [{ app_id: 1, color: 'red' }, 'color'],
  ])('refuses to install %j and names %s', async (json, field) => {
    const { error } = await read<{ error: { message: string } }>(await install(json), 422);
    expect(error.message).toContain(field);
  });

  it('is for people of an account; installing and the log are for its admins', async () => {
    const routes = ['apps', 'installations', 'audit_logs', 'environments', 'jobs/1'];
    expect(await Promise.all(routes.map(async (route) => (await at(route, null)).status))).toEqual(
      routes.map(() => 401),
    );
    expect((await at('audit_logs', 'agent')).status).toBe(403);
    expect((await at('apps', 'operator')).status).toBe(403);
    expect((await install({ app_id: 1 }, 'agent')).status).toBe(403);
    expect((await at('jobs/undefined')).status).toBe(404);
    const { job_id } = await installed({ app_id: (await register()).id });
    expect((await at(`jobs/${job_id}`, 'other')).status).toBe(404);
  });
});
