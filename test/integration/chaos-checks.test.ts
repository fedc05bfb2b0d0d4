import type { PoolClient } from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { recordHistory } from '../../chaos/checks/history.ts';
import { runChecks } from '../../chaos/checks/run-checks.ts';
import type { Evidence, StoredBlob } from '../../chaos/checks/violation.ts';
import { createLedger, type Asked } from '../../chaos/driver/ledger.ts';
import { createApp, endOf, install } from '../support/client.ts';
import { createHarness, type Harness } from '../support/harness.ts';
import { buildArchive, macros } from '../support/packages.ts';

let system: Harness;
let build: Asked;
let bad: Asked;
let installed: Asked;
let blobs: StoredBlob[];

/** What a chaos run looks at, with nothing wrong with it: a build, a bad one, an installation with two requirements. */
beforeAll(async () => {
  system = await createHarness('postgres');
  await recordHistory(system.deps.db);
  system.startWorker();
  const ledger = createLedger();
  const tenant = { accountId: system.accountId, token: system.tokens.admin };
  const follow = async (asked: Asked, jobId: string) => {
    const job = await endOf(system, jobId);
    const seen = {
      state: job.status,
      progress: job.progress,
      total: job.total,
      appId: job.app_id,
      message: '',
      at: Date.now(),
    };
    Object.assign(asked, { state: 'accepted', jobId, seen });
    return job;
  };
  build = ledger.open({ kind: 'build', mark: 'build-1', tenant });
  const good = buildArchive({ requirements: macros(2) });
  const made = await follow(build, await createApp(system, good, { short_description: build.mark }));
  bad = ledger.open({ kind: 'build', mark: 'build-2', tenant, expected: 'failed' });
  const refused = buildArchive({ manifest: { defaultLocale: 'xx-nowhere' } });
  await follow(bad, await createApp(system, refused, { short_description: bad.mark }));
  installed = ledger.open({ kind: 'install', mark: 'install-1', tenant });
  const { id, pending_job_id: jobId } = await install(system, made.app_id!, { name: installed.mark });
  await follow(Object.assign(installed, { rowId: id }), jobId);
  const { rows } = await system.deps.db.query<{ sha256: string }>(
    `select sha256 from version_files union select archive_sha256 from app_versions union select sha256 from uploads`,
  );
  blobs = rows.map(({ sha256 }) => ({ sha256, intact: true }));
});
afterAll(() => system.close());

let tx: PoolClient;
beforeEach(async () => {
  tx = await system.deps.db.connect();
  await tx.query('begin');
});
afterEach(async () => {
  await tx.query('rollback');
  tx.release();
});

const find = async (changes: Partial<Evidence> = {}): Promise<string[]> => {
  const evidence = { db: tx, asked: [build, bad, installed], blobs, boundMs: 60_000, workerFaults: [], ...changes };
  return (await runChecks(evidence)).map(({ kind, what }) => `${kind}: ${what}`);
};

it('finds nothing wrong with what is right', async () => {
  expect(await find()).toEqual([]);
});

/** What is done to the database, and what must be found then. */
const doctored: [what: string, sql: () => string, found: RegExp][] = [
  [
    'a job that has not ended',
    () => `update jobs set state = 'working', finished_at = null where id = '${build.jobId}'`,
    /^lost: build .* is still working$/,
  ],
  [
    'a job that ended too late',
    () => `update jobs set created_at = created_at - interval '2 minutes' where id = '${build.jobId}'`,
    /^lost: build .* ended after 12\d s$/,
  ],
  [
    'a job without a row',
    () => `delete from jobs where id = '${bad.jobId}'`,
    /^lost: build-2 was accepted, but there is no job/,
  ],
  [
    'an installation without a row',
    () => `delete from installations where id = ${installed.rowId}`,
    /^lost: install-1 was accepted, but there is no installation/,
  ],
  [
    'a version that no build made',
    () => `insert into app_versions (app_id, definition, package_sha256, archive_sha256, archive_size, asset_key)
      select app_id, definition, package_sha256, archive_sha256, archive_size, 'another' from app_versions`,
    /^done twice: version \d+ of app \d+ was made by no build/,
  ],
  [
    'an app that no build made',
    () => `insert into apps (account_id, kind, name) select account_id, kind, 'Again' from apps`,
    /^done twice: app \d+ was made by no build/,
  ],
  [
    'a version that was published twice',
    () => `insert into audit_entries (account_id, action, actor_name, subject_type, subject_id, subject_name, after)
      select account_id, action, actor_name, subject_type, subject_id, subject_name, after from audit_entries
      where subject_type = 'app'`,
    /^done twice: version 1\.0\.0 of app \d+ was published 2 times/,
  ],
  [
    'a resource that is there twice',
    () => `alter table resources drop constraint resources_identifier_key;
      insert into resources (account_id, installation_id, type, identifier, payload)
      select account_id, installation_id, type, identifier, payload from resources where identifier = 'macro_0'`,
    /^done twice: installation \d+ has macros macro_0 2 times/,
  ],
  [
    'a request that was carried out twice',
    () => `insert into jobs (id, account_id, kind, state, request, app_id, version_id, finished_at)
      select md5('again'), account_id, kind, state, request, app_id, version_id, now() from jobs where id = '${build.jobId}'`,
    /^done twice: build build-1 was carried out 2 times/,
  ],
  [
    'a job that ended twice',
    () => `update jobs set finished_at = now() where id = '${build.jobId}'`,
    /^done twice: job .* ended 2 times and was taken up again 0 times/,
  ],
  [
    'a job that was taken up again by itself',
    () => `update jobs set state = 'queued' where id = '${build.jobId}';
      update jobs set state = 'completed' where id = '${build.jobId}'`,
    /^done twice: job .* ended 2 times and was taken up again 1 times/,
  ],
  [
    'an installation without what it requires',
    () => `delete from resources where identifier = 'macro_1'`,
    /^half-installed: installation \d+ is installed without macros macro_1/,
  ],
  [
    'an installation that is pending for ever',
    () => `update installations set state = 'pending'`,
    /^half-installed: installation \d+ is pending, and its job is completed/,
  ],
  [
    'what an install leaves that was stopped',
    () => `update installations set state = 'failed'; update jobs set state = 'killed' where id = '${installed.jobId}'`,
    /^half-installed: installation \d+ is failed and still has macros macro_0, macros macro_1/,
  ],
  [
    'a row that a poll contradicts',
    () => `update jobs set state = 'failed' where id = '${build.jobId}'`,
    /^contradicting polls: .* the last poll said completed, the row says failed/,
  ],
  [
    'an end that came after it was told',
    () => `update chaos.history set at = now() + interval '1 minute' where job_id = '${build.jobId}'`,
    /^contradicting polls: .* a poll said completed at .*, the row ended at/,
  ],
  [
    'a good package that failed',
    () => `update jobs set state = 'failed', message = 'Oh' where id = '${build.jobId}'`,
    /^unexpected ends: job .* \(build-1\) is failed after 1 attempts and not completed: Oh/,
  ],
  [
    'a bad package that was built',
    () => `update jobs set state = 'completed' where id = '${bad.jobId}'`,
    /^unexpected ends: job .* \(build-2\) is completed after 1 attempts and not failed/,
  ],
];

