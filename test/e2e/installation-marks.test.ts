import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Redis } from 'ioredis';
import { expect, inject, it, onTestFinished } from 'vitest';
import { buildApp, createApp, endOf, pollJob } from '../support/client.ts';
import { admin, queueBackends } from '../support/harness.ts';
import { buildArchive } from '../support/packages.ts';
import { migratedSystem, type StoreKind, type System } from '../support/process-system.ts';
import { createPrograms, services } from '../support/program.ts';
import { freePort } from '../support/redis-server.ts';

const open = async (...args: Parameters<typeof migratedSystem>): Promise<System> => {
  const system = await migratedSystem(...args);
  onTestFinished(() => system.close());
  return system;
};

/** The programs of a system with other settings. */
const programsOf = ({ env }: System, settings: Record<string, string>) => {
  const programs = createPrograms({ ...env, ...settings });
  onTestFinished(() => programs.close());
  return programs;
};

const emptyFolder = async (): Promise<string> => {
  const folder = await mkdtemp(path.join(tmpdir(), 'appyard-other-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
};

/** The database of a system that has ended, under another name: as from a backup. */
const restoredCopy = async ({ env }: System): Promise<string> => {
  const url = new URL(env['DATABASE_URL']!);
  const copy = `${url.pathname.slice(1)}_restored`;
  await admin(`create database ${copy} template ${url.pathname.slice(1)}`);
  onTestFinished(() => admin(`drop database ${copy} with (force)`));
  url.pathname = `/${copy}`;
  return url.href;
};

it('a second installation on the same Redis prefix does not start until it adopts, and then each runs its own jobs only', async () => {
  const one = await open('redis');
  const two = await open('redis', 'disk', { REDIS_PREFIX: one.env['REDIS_PREFIX']! });
  await Promise.all([one.startApi(), one.startWorker()]);
  for (const words of [services.api, services.worker]) {
    const { code, stderr } = await two.run(words);
    expect({ code, stderr }).toMatchObject({ code: 1, stderr: expect.stringContaining('Set REDIS_PREFIX') as unknown });
  }
  expect(await two.run(['adopt', '--redis'])).toMatchObject({ code: 0, stderr: '' });
  await Promise.all([two.startApi(), two.startWorker()]);
  const built = await Promise.all([one, two, one, two].map((system) => buildApp(system, buildArchive())));
  expect(built).toHaveLength(4);
});

it('a flushed Redis gets its mark again', async () => {
  const system = await open('redis');
  const worker = await system.startWorker();
  const redis = new Redis(inject('redisUrl'));
  onTestFinished(() => redis.disconnect());
  const mark = `${system.env['REDIS_PREFIX']}:installation`;
  const id = await redis.get(mark);
  worker.kill('SIGTERM');
  await worker.ended;
  await redis.del(...(await redis.keys(`${system.env['REDIS_PREFIX']}:*`)));
  await system.startWorker();
  expect([await redis.get(mark), id]).toEqual([id, expect.stringMatching(/^[0-9a-f-]{36}$/)]);
});

it.each(queueBackends)('another SECRETS_KEY does not start, a rotated one does (%s)', async (queue) => {
  const system = await open(queue);
  await system.startApi();
  const old = system.env['SECRETS_KEY']!;
  const other = Buffer.alloc(32, 9).toString('base64');
  const refused = await programsOf(system, { SECRETS_KEY: other }).run(services.worker);
  expect(refused.code).toBe(1);
  expect(refused.stderr).toMatch(/SECRETS_KEY has none of the keys of this installation \([0-9a-f]{8}\)/);
  expect(refused.stderr).not.toContain(other);
  const rotated = programsOf(system, { SECRETS_KEY: `${other},${old}` });
  await rotated.start(services.worker).untilLine(/"working"/);
  expect(await rotated.run(['secrets', 'rotate'])).toMatchObject({ code: 0 });
  await programsOf(system, { SECRETS_KEY: other })
    .start(services.worker)
    .untilLine(/"working"/);
  const taken = await system.run(services.worker);
  expect([taken.code, taken.stderr]).toEqual([1, expect.stringContaining('has none of the keys of this installation')]);
});

it('a lost key is replaced with adopt --key', async () => {
  const system = await open('postgres');
  await system.startApi();
  const programs = programsOf(system, { SECRETS_KEY: Buffer.alloc(32, 9).toString('base64') });
  expect(await programs.run(['adopt', '--key'])).toMatchObject({ code: 0 });
  await programs.start(services.worker).untilLine(/"working"/);
});

it.each<StoreKind>(['disk', 's3'])(
  'a worker with the blobs of another installation does not start (%s)',
  async (store) => {
    const [one, two] = await Promise.all([open('postgres', store), open('postgres', store)]);
    await Promise.all([one.startApi(), two.startApi()]);
    const settings = store === 's3' ? { BLOB_URL: two.env['BLOB_URL']! } : { DATA_DIR: two.env['DATA_DIR']! };
    const programs = programsOf(one, settings);
    const { code, stderr } = await programs.run(services.worker);
    expect(code).toBe(1);
    expect(stderr).toContain('Set BLOB_URL (or DATA_DIR)');
    expect(await programs.run(['adopt', '--blobs'])).toMatchObject({ code: 0 });
    await programs.start(services.worker).untilLine(/"working"/);
  },
);

it('a worker that starts first leaves the mark to the API, and is not ready without the files of it', async () => {
  const system = await open('postgres');
  const port = await freePort();
  const programs = programsOf(system, { DATA_DIR: await emptyFolder(), METRICS_PORT: String(port) });
  await programs.start(services.worker).untilLine(/"working"/);
  const readiness = async () => (await fetch(`http://127.0.0.1:${port}/readyz`)).status;
  expect(await readiness()).toBe(200);
  await system.startApi();
  await expect.poll(readiness, { timeout: 20_000 }).toBe(503);
});

it('a worker with an empty blob store says so, is not ready, and its builds name the reason', async () => {
  const system = await open('postgres');
  await system.startApi();
  const port = await freePort();
  const programs = programsOf(system, { DATA_DIR: await emptyFolder(), METRICS_PORT: String(port) });
  const worker = programs.start(services.worker);
  await worker.untilLine(/"working"/);
  const ready = await fetch(`http://127.0.0.1:${port}/readyz`);
  expect([ready.status, await ready.json()]).toMatchObject([503, { missing: ['blobs'] }]);
  const job = await createApp(system, buildArchive());
  await expect
    .poll(async () => (await pollJob(system, job)).message, { timeout: 15_000 })
    .toContain('The file is not in the blob store of this process.');
  worker.kill('SIGTERM');
  const { stdout, stderr } = await worker.ended;
  expect(stdout + stderr).toContain('The blob store does not have the mark of this installation');
  await system.startWorker();
  expect(await endOf(system, job)).toMatchObject({ status: 'completed' });
});

it('a backup that was restored beside stores of others starts once they are adopted', async () => {
  const [one, two] = await Promise.all([open('redis'), open('redis')]);
  const running = await Promise.all([one.startApi(), one.startWorker(), two.startApi(), two.startWorker()]);
  const app = await buildApp(one, buildArchive());
  for (const program of running) program.kill('SIGTERM');
  await Promise.all(running.map(({ ended }) => ended));
  const restored = await restoredCopy(one);
  const settings = { DATABASE_URL: restored, REDIS_PREFIX: two.env['REDIS_PREFIX']!, DATA_DIR: two.env['DATA_DIR']! };
  const programs = programsOf(one, settings);
  for (const words of [services.api, services.worker, ['start']]) {
    const { code, stderr } = await programs.run(words);
    expect({ code, stderr }).toMatchObject({ code: 1, stderr: expect.stringContaining('adopt --redis') as unknown });
  }
  expect(await programs.run(['adopt', '--redis'])).toMatchObject({ code: 0 });
  const refused = await programs.run(services.worker);
  expect([refused.code, refused.stderr]).toEqual([1, expect.stringContaining('adopt --blobs')]);
  expect(await programs.run(['adopt', '--blobs'])).toMatchObject({ code: 0 });
  await programs.start(services.worker).untilLine(/"working"/);
  await programs.start(services.api).untilLine(/"listening"/);
  const shown = await one.request(`/api/v2/apps/${app}.json`);
  expect(shown.status).toBe(200);
});

it('jobs that a release before has left under the prefix alone are put into the queue again', async () => {
  const system = await open('redis');
  await system.startApi();
  const job = await createApp(system, buildArchive());
  const redis = new Redis(inject('redisUrl'));
  onTestFinished(() => redis.disconnect());
  const prefix = system.env['REDIS_PREFIX']!;
  // Under which the release before looks for jobs.
  const [id] = await system.query<{ id: string }>('select id from installation');
  for (const key of await redis.keys(`${prefix}:${id!.id}:*`))
    await redis.rename(key, key.replace(`${prefix}:${id!.id}:`, `${prefix}:`));
  await system.query(`update jobs set swept_at = now() - interval '1 minute'`);
  await system.startWorker();
  expect(await endOf(system, job)).toMatchObject({ status: 'completed' });
});
