import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildApp, endOf, install, read, uploadPackage, type InstallationBody } from '../../support/client.ts';
import { createHarness, type Harness } from '../../support/harness.ts';
import { buildArchive } from '../../support/packages.ts';
import { refusal } from '../../support/refusal.ts';

interface AppBody {
  id: number;
  name: string;
  short_description: string | null;
  version: string;
  parameters: { id: number; name: string }[];
}

describe('building an app', () => {
  let harness: Harness;
  let app: number;
  beforeAll(async () => {
    harness = await createHarness('redis');
    harness.startWorker();
    app = await buildApp(harness, buildArchive());
  });
  afterAll(() => harness.close());

  const show = async (id: number): Promise<AppBody> =>
    read<AppBody>(await harness.request(`/api/sell/apps/${id}.json`), 200);
  const put = async (id: number, json: unknown): Promise<Response> =>
    harness.request(`/api/v2/apps/${id}`, { method: 'PUT', json });

  it('takes the name and the short description of the request before those of the package', async () => {
    const id = await buildApp(harness, buildArchive(), { name: ' Renamed ', short_description: 'Mine' });
    expect(await show(id)).toMatchObject({ name: 'Renamed', short_description: 'Mine' });
    const plain = await buildApp(harness, buildArchive(), { name: null, short_description: null });
    expect(await show(plain)).toMatchObject({ name: 'Tiny', short_description: 'A tiny app.' });
  });

  it('builds a new version, also of the same version string, and keeps what it is not told', async () => {
    const parameters = [
      { name: 'first', type: 'text' },
      { name: 'second', type: 'number' },
    ];
    const id = await buildApp(harness, buildArchive({ manifest: { parameters } }), { short_description: 'Mine' });
    const before = await show(id);
    const update = async (members: Record<string, unknown>, more: Record<string, unknown> = {}): Promise<AppBody> => {
      const upload_id = await uploadPackage(harness, buildArchive({ manifest: members }));
      const body = await read<{ job_id: string }>(await put(id, { upload_id, ...more }), 200);
      expect(body).toEqual({ job_id: expect.stringMatching(/^[0-9a-f]{32}$/) as string });
      expect(await endOf(harness, body.job_id)).toMatchObject({ status: 'completed', app_id: id });
      return show(id);
    };

    const reordered = [{ name: 'new', type: 'text' }, ...parameters.toReversed()];
    const after = await update({ parameters: reordered });
    expect(after).toMatchObject({ id, name: before.name, short_description: 'Mine', version: '1.0.0' });
    const idOf = ({ parameters: all }: AppBody, name: string): number => all.find((one) => one.name === name)!.id;
    expect(idOf(after, 'first')).toBe(idOf(before, 'first'));
    expect(idOf(after, 'second')).toBe(idOf(before, 'second'));
    expect(after.parameters.map(({ name }) => name)).toEqual(['new', 'second', 'first']);
    expect(new Set(after.parameters.map((one) => one.id)).size).toBe(3);

    expect(await update({ version: '2.0.0' }, { name: 'Second' })).toMatchObject({ name: 'Second', version: '2.0.0' });
    expect(await update({ version: '1.5.0' })).toMatchObject({ name: 'Second', version: '1.5.0' });
  });

  it('leaves app and installations as they were when a new version is refused', async () => {
    const id = await buildApp(harness, buildArchive());
    const installation = await install(harness, id);
    const before = await show(id);
    const upload_id = await uploadPackage(harness, buildArchive({ manifest: { version: '3.0.0', author: undefined } }));
    const { job_id } = await read<{ job_id: string }>(await put(id, { upload_id, name: 'Never' }), 200);
    expect(await endOf(harness, job_id)).toMatchObject({ status: 'failed', app_id: id });
    expect(await show(id)).toEqual(before);
    const { installations } = await read<{ installations: InstallationBody[] }>(
      await harness.request('/api/v2/apps/installations'),
      200,
    );
    expect(installations.find((one) => one.id === installation.id)).toEqual(installation);
  });

  it('takes the id of an upload as number or text, and each upload once', async () => {
    for (const form of [Number, String]) {
      const json = { upload_id: form(await uploadPackage(harness, buildArchive())) };
      await read(await harness.request('/api/apps', { method: 'POST', json }), 202);
      const again = await refusal(await harness.request('/api/apps.json', { method: 'POST', json }), 404);
      expect(again.description).toContain(String(json.upload_id));
      await refusal(await put(app, json), 404);
    }
    const json = { upload_id: await uploadPackage(harness, buildArchive()) };
    const routes = ['/api/apps', '/api/v2/apps', '/api/sell/apps.json', '/api/apps.json'];
    const answers = await Promise.all(routes.map((route) => harness.request(route, { method: 'POST', json })));
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([202, 404, 404, 404]);
  });

  it.each([
    ['an upload nobody made', { upload_id: 999_999 }, 404],
    ['an upload nobody made, as text', { upload_id: '999999' }, 404],
    ['no upload', {}, 422],
    ['no upload but a name', { name: 'Mine' }, 422],
    ['null for the upload', { upload_id: null }, 422],
  ])('refuses to build from %s', async (_name, json, status) => {
    const create = await refusal(await harness.request('/api/apps.json', { method: 'POST', json }), status);
    const update = await refusal(await put(app, json), status);
    expect([create.description, update.description]).toEqual([
      expect.stringMatching(/upload/) as string,
      expect.stringMatching(/upload/) as string,
    ]);
  });

  it('has not once been at a loss', () => {
    expect(harness.deps.log.error).not.toHaveBeenCalled();
  });
});

describe('a new version of an app that is installed', () => {
  let harness: Harness;
  beforeAll(async () => {
    harness = await createHarness('redis');
  });
  afterAll(() => harness.close());

  it('takes the place of the old one only when its build is completed', async () => {
    const builder = harness.startWorker();
    const id = await buildApp(harness, buildArchive({ manifest: { parameters: [{ name: 'old', type: 'text' }] } }));
    await builder.close();
    const { id: installationId } = await install(harness, id, { name: 'Mine', old: 'kept' });
    const look = async (): Promise<unknown[]> => {
      const { installation } = await read<{ installation: { version: string; settings: object[] } }>(
        await harness.request(`/api/sell/apps/installations/${installationId}`),
        200,
      );
      const app = await read<AppBody>(await harness.request(`/api/v2/apps/${id}`), 200);
      return [app.version, installation.version, installation.settings[0]];
    };

    const manifest = { version: '2.0.0', parameters: [{ name: 'new', type: 'text' }] };
    const upload_id = await uploadPackage(harness, buildArchive({ manifest }));
    const answer = await harness.request(`/api/v2/apps/${id}.json`, { method: 'PUT', json: { upload_id } });
    const { job_id } = await read<{ job_id: string }>(answer, 200);
    const names = { name: 'Mine', title: 'Mine' };
    expect(await look()).toEqual(['1.0.0', '1.0.0', { ...names, old: 'kept' }]);

    harness.startWorker();
    expect(await endOf(harness, job_id)).toMatchObject({ status: 'completed' });
    expect(await look()).toEqual(['2.0.0', '2.0.0', { ...names, new: null }]);
  });
});
