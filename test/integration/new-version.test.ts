import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createCipher } from '../../src/secrets/cipher.ts';
import { secretContext } from '../../src/use-cases/installation-settings.ts';
import { buildApp, endOf, install, read, uploadPackage } from '../support/client.ts';
import { createHarness, type Harness } from '../support/harness.ts';
import { attempt, jobRow } from '../support/jobs.ts';
import { buildArchive, macros, type ArchiveParts } from '../support/packages.ts';

/** What happens to an app and its installations when a new version of it is built. */
describe('a new version', () => {
  let harness: Harness;
  beforeAll(async () => {
    harness = await createHarness('redis');
  });
  afterAll(() => harness.close());

  const requestUpdate = async (appId: number, parts: ArchiveParts): Promise<string> => {
    const json = { upload_id: await uploadPackage(harness, buildArchive(parts)) };
    const route = `/api/v2/apps/${appId}`;
    return (await read<{ job_id: string }>(await harness.request(route, { method: 'PUT', json }), 200)).job_id;
  };
  const build = async (parts: ArchiveParts): Promise<number> => {
    const worker = harness.startWorker();
    const id = await buildApp(harness, buildArchive(parts));
    await worker.close();
    return id;
  };
  const update = async (appId: number, parts: ArchiveParts): Promise<void> => {
    const worker = harness.startWorker();
    expect(await endOf(harness, await requestUpdate(appId, parts))).toMatchObject({ status: 'completed' });
    await worker.close();
  };
  const versionOf = async (id: number) =>
    (await read<{ version: string }>(await harness.request(`/api/v2/apps/${id}`), 200)).version;
  const change = (id: number, json: unknown) =>
    harness.request(`/api/v2/apps/installations/${id}`, { method: 'PUT', json });
  const rowOf = async (id: number) => {
    const { rows } = await harness.deps.db.query<{ settings: object; secrets: Record<string, string> }>(
      'select settings, secrets from installations where id = $1',
      [id],
    );
    return rows[0]!;
  };
  const parameter = (name: string, more: object = {}) => ({
    manifest: { parameters: [{ name, type: 'text', ...more }] },
  });

  it('that was asked for earlier does not replace one that was asked for later', async () => {
    const id = await build({ manifest: { version: '1.0.0' } });
    const [older, newer] = [
      await requestUpdate(id, { manifest: { version: '2.0.0' } }),
      await requestUpdate(id, { manifest: { version: '3.0.0' } }),
    ];
    await expect(attempt(harness, newer)).resolves.toBe('completed');
    await expect(attempt(harness, older)).resolves.toBe('completed');
    expect(await versionOf(id)).toBe('3.0.0');
    expect((await jobRow(harness, older))['message']).toMatch(/; a build asked for later is current already$/);
  });

  it('that requires a new setting keeps nobody from changing something else', async () => {
    const id = await build({});
    const { id: installation } = await install(harness, id);
    await update(id, parameter('must', { required: true }));
    expect((await change(installation, { enabled: false })).status).toBe(200);
    expect((await change(installation, { settings: { name: 'New' } })).status).toBe(200);
    expect((await change(installation, { settings: { must: '' } })).status).toBe(422);
    expect((await change(installation, { settings: { must: 'x' } })).status).toBe(200);
  });

  it('that calls a setting secure seals what was plain', async () => {
    const id = await build(parameter('api_key'));
    const { id: installation } = await install(harness, id, { api_key: 'hunter2' });
    expect((await rowOf(installation)).settings).toEqual({ api_key: 'hunter2' });
    await update(id, parameter('api_key', { secure: true }));
    const { settings, secrets } = await rowOf(installation);
    expect(settings).toEqual({});
    const cipher = createCipher(harness.deps.config.secretsKeys);
    expect(cipher.open(secrets['api_key']!, secretContext(harness.accountId, 'api_key'))).toBe('hunter2');
  });

  it('that calls a secure setting plain shows nothing that was sealed', async () => {
    const id = await build(parameter('api_key', { secure: true }));
    const { id: installation } = await install(harness, id, { api_key: 'hunter2' });
    await update(id, parameter('api_key'));
    const shown = await (await change(installation, { settings: { name: 'x' } })).text();
    expect(shown).not.toContain('hunter2');
    await change(installation, { settings: { api_key: 'open' } });
    expect(await rowOf(installation)).toEqual({ settings: { api_key: 'open' }, secrets: {} });
  });

  it('gives an installation whose install had failed another try', async () => {
    const id = await build({ requirements: macros(1) });
    const { id: installation, pending_job_id: jobId } = await install(harness, id);
    await harness.deps.db.query(`update jobs set state = 'failed' where id = $1`, [jobId]);
    await harness.deps.db.query(`update installations set state = 'failed' where id = $1`, [installation]);
    const worker = harness.startWorker();
    await endOf(harness, await requestUpdate(id, {}));
    const { rows } = await harness.deps.db.query<{ job_id: string }>('select job_id from installations where id = $1', [
      installation,
    ]);
    await endOf(harness, rows[0]!.job_id);
    const { installations } = await read<{ installations: { id: number; enabled: boolean }[] }>(
      await harness.request('/api/v2/apps/installations'),
      200,
    );
    expect(installations.find((one) => one.id === installation)).toMatchObject({ enabled: true });
    await worker.close();
  });

  it('with a required setting called like a member of every object wants its value', async () => {
    const id = await build(parameter('constructor', { required: true }));
    const json = { app_id: id, settings: { name: 'x' } };
    const refused = await harness.request('/api/v2/apps/installations', { method: 'POST', json });
    expect(refused.status).toBe(422);
    const installed = await install(harness, id, { constructor: 'y' });
    expect(installed.settings_objects).toContainEqual({ name: 'constructor', value: 'y' });
  });
});
