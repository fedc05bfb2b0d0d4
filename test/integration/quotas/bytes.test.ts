import type { Socket } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { changeQuotas, type QuotaChange } from '../../../src/use-cases/quotas/account-quotas.ts';
import { buildApp, createApp, endOf, install, read } from '../../support/client.ts';
import { createHarness, type Harness } from '../../support/harness.ts';
import { kustomerRefusal } from '../../support/kustomer.ts';
import { zipLike } from '../../support/multipart.ts';
import { buildArchive, macros, uploadForm } from '../../support/packages.ts';
import { refusal } from '../../support/refusal.ts';
import { beginUpload, type UnfinishedUpload } from '../../support/unfinished-upload.ts';
import { addOffering, newOffering, send, serviceInstanceOf, xurrentRefusal } from '../../support/xurrent.ts';

const MIB = 1024 * 1024;

describe('the quota of bytes', () => {
  let harness: Harness;
  const sockets: Socket[] = [];
  beforeAll(async () => {
    harness = await createHarness('postgres');
    harness.startWorker();
  });
  afterAll(() => harness.close());
  beforeEach(async () => {
    for (const table of ['installations', 'apps', 'uploads', 'jobs', 'door_records'])
      await harness.deps.db.query(`delete from ${table}`);
    await harness.deps.db.query(`update accounts set quotas = '{}'`);
  });
  afterEach(() => {
    for (const socket of sockets.splice(0)) socket.destroy();
  });

  const own = async (...changes: QuotaChange[]) =>
    changeQuotas({ db: harness.deps.db, usual: harness.deps.config.quotas }, 'acme', changes);
  const used = async (): Promise<number> => (await own()).find(({ name }) => name === 'bytes')!.used;

  it('counts texts and files of a version as they are unpacked', async () => {
    const texts = { name: 'Tiny', short_description: 'Tiny', long_description: 'long '.repeat(3_900) };
    const files = {
      'translations/en.json': JSON.stringify({ app: texts }),
      'assets/zeros.txt': Buffer.alloc(300_000, 'a'),
    };
    const archive = buildArchive({ files });
    expect(archive.length).toBeLessThan(5_000);
    const app = await buildApp(harness, archive);
    const bytes = await used();
    expect(bytes).toBeGreaterThan(319_500);
    expect(bytes).toBeLessThan(350_000);
    await own(['bytes', bytes + 10_000]);
    const job = await endOf(harness, await createApp(harness, archive));
    expect(job).toMatchObject({ status: 'failed' });
    expect(job.message).toMatch(new RegExp(`quota of bytes is not enough: \\d+ of ${bytes + 10_000} are used`));
    await harness.request(`/api/v2/apps/${app}`, { method: 'DELETE' });
    await harness.deps.db.query('delete from uploads');
    expect(await used()).toBe(0);
  });

  it('counts the requirements of a version again with each installation', async () => {
    const requirements = macros(200);
    const app = await buildApp(harness, buildArchive({ requirements }));
    const before = await used();
    await endOf(harness, (await install(harness, app)).pending_job_id);
    const bytes = (await used()) - before;
    expect(bytes).toBeGreaterThan(JSON.stringify(requirements).length);
    await own(['bytes', before + 2 * bytes - 1]);
    const json = { app_id: app, settings: { name: 'Mine' } };
    const refused = await harness.request('/api/v2/apps/installations', { method: 'POST', json });
    expect((await refusal(refused, 422)).error).toBe('quota_exceeded');
  });

  it('counts apps that are described rather than packed, when they are made and when they grow', async () => {
    const post = (path: string, json: unknown) => harness.request(path, { method: 'POST', json });
    const offering = await addOffering(harness, { name: 'Grows' });
    const instance = await serviceInstanceOf(harness);
    await own(['bytes', (await used()) + 5_000]);
    const long = 'x'.repeat(6_000);
    const fault = /quota of bytes/;
    const grown = await send(harness, 'PATCH', `/v1/app_offerings/${offering.id}`, { json: { description: long } });
    expect(JSON.stringify(await xurrentRefusal(grown, 422))).toMatch(fault);
    const added = await post('/v1/app_offerings', newOffering(instance, { name: 'New', description: long }));
    expect(JSON.stringify(await xurrentRefusal(added, 422))).toMatch(fault);
    const kustomer = { app: 'large', version: '1.0.0', description: long };
    expect(JSON.stringify(await kustomerRefusal(await post('/v1/apps/available', kustomer), 422))).toMatch(fault);
    const small = await send(harness, 'PATCH', `/v1/app_offerings/${offering.id}`, { json: { description: 'short' } });
    expect(small.status).toBe(200);
  });

  const begin = async (sentBytes: number): Promise<UnfinishedUpload> => {
    const upload = await beginUpload(harness, { fileBytes: 20 * MIB, sentBytes });
    sockets.push(upload.socket);
    return upload;
  };
  const reserved = async (): Promise<number[]> =>
    (await harness.deps.db.query<{ bytes: number }>('select bytes from upload_reservations')).rows.map(
      ({ bytes }) => bytes,
    );

  it('counts uploads while they arrive, and gives back what one took that was broken off', async () => {
    await own(['bytes', 30 * MIB]);
    const [first] = [await begin(15 * MIB), await begin(11 * MIB)];
    await vi.waitFor(async () => expect(await used()).toBeGreaterThan(18 * MIB), { timeout: 20_000 });
    // The answer comes when the whole body has been read.
    const third = await begin(Infinity);
    expect(await third.answer).toMatch(/^HTTP\/1\.1 422 [^]*quota of bytes is not enough/);
    first.socket.destroy();
    await vi.waitFor(async () => expect(await reserved()).toHaveLength(1), { timeout: 20_000 });
    // A small one reserves nothing while it arrives.
    const form = { method: 'POST', body: uploadForm(buildArchive()) };
    await read(await harness.request('/api/v2/apps/uploads', form), 201);
  });

  it('counts an upload once, as what it reserved or as what it became', async () => {
    await own(['bytes', 10 * MIB]);
    const body = uploadForm(zipLike(9 * MIB));
    await read(await harness.request('/api/v2/apps/uploads', { method: 'POST', body }), 201);
    expect([await used(), await reserved()]).toEqual([9 * MIB, []]);
  });

  it('forgets what a process that died had reserved', async () => {
    const { db } = harness.deps;
    await db.query(
      `insert into upload_reservations (account_id, bytes, touched_at)
       values ($1, $2, now() - interval '121 seconds'), ($1, 1000, now() - interval '100 seconds')`,
      [harness.accountId, 50 * MIB],
    );
    expect(await used()).toBe(1_000);
    await own(['bytes', 20 * MIB]);
    const body = uploadForm(zipLike(9 * MIB));
    await read(await harness.request('/api/v2/apps/uploads', { method: 'POST', body }), 201);
    expect(await reserved()).toEqual([1_000]);
    await db.query('delete from upload_reservations');
  });
});
