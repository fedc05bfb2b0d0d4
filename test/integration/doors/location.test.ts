import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildApp, uploadPackage, read } from '../../support/client.ts';
import { createHarness, type Harness } from '../../support/harness.ts';
import { environmentOf, newApp as customApp } from '../../support/kontent.ts';
import { getReady, newApp as os1App, REGISTER, type AppBody } from '../../support/os1.ts';
import { buildArchive } from '../../support/packages.ts';
import { sendRaw, type RawAnswer } from '../../support/raw-http.ts';
import { expectReplay } from '../../support/replays.ts';
import { addOffering, newOffering, publishOffering, serviceInstanceOf } from '../../support/xurrent.ts';

const OWN = 'apps.example.com';
const PUBLIC_URL = `https://${OWN}`;
const SLOTS = ['/api/v2', '/api/support', '/api/sell', '/api/zendesk', '/api'];

describe('the Location of what a request makes', () => {
  let harness: Harness;
  let app: number;
  let service: number;
  beforeAll(async () => {
    harness = await createHarness('postgres', { env: { PUBLIC_URL } });
    harness.startWorker();
    app = await buildApp(harness, buildArchive());
    service = await serviceInstanceOf(harness);
  });
  afterAll(() => harness.close());

  const post = (path: string, json: unknown, headers: Record<string, string> = {}): Promise<RawAnswer> =>
    sendRaw(harness.origin, {
      path,
      method: 'POST',
      headers: { authorization: `Bearer ${harness.tokens.admin}`, 'content-type': 'application/json', ...headers },
      body: JSON.stringify(json),
    });
  /** The path of a Location that names this service, after it was fetched. */
  const fetched = async ({ status, headers, body }: RawAnswer, expected: number): Promise<string> => {
    expect([status, status === expected ? '' : body.toString()]).toEqual([expected, '']);
    const { origin, pathname } = new URL(String(headers['location']));
    expect(origin).toBe(PUBLIC_URL);
    expect((await harness.request(pathname)).status).toBe(200);
    return pathname;
  };
  const idOf = ({ body }: RawAnswer): number => (JSON.parse(body.toString()) as { id: number }).id;

  it.each(SLOTS)('is the status of the job, or the installation, below the slot that was asked: %s', async (slot) => {
    const build = await post(`${slot}/apps.json`, { upload_id: await uploadPackage(harness, buildArchive()) });
    const { job_id } = JSON.parse(build.body.toString()) as { job_id: string };
    expect(await fetched(build, 202)).toBe(`${slot}/apps/job_statuses/${job_id}.json`);
    const made = await post(`${slot}/apps/installations`, { app_id: app, settings: { name: 'Mine' } });
    expect(await fetched(made, 201)).toBe(`${slot}/apps/installations/${idOf(made)}.json`);
  });

  it('is left out where nothing can be fetched: an upload', async () => {
    const upload = new FormData();
    upload.append('uploaded_data', new Blob([new Uint8Array(buildArchive())]), 'app.zip');
    const answer = await harness.request('/api/v2/apps/uploads', { method: 'POST', body: upload });
    expect([answer.status, answer.headers.get('location')]).toEqual([201, null]);
  });

  it.each([
    [`acme.${OWN}`, `https://acme.${OWN}`],
    [`ACME.${OWN}:8443`, `https://acme.${OWN}`],
    [OWN, PUBLIC_URL],
    ['evil.example', PUBLIC_URL],
    [`${OWN}.evil.example`, PUBLIC_URL],
    [`evil-${OWN}`, PUBLIC_URL],
    ['127.0.0.1:1', PUBLIC_URL],
  ])('asked at %s begins with %s', async (host, base) => {
    const json = { app_id: app, settings: { name: 'Mine' } };
    const forwarded = {
      'x-forwarded-host': 'evil.example',
      'x-forwarded-proto': 'http',
      forwarded: 'host=evil.example',
    };
    const made = await post('/api/v2/apps/installations', json, { host, ...forwarded });
    expect(made.headers['location']).toBe(`${base}/api/v2/apps/installations/${idOf(made)}.json`);
  });

  it('is the record at the Kontent.ai API', async () => {
    const path = `/v2/projects/${await environmentOf(harness)}/custom-apps`;
    expect(await fetched(await post(path, customApp()), 201)).toMatch(new RegExp(`^${path}/[0-9a-f-]{36}$`));
  });

  it('is the version, or the job of installing it, at the Kustomer API', async () => {
    const definition = { app: 'located', version: '1.0.0', title: 'Located' };
    expect(await fetched(await post('/v1/apps/available', definition), 201)).toMatch(/^\/v1\/apps\/available\/located/);
    const installed = await post('/v1/apps/install', { app: 'located' });
    expect(await fetched(installed, 202)).toMatch(/^\/api\/appyard\/v1\/jobs\/[0-9a-f]{32}$/);
  });

  it('is the app, or the version, at the OS1 API', async () => {
    const made = await post(REGISTER, os1App);
    expect(await fetched(made, 201)).toMatch(/^\/developer\/apps\/[^/]+$/);
    const { data } = JSON.parse(made.body.toString()) as { data: AppBody };
    await getReady(harness, data.appVersionId);
    const version = await post(`/developer/apps/${data.appId}/versions`, { version: '1.1.0' });
    expect(await fetched(version, 201)).toMatch(/^\/developer\/apps\/versions\/[^/]+$/);
  });

  it('is the record at the Xurrent API, with or without its version in the path', async () => {
    const offering = await post('/v1/app_offerings', newOffering(service, { name: 'Located' }));
    expect(await fetched(offering, 201)).toBe(`/v1/app_offerings/${idOf(offering)}`);
    const { id } = await addOffering(harness, { name: 'Installed' });
    await publishOffering(harness, id);
    const instance = await post('/app_instances', { app_offering_id: id });
    expect(await fetched(instance, 201)).toBe(`/app_instances/${idOf(instance)}`);
    await publishOffering(harness, id);
    const upgrade = await post(`/v1/app_instances/${idOf(instance)}/upgrade`, {});
    expect(await fetched(upgrade, 202)).toBe(`/v1/app_instances/${idOf(instance)}`);
    for (const path of ['/v1/service_instances', '/v1/ui_extension_versions']) {
      const record = await post(path, { name: 'Small' });
      expect(await fetched(record, 201)).toBe(`${path}/${idOf(record)}`);
    }
    const policy = await post('/v1/webhook_policies', { jwt_alg: 'es256' });
    expect(await fetched(policy, 201)).toBe(`/v1/webhook_policies/${idOf(policy)}`);
  });

  it('and the names of what was ignored are the same in a repeat under an Idempotency-Key', async () => {
    const json = { app_id: app, settings: { name: 'Once', nobody: 1 }, product_name: 'x' };
    const { id } = await expectReplay<{ id: number }>(harness, '/api/v2/apps/installations', 'located', {
      json,
      status: 201,
    });
    const again = { method: 'POST', json, headers: { 'idempotency-key': 'located' } };
    const answer = await harness.request('/api/v2/apps/installations', again);
    expect(answer.headers.get('location')).toBe(`${PUBLIC_URL}/api/v2/apps/installations/${id}.json`);
    expect(answer.headers.get('x-appyard-ignored')).toBe('product_name, settings.nobody');
    await read(answer, 201);
  });
});
