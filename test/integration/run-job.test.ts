import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { claimJob, settleJob } from '../../src/db/job-attempts.ts';
import { UnavailableError } from '../../src/errors.ts';
import { MAX_ATTEMPTS } from '../../src/domain/job.ts';
import { buildApp, createApp, endOf, install, read, uploadPackage } from '../support/client.ts';
import { createHarness, type Harness } from '../support/harness.ts';
import { attempt, countOf, createFakeLive, dieTrying, jobRow } from '../support/jobs.ts';
import { buildArchive, macros } from '../support/packages.ts';
import { updateApp } from '../support/updates.ts';

describe('one attempt of a job', () => {
  let harness: Harness;
  beforeAll(async () => {
    harness = await createHarness('redis');
  });
  afterEach(() => vi.restoreAllMocks());
  afterAll(() => harness.close());

  const installed = async (requirements: number) => {
    const id = await createApp(harness, buildArchive({ requirements: macros(requirements) }));
    await attempt(harness, id);
    const { app_id: appId } = await jobRow(harness, id);
    return install(harness, appId as number);
  };

  it('settles the row and tells the queue', async () => {
    const id = await createApp(harness, buildArchive());
    const live = createFakeLive();
    await expect(attempt(harness, id, { live })).resolves.toBe('completed');
    const row = await jobRow(harness, id);
    expect(row).toMatchObject({ state: 'completed', attempt: 1, attempts_used: 1, progress: 6, total: 6 });
    expect(live.outcome).toMatchObject({ state: 'completed', appId: row['app_id'], progress: 6, total: 6 });
  });

  it('changes nothing when the job is settled, and tells the queue again', async () => {
    const id = await createApp(harness, buildArchive());
    await attempt(harness, id);
    const before = await jobRow(harness, id);
    const live = createFakeLive();
    await expect(attempt(harness, id, { live })).resolves.toBe('completed');
    expect(await jobRow(harness, id)).toEqual(before);
    expect(live.outcome).toMatchObject({ state: 'completed', message: before['message'] });
  });

  it('is over when the job is gone', async () => {
    await expect(attempt(harness, 'f'.repeat(32))).resolves.toBe('gone');
  });

  it('fails at once on a bad package, with the reason', async () => {
    const id = await createApp(harness, buildArchive({ manifest: { defaultLocale: undefined } }));
    const live = createFakeLive();
    await expect(attempt(harness, id, { live })).resolves.toBe('failed');
    const row = await jobRow(harness, id);
    expect(row).toMatchObject({ state: 'failed', attempt: 1, app_id: null });
    expect(row['message']).toContain('defaultLocale');
    expect(row['errors']).toEqual([expect.objectContaining({ key: 'manifest_keys.missing' })]);
    expect(live.outcome).toMatchObject({ state: 'failed', message: row['message'] });
  });

  it('is tried again when the blob store is away, and completes then', async () => {
    const id = await createApp(harness, buildArchive());
    vi.spyOn(harness.deps.blobs, 'get').mockRejectedValueOnce(new UnavailableError('The blob store'));
    await expect(attempt(harness, id)).resolves.toBe('again');
    expect(await jobRow(harness, id)).toMatchObject({ state: 'queued', attempt: 1 });
    expect((await jobRow(harness, id))['message']).toContain('The blob store cannot be reached');
    await expect(attempt(harness, id)).resolves.toBe('completed');
  });

  it('uses up no attempt while the blob store is away, however long that takes', async () => {
    const id = await createApp(harness, buildArchive());
    vi.spyOn(harness.deps.blobs, 'get').mockRejectedValue(new UnavailableError('The blob store'));
    vi.spyOn(harness.deps.blobs, 'check').mockRejectedValue(new UnavailableError('The blob store'));
    for (let tries = 0; tries <= MAX_ATTEMPTS; tries += 1) await expect(attempt(harness, id)).resolves.toBe('again');
    expect(await jobRow(harness, id)).toMatchObject({ state: 'queued', attempts_used: 0, attempt: MAX_ATTEMPTS + 1 });
    vi.restoreAllMocks();
    await expect(attempt(harness, id)).resolves.toBe('completed');
  });

  it('gives up after five attempts on a package that the store has lost', async () => {
    const id = await createApp(harness, buildArchive({ files: { 'assets/once.txt': 'once' } }));
    const { rows } = await harness.deps.db.query<{ sha256: string }>('select sha256 from uploads where job_id = $1', [
      id,
    ]);
    await harness.deps.blobs.remove(rows[0]!.sha256);
    for (let tries = 1; tries < MAX_ATTEMPTS; tries += 1) await expect(attempt(harness, id)).resolves.toBe('again');
    await expect(attempt(harness, id)).resolves.toBe('failed');
  });

  it('gives up after five attempts, and says why without giving away what is unknown', async () => {
    const id = await createApp(harness, buildArchive());
    vi.spyOn(harness.deps.blobs, 'get').mockRejectedValue(new Error('password=hunter2'));
    for (let tries = 1; tries < MAX_ATTEMPTS; tries += 1) await expect(attempt(harness, id)).resolves.toBe('again');
    await expect(attempt(harness, id)).resolves.toBe('failed');
    const row = await jobRow(harness, id);
    expect(row).toMatchObject({ state: 'failed', attempt: MAX_ATTEMPTS });
    expect(row['message']).toMatch(/^The build of app\.zip failed:\nGiven up after 5 attempts\. Something went wrong/);
    expect(row['message']).not.toContain('hunter2');
  });

  it('gives up on a job that has killed every worker', async () => {
    const id = await createApp(harness, buildArchive());
    await harness.deps.db.query(`update jobs set created_at = '2026-01-01' where id = $1`, [id]);
    await dieTrying(harness, id, MAX_ATTEMPTS);
    await expect(attempt(harness, id)).resolves.toBe('failed');
    expect((await jobRow(harness, id))['message']).toBe(
      'The build of app.zip failed:\nNo worker finished it in 5 attempts; the last one ended at 2026-01-02T03:04:05.000Z.',
    );
  });

  it('stores its files a few at once, the progress rising, and no more of them once one could not be stored', async () => {
    const names = Array.from({ length: 20 }, (_, number) => `assets/${number}.txt`);
    const archive = (text: string) =>
      buildArchive({ files: Object.fromEntries(names.map((name) => [name, `${name}, ${text}`])) });
    const [id, broken] = [await createApp(harness, archive('good')), await createApp(harness, archive('bad'))];
    const { blobs } = harness.deps;
    const real = blobs.put.bind(blobs);
    let [running, most, calls] = [0, 0, 0];
    vi.spyOn(blobs, 'put').mockImplementation(async (...args) => {
      most = Math.max(most, (running += 1));
      calls += 1;
      return real(...args).finally(() => (running -= 1));
    });
    const live = createFakeLive();
    await expect(attempt(harness, id, { live })).resolves.toBe('completed');
    expect(most).toBe(4);
    expect(live.outcome).toMatchObject({ progress: 26, total: 26 });
    const shown = live.written.map(({ progress }) => progress);
    expect(shown).toEqual(shown.toSorted((a, b) => a - b));

    calls = 0;
    vi.spyOn(blobs, 'put').mockImplementation(async () => {
      calls += 1;
      throw new UnavailableError('The blob store');
    });
    await expect(attempt(harness, broken)).resolves.toBe('again');
    expect(calls).toBe(4);
  });

  it('does not write over the attempt that took the job over', async () => {
    const id = await createApp(harness, buildArchive());
    const apps = await countOf(harness, 'apps');
    vi.spyOn(harness.deps.blobs, 'put').mockImplementationOnce(async () => {
      await claimJob(harness.deps.db, harness.accountId, id);
      return '0'.repeat(64);
    });
    const live = createFakeLive();
    await expect(attempt(harness, id, { live })).resolves.toBe('superseded');
    expect(live.outcome).toBeUndefined();
    expect(await countOf(harness, 'apps')).toBe(apps);
    expect(await jobRow(harness, id)).toMatchObject({ state: 'working', attempt: 2 });
    const end = { state: 'failed', progress: 0, total: 1, message: 'late' } as const;
    await expect(settleJob(harness.deps.db, { id, attempt: 1 }, end)).resolves.toBe(false);
  });

  it('ends when its time is up, and is tried again', async () => {
    const id = await createApp(harness, buildArchive());
    const deps = { ...harness.deps, config: { ...harness.deps.config, buildTimeoutMs: 1 } };
    await expect(attempt({ ...harness, deps }, id)).resolves.toBe('again');
    expect((await jobRow(harness, id))['message']).toContain('It was not finished within 1 s');
  });

  it('ends also when a store hangs and hears no signal', async () => {
    const id = await createApp(harness, buildArchive());
    vi.spyOn(harness.deps.blobs, 'get').mockReturnValue(new Promise(() => undefined));
    const deps = { ...harness.deps, config: { ...harness.deps.config, buildTimeoutMs: 50 } };
    await expect(attempt({ ...harness, deps }, id)).resolves.toBe('again');
  });

  it('is handed back on shutdown and does not count', async () => {
    const id = await createApp(harness, buildArchive());
    const shutdown = AbortSignal.abort(new Error('shutting down'));
    await expect(attempt(harness, id, { shutdown })).resolves.toBe('handed-back');
    expect(await jobRow(harness, id)).toMatchObject({ state: 'queued', attempt: 1, attempts_used: 0 });
  });

  it('shows no less than an earlier attempt did', async () => {
    const id = await createApp(harness, buildArchive());
    const live = createFakeLive({ progress: 5, total: 6, message: 'Publishing' });
    await attempt(harness, id, { live });
    expect(Math.min(...live.written.map((figures) => figures.progress))).toBe(5);
  });

  it('provisions each requirement once, however often the job runs', async () => {
    const { id, pending_job_id: jobId } = await installed(7);
    const stop = new AbortController();
    const live = createFakeLive();
    live.writeFigures = async () => stop.abort();
    // The first attempt stops somewhere on the way.
    await expect(attempt(harness, jobId, { live, shutdown: stop.signal })).resolves.toBe('handed-back');
    await expect(attempt(harness, jobId)).resolves.toBe('completed');
    const { rows } = await harness.deps.db.query(
      'select type, identifier from resources where installation_id = $1 order by id',
      [id],
    );
    expect(rows).toEqual(Array.from({ length: 7 }, (_, i) => ({ type: 'macros', identifier: `macro_${i}` })));
    expect(await jobRow(harness, jobId)).toMatchObject({ state: 'completed', attempt: 2, progress: 8, total: 8 });
  });

  it('fails an install whose installation was removed, and a build whose app was deleted', async () => {
    const { id, app_id: appId, pending_job_id: jobId } = await installed(1);
    await harness.request(`/api/v2/apps/installations/${id}`, { method: 'DELETE' });
    await expect(attempt(harness, jobId)).resolves.toBe('failed');
    expect((await jobRow(harness, jobId))['message']).toContain(`The installation ${id} was removed`);

    const json = { upload_id: await uploadPackage(harness, buildArchive()) };
    const { job_id: update } = await read<{ job_id: string }>(
      await harness.request(`/api/v2/apps/${appId}`, { method: 'PUT', json }),
      200,
    );
    await harness.request(`/api/v2/apps/${appId}`, { method: 'DELETE' });
    await expect(attempt(harness, update)).resolves.toBe('failed');
    expect((await jobRow(harness, update))['message']).toContain(`The app ${appId} was deleted`);
  });

  it('leaves an installation off when its install fails for good', async () => {
    const { id, pending_job_id: jobId } = await installed(1);
    await dieTrying(harness, jobId, MAX_ATTEMPTS);
    await expect(attempt(harness, jobId)).resolves.toBe('failed');
    const { installations } = await read<{ installations: { id: number }[] }>(
      await harness.request('/api/v2/apps/installations'),
      200,
    );
    expect(installations.find((installation) => installation.id === id)).toMatchObject({
      enabled: false,
      pending_installation: false,
    });
  });

  it('leaves no installation active without what a version requires that came in the middle', async () => {
    const { id, app_id: appId, pending_job_id: jobId } = await installed(2);
    const update = await updateApp(harness, appId, buildArchive({ requirements: macros(4) }));
    // Everything that the job knew of is provisioned; then a new version comes, and its own install job is cancelled.
    const interfere = async (): Promise<void> => {
      await expect(attempt(harness, update)).resolves.toBe('completed');
      const { rows } = await harness.deps.db.query<{ job_id: string }>(
        'select job_id from installations where id = $1',
        [id],
      );
      await read(await harness.request(`/api/v2/apps/job_statuses/${rows[0]!.job_id}`, { method: 'DELETE' }), 200);
    };
    const connect = harness.deps.db.connect.bind(harness.deps.db) as (...args: unknown[]) => unknown;
    let begun = false;
    // The pool's own queries call it as well, with an argument.
    vi.spyOn(harness.deps.db, 'connect').mockImplementation((async (...args: unknown[]) => {
      if (args.length > 0 || begun) return connect(...args);
      begun = true;
      await interfere();
      return connect();
    }) as never);
    await expect(attempt(harness, jobId)).resolves.toBe('completed');
    expect(begun).toBe(true);
    const { rows } = await harness.deps.db.query(
      `select state, (select count(*) from resources r where r.installation_id = i.id) as n from installations i
       where id = $1`,
      [id],
    );
    expect(rows).toEqual([{ state: 'installed', n: 4 }]);
  });

  it('provisions what a new version adds for installations that are there', async () => {
    const worker = harness.startWorker();
    const appId = await buildApp(harness, buildArchive({ requirements: macros(2) }));
    const { pending_job_id: first, id } = await install(harness, appId);
    await endOf(harness, first);
    const json = { upload_id: await uploadPackage(harness, buildArchive({ requirements: macros(3) })) };
    await harness.request(`/api/v2/apps/${appId}`, { method: 'PUT', json });
    await vi.waitFor(
      async () => {
        const { rowCount } = await harness.deps.db.query('select 1 from resources where installation_id = $1', [id]);
        expect(rowCount).toBe(3);
      },
      { timeout: 10_000 },
    );
    await worker.close();
  });
});
