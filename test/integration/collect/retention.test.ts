import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Retention } from '../../../src/config.ts';
import type { HousekeepingTask } from '../../../src/queue/housekeeping.ts';
import { runTask } from '../../../src/use-cases/collect/run-task.ts';
import { createApp, install, read, uploadPackage } from '../../support/client.ts';
import { createHarness, type Harness } from '../../support/harness.ts';
import { attempt, countOf, jobRow } from '../../support/jobs.ts';
import { buildArchive } from '../../support/packages.ts';

describe('what nobody needs any more', () => {
  let harness: Harness;
  beforeAll(async () => {
    harness = await createHarness('postgres');
  });
  afterAll(() => harness.close());
  beforeEach(async () => {
    await harness.deps.db.query('delete from apps; delete from uploads; delete from jobs; delete from audit_entries');
  });

  const run = (task: HousekeepingTask, retention: Partial<Retention> = {}) => {
    const config = { retention: { ...harness.deps.config.retention, ...retention } };
    return runTask({ ...harness.deps, config }, task, { graceSeconds: 0, most: 3 });
  };
  const age = async (table: string, columns: string[], hours: number): Promise<void> => {
    const set = columns.map((column) => `${column} = ${column} - make_interval(hours => ${hours})`).join();
    await harness.deps.db.query(`update ${table} set ${set}`);
  };
  const ageJobs = (hours: number) => age('jobs', ['created_at', 'finished_at'], hours);
  const built = async (files = {}): Promise<string> => {
    const id = await createApp(harness, buildArchive(files));
    await attempt(harness, id);
    return id;
  };
  const broken = { manifest: { defaultLocale: undefined } };

  it('an upload goes a day after it came, unless a build takes it', async () => {
    const [kept] = [await uploadPackage(harness, buildArchive()), await uploadPackage(harness, buildArchive())];
    await read(await harness.request('/api/apps.json', { method: 'POST', json: { upload_id: kept } }), 202);
    await age('uploads', ['created_at'], 23);
    expect(await run('collect.uploads')).toMatchObject({ removed: 0 });
    await age('uploads', ['created_at'], 2);
    expect(await run('collect.uploads')).toMatchObject({ removed: 1 });
    const { rows } = await harness.deps.db.query<{ id: number }>('select id from uploads');
    expect(rows).toEqual([{ id: kept }]);
  });

  it('an upload goes when its build has completed, a day after it failed, and with its job', async () => {
    await built();
    const failed = await built(broken);
    expect(await jobRow(harness, failed)).toMatchObject({ state: 'failed' });
    expect(await run('collect.uploads')).toMatchObject({ removed: 1 });
    await ageJobs(23);
    expect(await run('collect.uploads')).toMatchObject({ removed: 0 });
    await ageJobs(2);
    expect(await run('collect.uploads')).toMatchObject({ removed: 1 });
    await built(broken);
    await harness.deps.db.query('delete from jobs');
    expect(await run('collect.uploads')).toMatchObject({ removed: 1 });
  });

  it('a run removes no more than it may, and the next one goes on', async () => {
    for (let number = 0; number < 4; number += 1) await uploadPackage(harness, buildArchive());
    await age('uploads', ['created_at'], 25);
    expect(await run('collect.uploads')).toMatchObject({ removed: 3 });
    expect(await run('collect.uploads')).toMatchObject({ removed: 1 });
  });

  it('jobs go so many days after they ended; not what is unfinished, nor what an installation shows', async () => {
    const build = await built();
    const installation = await install(harness, (await jobRow(harness, build))['app_id'] as number);
    const waiting = await createApp(harness, buildArchive());
    await ageJobs(89 * 24);
    expect(await run('collect.jobs')).toEqual({ removed: 0 });
    await ageJobs(48);
    expect(await run('collect.jobs', { jobsDays: 0 })).toEqual({ removed: 0 });
    expect(await run('collect.jobs')).toEqual({ removed: 1 });
    const { rows } = await harness.deps.db.query<{ id: string }>('select id from jobs');
    expect(rows.map(({ id }) => id).toSorted()).toEqual([installation.pending_job_id, waiting].toSorted());
    await read(await harness.request('/api/v2/apps/installations'), 200);
  });

  it('entries of the audit log go after so many days, or never', async () => {
    await uploadPackage(harness, buildArchive());
    await age('audit_entries', ['created_at'], 366 * 24);
    await uploadPackage(harness, buildArchive());
    expect(await run('collect.audit', { auditDays: 0 })).toEqual({ removed: 0 });
    expect(await run('collect.audit', { auditDays: 367 })).toEqual({ removed: 0 });
    expect(await run('collect.audit')).toEqual({ removed: 1 });
    expect(await countOf(harness, 'audit_entries')).toBe(1);
  });
});
