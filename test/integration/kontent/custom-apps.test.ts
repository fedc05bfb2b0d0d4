import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { read } from '../../support/client.ts';
import { createHarness, type Harness } from '../../support/harness.ts';
import { countOf } from '../../support/jobs.ts';
import {
  environmentOf,
  inEnvironment,
  kontentRefusal,
  newApp,
  pathsOf,
  type CustomAppBody,
  type Kontent,
  type PageBody,
} from '../../support/kontent.ts';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

describe('custom apps', () => {
  let harness: Harness;
  let environmentId: string;
  let send: Kontent;
  let roles: { id: string; codename: string }[];
  beforeAll(async () => {
    harness = await createHarness('redis');
    environmentId = await environmentOf(harness);
    send = inEnvironment(harness, environmentId);
    roles = (await read<{ roles: typeof roles }>(await send('GET', '/roles'), 200)).roles;
  });
  afterAll(() => harness.close());
  beforeEach(async () => {
    await harness.deps.db.query('delete from apps');
  });

  const add = async (overrides: Record<string, unknown> = {}): Promise<CustomAppBody> =>
    read<CustomAppBody>(await send('POST', '/custom-apps', { json: newApp(overrides) }), 201);

  describe('to add', () => {
    it('answers 201 with every field, roles by their ids', async () => {
      const [manager, developer] = roles;
      const config = '{"theme":{"color":"#007BFF"}}';
      const app = await add({
        config,
        display_mode: 'dialog',
        allowed_roles: [{ codename: manager!.codename }, { id: developer!.id.toUpperCase() }],
      });
      expect(app).toEqual({
        id: expect.stringMatching(UUID),
        name: 'My custom app',
        codename: 'my_app',
        source_url: 'https://customapp.net',
        config,
        allowed_roles: [{ id: manager!.id }, { id: developer!.id }],
        display_mode: 'dialog',
      });
      expect(await read(await send('GET', `/custom-apps/${app.id}`), 200)).toEqual(app);
    });

    it('takes what is left out as nothing: no configuration, everyone may use it, the whole screen', async () => {
      expect(await add()).toMatchObject({ config: null, allowed_roles: [], display_mode: 'fullScreen' });
      expect(await add({ codename: 'b', config: '' })).toMatchObject({ config: '' });
    });

    it('is refused for a role that is named twice, however it is named', async () => {
      const { id, codename } = roles[0]!;
      for (const twin of [{ codename }, { id }, { id: id.toUpperCase() }]) {
        const json = newApp({ allowed_roles: [{ id }, twin] });
        const error = await kontentRefusal(await send('POST', '/custom-apps', { json }), 400);
        expect(pathsOf(error)).toEqual([`allowed_roles[1].${'id' in twin ? 'id' : 'codename'}`]);
      }
      expect((await read<PageBody>(await send('GET', '/custom-apps'), 200)).custom_apps).toEqual([]);
    });

    it('takes texts up to their limits, and no further', async () => {
      const longest = {
        name: 'n'.repeat(200),
        codename: 'c'.repeat(60),
        source_url: `https://${'h'.repeat(242)}`,
        config: 'é'.repeat(100_000),
      };
      expect(await add(longest)).toMatchObject(longest);
      for (const [field, text] of Object.entries(longest)) {
        const json = newApp({ codename: 'other', [field]: `${text}x` });
        expect(pathsOf(await kontentRefusal(await send('POST', '/custom-apps', { json }), 400))).toEqual([field]);
      }
    });

    it('takes a configuration at its limit also when every character is escaped', async () => {
      const escaped = JSON.stringify(newApp({ config: 'CONFIG' })).replace('CONFIG', '\\u3042'.repeat(100_000));
      const headers = { 'content-type': 'application/json' };
      const response = await send('POST', '/custom-apps', { body: escaped, headers });
      expect((await read<CustomAppBody>(response, 201)).config).toBe('あ'.repeat(100_000));
    });

    it('does not look into a configuration', async () => {
      expect(await add({ config: '""{broken' })).toMatchObject({ config: '""{broken' });
    });

    it('takes codenames with hyphens and capitals', async () => {
      expect(await add({ codename: 'Custom-App_1' })).toMatchObject({ codename: 'Custom-App_1' });
    });

    it('ignores an id', async () => {
      const id = '7740a768-bfa5-4f64-bab4-d77cc0791d4c';
      expect((await add({ id })).id).not.toBe(id);
    });

    it('makes a codename of the name where there is none, another one each time', async () => {
      const nameless = { codename: undefined, name: 'Änderungs-Log 2.0!' };
      const apps = await Promise.all(Array.from({ length: 4 }, () => add(nameless)));
      const codenames = apps.map(({ codename }) => codename);
      expect(new Set(codenames).size).toBe(4);
      expect(codenames.filter((codename) => codename === 'anderungs_log_2_0')).toHaveLength(1);
      for (const codename of codenames) expect(codename).toMatch(/^anderungs_log_2_0(_[0-9a-f]{6})?$/);
    });

    it('is refused for a codename that the environment has, and named', async () => {
      await add();
      const error = await kontentRefusal(await send('POST', '/custom-apps', { json: newApp() }), 400);
      expect(error.validation_errors).toEqual([{ path: 'codename', message: expect.stringContaining('taken') }]);
    });

    it('succeeds once when two add the same codename at once', async () => {
      const responses = await Promise.all(
        Array.from({ length: 6 }, () => send('POST', '/custom-apps', { json: newApp() })),
      );
      expect(responses.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([201, 400, 400, 400, 400, 400]);
      for (const response of responses.filter(({ status }) => status === 400))
        expect(pathsOf(await kontentRefusal(response, 400))).toEqual(['codename']);
    });

    it('accepts a slash at the end', async () => {
      await read(await send('POST', '/custom-apps/', { json: newApp() }), 201);
      expect((await read<PageBody>(await send('GET', '/custom-apps/'), 200)).custom_apps).toHaveLength(1);
    });
  });

  describe('to get', () => {
    it('finds it by id in any letter case and by codename', async () => {
      const app = await add();
      for (const ref of [app.id, app.id.toUpperCase(), 'codename/my_app', 'codename/my_app/'])
        expect(await read(await send('GET', `/custom-apps/${ref}`), 200)).toEqual(app);
    });

    it('accepts a content type without a body', async () => {
      const { id } = await add();
      const headers = { 'content-type': 'application/json' };
      await read(await send('GET', `/custom-apps/${id}`, { headers }), 200);
      expect((await send('DELETE', `/custom-apps/${id}`, { headers })).status).toBe(204);
    });

    it('answers 404 that names what was asked for', async () => {
      await add();
      const unknown = ['f4b3fc05-e988-4dae-9ac1-a94aba566474', 'codename/MY_APP', 'my_app', '1', 'codename/a%2Fb'];
      for (const ref of [...unknown, 'codename/%00', 'codename/__proto__', `codename/${'x'.repeat(61)}`])
        for (const method of ['GET', 'DELETE']) {
          const { error_code, message } = await kontentRefusal(await send(method, `/custom-apps/${ref}`), 404);
          expect(error_code).toBe(100);
          expect(message).toContain(decodeURIComponent(ref).replace('codename/', ''));
        }
    });
  });

  describe('to delete', () => {
    it('answers 204 without a body, and once only', async () => {
      const { id } = await add();
      const response = await send('DELETE', `/custom-apps/${id}`);
      expect([response.status, await response.text()]).toEqual([204, '']);
      await kontentRefusal(await send('DELETE', `/custom-apps/${id}`), 404);
      await kontentRefusal(await send('GET', '/custom-apps/codename/my_app'), 404);
      await add();
    });

    it('works by codename, and once when many delete at once', async () => {
      await add();
      const responses = await Promise.all(
        Array.from({ length: 5 }, () => send('DELETE', '/custom-apps/codename/my_app')),
      );
      expect(responses.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([204, 404, 404, 404, 404]);
      for (const response of responses.filter(({ status }) => status === 404))
        expect((await kontentRefusal(response, 404)).message).toContain("'my_app'");
    });
  });

  describe('in the catalogue', () => {
    it('are installed through the common pipeline, once, and go with their installation', async () => {
      const { id } = await add();
      const { rows } = await harness.deps.db.query<{ id: number; kind: string; key: string; visibility: string }>(
        'select id, kind, key, visibility from apps where external_id = $1',
        [id],
      );
      expect(rows[0]).toMatchObject({ kind: 'kontent', key: `${environmentId}/my_app`, visibility: 'private' });
      const install = () =>
        harness.request('/api/appyard/v1/installations', { method: 'POST', json: { app_id: rows[0]!.id } });
      const { data } = await read<{ data: Record<string, unknown> }>(await install(), 201);
      expect(data).toMatchObject({ app_id: rows[0]!.id, state: 'installed', job_state: 'completed', enabled: true });
      expect((await install()).status).toBe(422);
      expect((await send('DELETE', `/custom-apps/${id}`)).status).toBe(204);
      expect(await countOf(harness, 'installations')).toBe(0);
    });
  });

  describe('in the audit log', () => {
    it('are told of without their configuration', async () => {
      const secret = 'token-of-another-system';
      const { id } = await add({ config: secret });
      const json = [
        { op: 'replace', property_name: 'config', value: `${secret} 2` },
        { op: 'replace', property_name: 'name', value: 'New' },
      ];
      await read(await send('PATCH', `/custom-apps/${id}`, { json }), 200);
      await send('DELETE', `/custom-apps/${id}`);
      const { rows } = await harness.deps.db.query<Record<string, unknown>>(
        'select action, actor_name, subject_name, before, after from audit_entries order by id desc limit 3',
      );
      expect(rows.map(({ action }) => action)).toEqual(['destroy', 'update', 'create']);
      expect(rows[1]).toMatchObject({ before: { name: 'My custom app' }, after: { name: 'New' } });
      expect(rows[2]).toMatchObject({ after: { codename: 'my_app', config: '(hidden)', environment: environmentId } });
      expect(JSON.stringify(rows)).not.toContain(secret);
    });
  });
});
