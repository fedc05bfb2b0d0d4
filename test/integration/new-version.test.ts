import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createCipher } from '../../src/secrets/cipher.ts';
import { secretContext } from '../../src/use-cases/installation-settings.ts';
import { buildApp, endOf, install, read, uploadPackage, type InstallationBody } from '../support/client.ts';
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
  interface Shown extends InstallationBody {
    state: string;
    missing_settings: string[];
  }
  const shownOf = async (id: number): Promise<Shown> => {
    const answer = await harness.request('/api/v2/apps/installations');
    const { installations } = await read<{ installations: Shown[] }>(answer, 200);
    return installations.find((one) => one.id === id)!;
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
    // As a release without turns dispatches them.
    await harness.deps.db.query('update jobs set dispatched_at = now() where id = $1', [newer]);
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

  it('that makes a setting an access token seals what was plain', async () => {
    const id = await build(parameter('grant'));
    const { id: installation } = await install(harness, id, { grant: 'hunter2' });
    await update(id, parameter('grant', { type: 'oauth' }));
    const { settings, secrets } = await rowOf(installation);
    expect({ settings, names: Object.keys(secrets) }).toEqual({ settings: {}, names: ['grant'] });
    expect(await shownOf(installation)).toMatchObject({ settings: { grant: null } });
  });

  it('finds the settings of the one before under their names, also those it has no parameter for', async () => {
    const id = await build(parameter('colour'));
    const { id: installation } = await install(harness, id, { colour: 'red' });
    await update(id, parameter('shape'));
    expect((await shownOf(installation)).settings).toEqual({ name: 'Tiny', title: 'Tiny', shape: null });
    await update(id, parameter('colour'));
    expect(await shownOf(installation)).toMatchObject({ settings: { colour: 'red' } });
  });

  it('that wants another kind of value reads what fits, and keeps what does not for the older version', async () => {
    const id = await build({ manifest: { parameters: [{ name: 'fits' }, { name: 'not' }] } });
    const { id: installation } = await install(harness, id, { fits: '6', not: 'abc' });
    const numbers = [
      { name: 'fits', type: 'number', required: true },
      { name: 'not', type: 'number', required: true },
    ];
    await update(id, { manifest: { parameters: numbers } });
    const shown = await shownOf(installation);
    expect(shown).toMatchObject({
      settings: { fits: 6, not: null },
      missing_settings: ['not'],
      state: 'needs_settings',
      enabled: true,
    });
    // What is shown comes back whole, and changes nothing.
    expect((await change(installation, { settings: shown.settings })).status).toBe(200);
    await update(id, { manifest: { parameters: [{ name: 'fits' }, { name: 'not' }] } });
    expect(await shownOf(installation)).toMatchObject({ settings: { fits: '6', not: 'abc' }, missing_settings: [] });
  });

  it('gives installations the defaults of new settings at once, but not those that were emptied', async () => {
    const id = await build(parameter('emptied'));
    const { id: installation } = await install(harness, id, { emptied: '' });
    const parameters = [
      { name: 'emptied', default: 'x' },
      { name: 'added', type: 'number', required: true, default: 5 },
      { name: 'sealed', secure: true, required: true, default: 'y', scopes: ['header'] },
      { name: 'broken', type: 'number', default: 'five' },
    ];
    await update(id, { manifest: { parameters } });
    expect(await shownOf(installation)).toMatchObject({
      settings: { emptied: '', added: 5, sealed: null, broken: null },
      missing_settings: [],
    });
    parameters[1]!.default = 6;
    await update(id, { manifest: { parameters } });
    expect(await shownOf(installation)).toMatchObject({ settings: { added: 6 } });
  });

  it('that requires a new setting leaves installations running, and says what they need until they have it', async () => {
    const id = await build(parameter('old', { required: true }));
    const { id: installation } = await install(harness, id, { old: 'a' });
    const parameters = [
      { name: 'old', required: true },
      { name: 'must', required: true },
      { name: 'secret', required: true, secure: true, scopes: ['header'] },
      { name: 'grant', type: 'oauth', required: true },
      { name: 'free' },
    ];
    await update(id, { manifest: { parameters } });
    const needing = await shownOf(installation);
    expect(needing).toMatchObject({
      enabled: true,
      pending_installation: false,
      state: 'needs_settings',
      missing_settings: ['must', 'secret', 'grant'],
    });
    // Sent back whole with something else changed.
    expect((await change(installation, { settings: { ...needing.settings, free: 'b' } })).status).toBe(200);
    expect((await change(installation, { settings: { must: '' } })).status).toBe(422);
    await change(installation, { settings: { must: 'x', secret: 'y' } });
    expect(await shownOf(installation)).toMatchObject({ missing_settings: ['grant'], state: 'needs_settings' });
    await change(installation, { settings: { grant: 'z' } });
    const mended = await shownOf(installation);
    expect(mended).toMatchObject({ missing_settings: [], enabled: true, settings: { old: 'a', free: 'b' } });
    expect(mended.state).not.toBe('needs_settings');
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
