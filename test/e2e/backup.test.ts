import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it, type TestContext } from 'vitest';
import { createCipher } from '../../src/secrets/cipher.ts';
import { secretContext } from '../../src/use-cases/installation-settings.ts';
import { buildApp, createApp, endOf, install, read, uploadPackage } from '../support/client.ts';
import { copyDatabase, restoreDatabase, type DatabaseCopy } from '../support/database-copy.ts';
import { dumpFolder } from '../support/dumps.ts';
import { queueBackends, type QueueKind } from '../support/harness.ts';
import { buildArchive } from '../support/packages.ts';
import { holdBuilds, migratedSystem, startBuild, type System } from '../support/process-system.ts';
import { services } from '../support/program.ts';

interface Backup {
  database: DatabaseCopy;
  /** A folder. */
  blobs: string;
  secretsKey: string;
}

/** What was there when the backup was taken. */
interface Known {
  kept: number;
  deletedLater: number;
  installation: number;
  working: string;
  queued: string;
}

const parameters = [{ name: 'key', secure: true, scopes: ['header'] }];
const packageOf = (name: string): Buffer =>
  buildArchive({ manifest: { name, parameters }, files: { 'assets/app.css': `/* ${name} */` } });

const blobsOf = ({ env }: System): string => path.join(env['DATA_DIR']!, 'blobs');
const isBlob = (file: string): boolean => path.basename(file) !== 'incoming';

const assetOf = async (system: System, app: number): Promise<string> =>
  (await system.request(`/api/v2/apps/${app}/assets/app.css`)).text();

/** As docs/operations.md says, in its order. Things go on between the two. */
const backUp = async (
  system: System,
  { onTestFinished }: TestContext,
  meanwhile: () => Promise<void>,
): Promise<Backup> => {
  const database = await copyDatabase(system.env['DATABASE_URL']!);
  await meanwhile();
  const blobs = await mkdtemp(path.join(tmpdir(), 'appyard-backup-'));
  onTestFinished(() => rm(blobs, { recursive: true }));
  await cp(blobsOf(system), blobs, { recursive: true, filter: isBlob });
  return { database, blobs, secretsKey: system.env['SECRETS_KEY']! };
};

/** A backup of a system at work, of which nothing else is left. */
const backUpAndLose = async (queue: QueueKind, context: TestContext): Promise<{ backup: Backup; known: Known }> => {
  const system = await migratedSystem(queue);
  try {
    await Promise.all([system.startApi(), system.startWorker()]);
    const kept = await buildApp(system, packageOf('Kept'));
    const deletedLater = await buildApp(system, packageOf('Deleted later'));
    const { id: installation, pending_job_id: job } = await install(system, kept, { name: 'Mine', key: 'swordfish' });
    expect(await endOf(system, job)).toMatchObject({ status: 'completed' });

    const letGo = await holdBuilds(system, context.onTestFinished);
    const working = await startBuild(system, 'Working');
    const queued = await createApp(system, packageOf('Queued'));
    const backup = await backUp(system, context, async () => {
      await letGo();
      const { status } = await system.request(`/api/v2/apps/${deletedLater}.json`, { method: 'DELETE' });
      expect(status).toBe(204);
      expect(await system.run(['collect'])).toMatchObject({ code: 0 });
      await uploadPackage(system, packageOf('Uploaded later'));
    });
    return { backup, known: { kept, deletedLater, installation, working, queued } };
  } finally {
    await system.close();
  }
};

/** A backup is seldom as fresh as this one. After a minute the first look takes up what nobody works on. */
const letMinutePass = async (system: System, queue: QueueKind): Promise<void> => {
  await system.query(
    `update jobs set swept_at = swept_at - interval '1 minute', heartbeat_at = heartbeat_at - interval '1 minute',
       attempt_started_at = attempt_started_at - interval '1 minute'`,
  );
  if (queue === 'postgres') await system.query('update bullmq.job set locked_until_ms = locked_until_ms - 60000');
};

const restore = async (
  queue: QueueKind,
  { onTestFinished }: TestContext,
  { database, blobs, secretsKey }: Backup,
): Promise<System> => {
  const system = await migratedSystem(queue, 'disk', { SECRETS_KEY: secretsKey });
  onTestFinished(() => system.close());
  await restoreDatabase(system.env['DATABASE_URL']!, database);
  await letMinutePass(system, queue);
  await cp(blobs, blobsOf(system), { recursive: true });
  expect(await system.run(services.migrate)).toMatchObject({ code: 0, stdout: 'The database is up to date.\n' });
  return system;
};

const digestsWanted = async (system: System): Promise<string[]> => {
  const rows = await system.query<{ sha256: string }>(
    `select sha256 from version_files union select archive_sha256 from app_versions union select sha256 from uploads`,
  );
  return rows.map(({ sha256 }) => sha256).toSorted();
};

/** Of files that are what their names say. */
const digestsStored = async (system: System): Promise<string[]> => {
  const files = await dumpFolder(blobsOf(system));
  return files
    .filter(({ where, sha256 }) => where.endsWith(sha256))
    .map(({ sha256 }) => sha256)
    .toSorted();
};

const secretOf = async (system: System, installation: number): Promise<string> => {
  const [row] = await system.query<{ account: number; secrets: { key: string } }>(
    `select account_id as account, secrets from installations where id = ${installation}`,
  );
  const key = Buffer.from(system.env['SECRETS_KEY']!, 'base64');
  return createCipher([key]).open(row!.secrets.key, secretContext(row!.account, 'key'));
};

// At the same time: most of it is waiting, until a queue takes back what a worker had that is no more.
it.concurrent.for(queueBackends)(
  'a backup of a system at work, its queue in %s, has everything when it is restored, and what was unfinished goes on',
  { timeout: 120_000 },
  async (queue, context) => {
    const { backup, known } = await backUpAndLose(queue, context);
    const system = await restore(queue, context, backup);
    expect(await digestsStored(system)).toEqual(expect.arrayContaining(await digestsWanted(system)));
    await Promise.all([system.startApi(), system.startWorker()]);

    expect(await assetOf(system, known.kept)).toBe('/* Kept */');
    expect(await assetOf(system, known.deletedLater)).toBe('/* Deleted later */');
    const { installations } = await read<{ installations: object[] }>(
      await system.request('/api/v2/apps/installations.json'),
      200,
    );
    expect(installations).toMatchObject([{ id: known.installation, app_id: known.kept, enabled: true }]);

    const unfinished = [known.working, known.queued];
    for (const id of unfinished) expect(await endOf(system, id)).toMatchObject({ status: 'completed' });
    expect(
      await system.query(`select attempts_used from jobs where id in ('${unfinished.join("','")}') order by seq`),
    ).toEqual([{ attempts_used: 2 }, { attempts_used: 1 }]);
    expect(await buildApp(system, packageOf('New'))).toBeGreaterThan(known.deletedLater);
    expect(await secretOf(system, known.installation)).toBe('swordfish');
  },
);
