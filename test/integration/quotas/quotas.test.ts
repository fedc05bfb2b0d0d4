import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { QuotaName } from '../../../src/domain/quota.ts';
import { changeQuotas, type QuotaChange } from '../../../src/use-cases/quotas/account-quotas.ts';
import { buildApp, createApp, endOf, install, read, uploadPackage } from '../../support/client.ts';
import { createHarness, type Harness } from '../../support/harness.ts';
import { environmentOf, kontentFault, newApp, type KontentError } from '../../support/kontent.ts';
import { kustomerRefusal } from '../../support/kustomer.ts';
import { newApp as os1App, refusal as os1Refusal, REGISTER, register, getReady } from '../../support/os1.ts';
import { buildArchive, uploadForm } from '../../support/packages.ts';
import { refusal } from '../../support/refusal.ts';
import { addOffering, newOffering, serviceInstanceOf, xurrentRefusal } from '../../support/xurrent.ts';

const full = (quota: QuotaName, used: number, allowed = used) => ({
  error: 'quota_exceeded',
  description: expect.stringMatching(new RegExp(`quota of ${quota}.* ${used} of ${allowed} `)) as string,
  details: { quota, used, allowed },
});

describe('quotas of an account', () => {
  let harness: Harness;
  beforeAll(async () => {
    harness = await createHarness('postgres', { env: { QUOTA_APPS: '1000', QUOTA_INSTALLATIONS: '1000' } });
    harness.startWorker();
  });
  afterAll(() => harness.close());
  const own = async (...changes: QuotaChange[]) =>
    changeQuotas({ db: harness.deps.db, usual: harness.deps.config.quotas }, 'acme', changes);
  const usedOf = async (name: QuotaName): Promise<number> => (await own()).find((one) => one.name === name)!.used;
  beforeEach(async () => {
    for (const table of ['installations', 'apps', 'uploads', 'jobs', 'door_records'])
      await harness.deps.db.query(`delete from ${table}`);
    await harness.deps.db.query(`update accounts set quotas = '{}'`);
  });

  const post = (path: string, json: unknown, as: 'admin' | 'other' = 'admin') =>
    harness.request(path, { method: 'POST', json, as });
  const upload = (archive = buildArchive()) =>
    harness.request('/api/v2/apps/uploads', { method: 'POST', body: uploadForm(archive) });

  it('count a package from its upload on: while it waits, while it is built, and as a version', async () => {
    await own(['packages', 2]);
    await uploadPackage(harness, buildArchive());
    await buildApp(harness, buildArchive());
    expect(await refusal(await upload(), 422)).toEqual(full('packages', 2));
    expect((await harness.deps.db.query('select from uploads')).rowCount).toBe(2);
    // Of another account nothing counts.
    const theirs = { method: 'POST', body: uploadForm(buildArchive()), as: 'other' as const };
    expect((await harness.request('/api/v2/apps/uploads', theirs)).status).toBe(201);
    await own(['packages', 3]);
    const update = (await read<{ id: number }>(await upload(), 201)).id;
    expect(await refusal(await upload(), 422)).toEqual(full('packages', 3));
    const { rows } = await harness.deps.db.query<{ id: number }>('select id from apps');
    const put = { method: 'PUT', json: { upload_id: update } };
    const { job_id } = await read<{ job_id: string }>(await harness.request(`/api/v2/apps/${rows[0]!.id}`, put), 200);
    expect(await endOf(harness, job_id)).toMatchObject({ status: 'completed' });
    expect(await usedOf('packages')).toBe(3);
    await harness.request(`/api/v2/apps/${rows[0]!.id}`, { method: 'DELETE' });
    expect(await usedOf('packages')).toBe(1);
  });

  it('count bytes to the last one', async () => {
    const archive = buildArchive();
    await own(['bytes', archive.length]);
    await uploadPackage(harness, archive);
    expect(await refusal(await upload(), 422)).toEqual(full('bytes', archive.length));
    await own(['bytes', archive.length * 2 - 1]);
    const fault = full('bytes', archive.length, archive.length * 2 - 1);
    expect(await refusal(await upload(), 422)).toEqual(fault);
    await own(['bytes', archive.length * 2]);
    expect((await upload()).status).toBe(201);
    expect(await usedOf('bytes')).toBe(archive.length * 2);
  });

  it('let no build of a new app be asked for beyond the last one', async () => {
    await own(['apps', 1]);
    const app = await buildApp(harness, buildArchive());
    const upload_id = await uploadPackage(harness, buildArchive());
    expect(await refusal(await post('/api/apps', { upload_id }), 422)).toEqual(full('apps', 1));
    const put = { method: 'PUT', json: { upload_id } };
    const { job_id } = await read<{ job_id: string }>(await harness.request(`/api/v2/apps/${app}`, put), 200);
    expect(await endOf(harness, job_id)).toMatchObject({ status: 'completed' });
  });

  it('end builds that were asked for at once and are one too many, with the reason', async () => {
    await own(['apps', 2]);
    const jobs = await Promise.all(Array.from({ length: 4 }, () => createApp(harness, buildArchive())));
    const ends = await Promise.all(jobs.map((id) => endOf(harness, id)));
    expect(ends.map(({ status }) => status).toSorted()).toEqual(['completed', 'completed', 'failed', 'failed']);
    for (const { message } of ends.filter(({ status }) => status === 'failed'))
      expect(message).toMatch(/quota of apps .*2 of 2 are used/);
    expect(await usedOf('apps')).toBe(2);
  });

  it('hold when many come at once', async () => {
    const app = await buildApp(harness, buildArchive());
    await own(['packages', 4], ['installations', 3]);
    const uploads = await Promise.all(Array.from({ length: 12 }, () => upload()));
    expect(uploads.filter(({ status }) => status === 201)).toHaveLength(3);
    const json = { app_id: app, settings: { name: 'Mine' } };
    const installs = await Promise.all(Array.from({ length: 12 }, () => post('/api/v2/apps/installations', json)));
    expect(installs.filter(({ status }) => status === 201)).toHaveLength(3);
    for (const answer of installs.filter(({ status }) => status !== 201))
      expect(await refusal(answer, 422)).toEqual(full('installations', 3));
    expect([await usedOf('packages'), await usedOf('installations')]).toEqual([4, 3]);
  });

  it('hold for installations through every door', async () => {
    const app = await buildApp(harness, buildArchive());
    await install(harness, app);
    await post('/v1/apps/available', { app: 'full', version: '1.0.0' });
    const offering = await addOffering(harness);
    await own(['installations', 1]);
    const json = { app_id: app, settings: { name: 'Mine' } };
    expect(await refusal(await post('/api/v2/apps/installations', json), 422)).toEqual(full('installations', 1));
    const native = await read<{ error: object }>(await post('/api/appyard/v1/installations', json), 422);
    const { error: code, description: message, details } = full('installations', 1);
    expect(native).toEqual({ error: { code, message, details } });
    const [kustomer] = await kustomerRefusal(await post('/v1/apps/install', { app: 'full' }), 422);
    expect(kustomer).toMatchObject({ code, message, meta: details });
    const xurrent = await xurrentRefusal(await post('/v1/app_instances', { app_offering_id: offering.id }), 422);
    expect(xurrent.errors).toEqual([['base', message]]);
    expect(await usedOf('installations')).toBe(1);
  });

  it('hold for apps and versions that are described rather than packed', async () => {
    const environment = await environmentOf(harness);
    const vehicle = await register(harness);
    await getReady(harness, vehicle.appVersionId);
    const offering = newOffering(await serviceInstanceOf(harness));
    await own(['apps', 1]);
    const { description } = full('apps', 1);
    const os1 = await os1Refusal(await post(REGISTER, { ...os1App, listingId: 'second' }), 422);
    expect(os1).toMatchObject({ code: 'quota_exceeded', description });
    expect(os1.details).toContainEqual({ field: 'allowed', message: '1' });
    await kustomerRefusal(await post('/v1/apps/available', { app: 'one_more', version: '1.0.0' }), 422);
    await xurrentRefusal(await post('/v1/app_offerings', offering), 422);
    const answer = await post(`/v2/projects/${environment}/custom-apps`, newApp());
    const text = await answer.text();
    expect([answer.status, kontentFault(answer.status, text)]).toEqual([422, undefined]);
    expect((JSON.parse(text) as KontentError).message).toEqual(description);
    expect(await usedOf('apps')).toBe(1);
    const versions = `/developer/apps/${vehicle.appId}/versions`;
    await own(['packages', 1]);
    const refused = await os1Refusal(await post(versions, { version: '1.1.0' }), 422);
    expect(refused).toMatchObject({ code: 'quota_exceeded' });
    await own(['packages', 2]);
    expect((await post(versions, { version: '1.1.0' })).status).toBe(201);
  });

  it('are those of the settings, but where an account has its own', async () => {
    await own(['installations', 0], ['apps', null]);
    expect((await own()).slice(0, 4)).toEqual([
      { name: 'packages', used: 0, allowed: null, own: false },
      { name: 'bytes', used: 0, allowed: null, own: false },
      { name: 'apps', used: 0, allowed: null, own: true },
      { name: 'installations', used: 0, allowed: 0, own: true },
    ]);
    await own(['installations', undefined], ['apps', undefined]);
    expect((await own()).slice(2, 4)).toEqual([
      { name: 'apps', used: 0, allowed: 1_000, own: false },
      { name: 'installations', used: 0, allowed: 1_000, own: false },
    ]);
    const { rows } = await harness.deps.db.query<{ before: object; after: object }>(
      `select before, after from audit_entries where subject_type = 'account' order by id desc limit 1`,
    );
    expect(rows[0]).toEqual({ before: { installations: 0, apps: null }, after: {} });
    await expect(
      changeQuotas({ db: harness.deps.db, usual: harness.deps.config.quotas }, 'nobody', []),
    ).rejects.toThrow('there is no account "nobody"');
  });
});