it.each(doctored)('finds %s', async (_what, sql, found) => {
  await tx.query(sql());
  expect(await find()).toContainEqual(expect.stringMatching(found));
});

it('finds blobs that nothing refers to, that are missing, and that are cut', async () => {
  const [first, ...others] = blobs;
  const orphan = { sha256: '0'.repeat(64), intact: true };
  expect(await find({ blobs: [...blobs, orphan] })).toEqual([
    `orphaned blobs: nothing refers to blob ${orphan.sha256}`,
  ]);
  const { rows } = await tx.query<{ sha256: string }>('select sha256 from version_files limit 1');
  const { sha256 } = rows[0]!;
  expect(await find({ blobs: blobs.filter((blob) => blob.sha256 !== sha256) })).toEqual([
    `missing blobs: a version or an upload refers to blob ${sha256}`,
  ]);
  expect(await find({ blobs: [{ sha256: first!.sha256, intact: false }, ...others] })).toEqual([
    `missing blobs: blob ${first!.sha256} is not what its name says`,
  ]);
});

it('takes a job whose workers did not live long enough as what it is, and no other that was given up', async () => {
  const began = Date.now() + 10_000;
  await tx.query(
    `insert into chaos.history (job_id, at, was, became, attempt)
     select '${build.jobId}', to_timestamp(($1::float8 + n * 1000) / 1000), 'working',
       case when n < 5 then 'working' else 'failed' end, n + 2 from generate_series(0, 5) n`,
    [began],
  );
  const message = 'No worker finished it in 5 attempts; the last one ended at 2026-01-02T03:04:05.000Z.';
  await tx.query(`update jobs set state = 'failed', message = $1 where id = '${build.jobId}'`, [message]);
  const workerFaults = [0, 1, 2, 3, 4].map((second) => began + second * 1_000 + 500);
  const unexpected = expect.stringMatching(/^unexpected ends: job .* \(build-1\) is failed/) as unknown;
  expect(await find({ workerFaults })).not.toContainEqual(unexpected);
  expect(await find({ workerFaults: workerFaults.slice(1) })).toContainEqual(unexpected);
});

it('takes a refusal, a poll that could not be and a kill that nobody asked for as what they are', async () => {
  const asked = [
    { ...build, contradictions: ['progress fell'] },
    { ...bad, state: 'refused', refusal: '404 gone' } as const,
    installed,
  ];
  expect(await find({ asked })).toEqual([
    `contradicting polls: job ${build.jobId} (build-1): progress fell`,
    'unexpected ends: build-2 was refused: 404 gone',
  ]);
  await tx.query(`update jobs set state = 'killed' where id = '${bad.jobId}'`);
  expect(await find({ asked: [build, bad, installed] })).toContainEqual(
    expect.stringMatching(/^unexpected ends: job .* \(build-2\) is killed/),
  );
  const cancelled = { ...bad, cancelled: true, seen: { ...bad.seen!, state: 'killed' } };
  expect(await find({ asked: [build, cancelled, installed] })).not.toContainEqual(expect.stringMatching(/^unexpected/));
});
