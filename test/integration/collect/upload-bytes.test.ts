import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { digestOf } from '../../../src/storage/blob-store.ts';
import { runTask } from '../../../src/use-cases/collect/run-task.ts';
import { createApp, uploadPackage } from '../../support/client.ts';
import { createHarness, type Harness } from '../../support/harness.ts';
import { attempt } from '../../support/jobs.ts';
import { buildArchive } from '../../support/packages.ts';

describe('the bytes of an upload', () => {
  let harness: Harness;
  beforeAll(async () => {
    harness = await createHarness('postgres');
  });
  afterAll(() => harness.close());
  beforeEach(async () => {
    await harness.deps.db.query('delete from apps; delete from uploads; delete from jobs');
  });

  /** As it runs every two minutes. */
  const collect = () => {
    const graceSeconds = harness.deps.config.retention.blobGraceMinutes * 60;
    return runTask(harness.deps, 'collect.uploads', { graceSeconds, most: 100 });
  };
  const passMinutes = (minutes: number) =>
    harness.deps.db.query(
      `update blobs set touched_at = touched_at - make_interval(mins => $1),
         doomed_at = doomed_at - make_interval(mins => $1)`,
      [minutes],
    );
  const isStored = async (archive: Buffer) => (await harness.deps.blobs.size(digestOf(archive))) !== undefined;
  const withSecrets = (name: string) =>
    buildArchive({ manifest: { name }, files: { 'zcli.apps.config.json': `{"parameters":{"token":"${name}"}}` } });

  it('are removed ten minutes after the upload once its build has completed', async () => {
    const archive = withSecrets('Built');
    await attempt(harness, await createApp(harness, archive));
    expect(await collect()).toMatchObject({ removed: 1 });
    expect(await isStored(archive)).toBe(true);
    await passMinutes(9);
    await collect();
    expect(await isStored(archive)).toBe(true);
    await passMinutes(1);
    expect(await collect()).toEqual({ removed: 0, blobs: 1 });
    expect(await isStored(archive)).toBe(false);

    const { rows } = await harness.deps.db.query<{ sha256: string }>(
      'select sha256 from version_files union select archive_sha256 from app_versions',
    );
    expect(rows.length).toBeGreaterThan(2);
    for (const { sha256 } of rows) expect(await harness.deps.blobs.size(sha256)).toBeDefined();
  });

  it('are removed at once after a build that took longer', async () => {
    const archive = withSecrets('Slow');
    const job = await createApp(harness, archive);
    await passMinutes(30);
    await attempt(harness, job);
    expect(await collect()).toMatchObject({ removed: 1 });
    expect(await isStored(archive)).toBe(false);
  });

  it('stay while another upload has the same, and while one may be under way', async () => {
    const archive = withSecrets('Twice');
    await attempt(harness, await createApp(harness, archive));
    await collect();
    await passMinutes(10);
    const again = await uploadPackage(harness, archive);
    await collect();
    await passMinutes(10);
    await collect();
    expect(await isStored(archive)).toBe(true);
    await harness.deps.db.query(`update uploads set created_at = created_at - interval '25 hours' where id = $1`, [
      again,
    ]);
    await collect();
    expect(await isStored(archive)).toBe(false);
  });
});
