import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { changeQuotas, type QuotaChange } from '../../../src/use-cases/quotas/account-quotas.ts';
import { upgradeInstallation } from '../../../src/use-cases/upgrade-installation.ts';
import { buildApp, createApp, endOf, install, read, uploadPackage } from '../../support/client.ts';
import { createHarness, type Harness } from '../../support/harness.ts';
import { buildArchive, macros, uploadForm } from '../../support/packages.ts';
import { refusal } from '../../support/refusal.ts';
import { startSecondApi, type SecondApi } from '../../support/second-api.ts';
import { updateApp } from '../../support/updates.ts';

const uploads = '/api/v2/apps/uploads.json';

describe('the quota of bytes, of what grows and what is only kept', () => {
  let harness: Harness;
  let second: SecondApi;
  beforeAll(async () => {
    harness = await createHarness('postgres');
    second = await startSecondApi(harness);
    harness.startWorker();
  });
  afterAll(async () => {
    await second.close();
    await harness.close();
  });
  beforeEach(async () => {
    for (const table of ['installations', 'apps', 'uploads', 'jobs'])
      await harness.deps.db.query(`delete from ${table}`);
    await harness.deps.db.query(`update accounts set quotas = '{}'`);
  });
  const own = async (...changes: QuotaChange[]) =>
    changeQuotas({ db: harness.deps.db, usual: harness.deps.config.quotas }, 'acme', changes);
  const used = async (name = 'bytes'): Promise<number> => (await own()).find((one) => one.name === name)!.used;
  /** A package whose build fails, of some 100 kB. */
  const broken = (seed: number): Buffer =>
    buildArchive({
      manifest: { defaultLocale: undefined },
      files: {
        'assets/noise.bin': Buffer.from(Array.from({ length: 100_000 }, (_, i) => (i * i * (seed + 7919)) >> 7)),
      },
    });
  const failed = async (seed: number): Promise<string> => {
    const id = await createApp(harness, broken(seed));
    expect(await endOf(harness, id)).toMatchObject({ status: 'failed' });
    return id;
  };
  const retry = async (id: string): Promise<number> =>
    (await harness.request(`/api/v2/apps/job_statuses/${id}/retry`, { method: 'POST' })).status;

  it('counts packages that are kept for another try, and forgets the oldest of them to make room', async () => {
    const jobs = [await failed(1), await failed(2), await failed(3)];
    const kept = await used();
    expect(kept).toBeGreaterThan(3 * broken(1).length - 1_000);
    expect(await used('packages')).toBe(3);
    const unused = await uploadPackage(harness, buildArchive());
    // As much as is there, and what the fourth package has more than the first.
    await own(['bytes', (await used()) + Math.max(0, broken(4).length - broken(1).length)]);
    await uploadPackage(harness, broken(4));
    expect(await used('packages')).toBe(4);
    expect(await Promise.all(jobs.map(retry))).toEqual([409, 202, 202]);
    // What waits for its build is not forgotten, however full it is.
    await own(['bytes', 1_000]);
    const refused = await harness.request(uploads, { method: 'POST', body: uploadForm(broken(5)) });
    expect((await refusal(refused, 422)).error).toBe('quota_exceeded');
    const asked = await harness.request('/api/apps.json', { method: 'POST', json: { upload_id: unused } });
    expect(asked.status).toBe(202);
  });

  it('makes room in the quota of packages too', async () => {
    const [first, next] = [await failed(1), await failed(2)];
    await own(['packages', 2]);
    await uploadPackage(harness, buildArchive());
    expect(await used('packages')).toBe(2);
    expect([await retry(first), await retry(next)]).toEqual([409, 202]);
  });

  it('refuses settings that make an installation grow beyond it, and takes those that do not', async () => {
    const parameters = [{ name: 'note', type: 'multiline' }];
    const app = await buildApp(harness, buildArchive({ manifest: { parameters } }));
    const { id } = await install(harness, app);
    await own(['bytes', (await used()) + 1_000]);
    const noise = Array.from({ length: 4_000 }, (_, i) => ((i * 7919) % 1_000_003).toString(36)).join('');
    const put = (note: string) =>
      harness.request(`/api/v2/apps/installations/${id}`, { method: 'PUT', json: { settings: { note } } });
    const refused = await refusal(await put(noise), 422);
    expect(refused).toMatchObject({ error: 'quota_exceeded' });
    const shown = await read<{ settings: object }>(await harness.request(`/api/v2/apps/installations/${id}`), 200);
    expect(shown.settings).not.toHaveProperty('note', noise);
    expect((await put('short')).status).toBe(200);
  });

  it('refuses an upgrade whose requirements take more than is left', async () => {
    const app = await buildApp(harness, buildArchive({ requirements: macros(1) }));
    const { id, pending_job_id } = await install(harness, app);
    await endOf(harness, pending_job_id);
    expect(
      await endOf(harness, await updateApp(harness, app, buildArchive({ requirements: macros(200) }))),
    ).toMatchObject({ status: 'completed' });
    const { rows } = await harness.deps.db.query<{ id: number }>('select max(id)::bigint as id from app_versions');
    const versionId = rows[0]!.id;
    await harness.deps.db.query(`update installations set version_id = (select min(id) from app_versions)`);
    const ask = () => {
      const actor = { userId: null, name: 'test', ip: null };
      return upgradeInstallation(harness.deps, { accountId: harness.accountId, actor, id, versionId, settings: {} });
    };
    await own(['bytes', (await used()) + 1_000]);
    await expect(ask()).rejects.toMatchObject({ code: 'quota_exceeded', status: 422 });
    await own(['bytes', (await used()) + 100_000]);
    expect(await ask()).toMatchObject({ id });
  });

  it('holds while many ask at two APIs at the same time', async () => {
    const archive = broken(9);
    const limit = 5 * archive.length + 10;
    await own(['bytes', limit]);
    const answers = await Promise.all(
      Array.from({ length: 16 }, (_, index) =>
        (index % 2 === 0 ? harness : second).request(uploads, { method: 'POST', body: uploadForm(archive) }),
      ),
    );
    const statuses = answers.map(({ status }) => status).sort((one, other) => one - other);
    expect(statuses).toEqual([...Array<number>(5).fill(201), ...Array<number>(11).fill(422)]);
    expect(await used()).toBeLessThanOrEqual(limit);
  });
});
