import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { projectRoot } from '../../src/cli/project-root.ts';
import { buildApp, endOf, install, pollJob, read, uploadPackage } from '../support/client.ts';
import { queueBackends } from '../support/harness.ts';
import { buildArchive, exampleArchive } from '../support/packages.ts';
import { createSystem, first, holdBuilds, migratedSystem, startBuild, type System } from '../support/process-system.ts';
import { createPrograms, services, type Ended, type RunningProgram } from '../support/program.ts';

/** From a package to a page: what came of it. */
const pushServiceDesk = async (system: System) => {
  const appId = await buildApp(system, await exampleArchive('service-desk'));
  const installation = await install(system, appId, { name: 'Desk' });
  const { status, progress, installation_id: id } = await endOf(system, installation.pending_job_id);
  const [resources] = await system.query('select count(*)::int as count from resources');
  const asset = await system.request(`/api/v2/apps/${appId}/assets/app.css`);
  return { status, progress, ofInstallation: id === installation.id, ...resources, css: await asset.text() };
};

const pushed = async () => ({
  status: 'completed',
  progress: 12,
  ofInstallation: true,
  count: 11,
  css: await readFile(path.join(projectRoot, 'examples/service-desk/assets/app.css'), 'utf8'),
});

describe('separate processes that share a disk', () => {
  it('build and install an app with its requirements, and serve it', async () => {
    const system = await migratedSystem('redis', 'disk');
    onTestFinished(() => system.close());
    await Promise.all([system.startApi(), system.startWorker()]);
    expect(await pushServiceDesk(system)).toEqual(await pushed());
  });
});

describe.each(queueBackends)('separate processes on %s and S3, without a disk in common,', (queue) => {
  let system: System;
  let api: RunningProgram;
  let workers: [RunningProgram, RunningProgram];
  beforeEach(async () => {
    system = await migratedSystem(queue, 's3');
    [api, ...workers] = await Promise.all([system.startApi(), system.startWorker(), system.startWorker()]);
  });
  afterEach(() => system.close());

  it('build and install an app with its requirements, and serve it', async () => {
    expect(await pushServiceDesk(system)).toEqual(await pushed());
  });

  it('end with 0 on SIGTERM, a worker once its job is done', async () => {
    const letGo = await holdBuilds(system);
    await startBuild(system, 'Held');
    const at = Date.now();
    const endOf = async (one: RunningProgram) => ({ code: (await one.ended).code, inTime: Date.now() - at < 25_000 });
    for (const one of [api, ...workers]) one.kill('SIGTERM');
    const idle = Promise.any(workers.map(endOf));
    expect(await Promise.all([endOf(api), idle])).toEqual(Array(2).fill({ code: 0, inTime: true }));
    expect(await system.query('select state from jobs')).toEqual([{ state: 'working' }]);
    await letGo();
    expect(await Promise.all(workers.map(endOf))).toEqual(Array(2).fill({ code: 0, inTime: true }));
    expect(await system.query('select state, attempt from jobs')).toEqual([{ state: 'completed', attempt: 1 }]);
  });

  it('finish the build of a worker that was killed', { timeout: 90_000 }, async () => {
    const letGo = await holdBuilds(system);
    // A worker runs one at a time here: two builds keep both busy, so whichever is killed is in the middle of one.
    const ids = await Promise.all([startBuild(system, 'One'), startBuild(system, 'Two')]);
    workers[0].kill('SIGKILL');
    expect(await workers[0].ended).toMatchObject({ code: null, signal: 'SIGKILL' });
    await letGo();

    // The lock lasts 10 s, and stalled jobs are looked for every 5 s.
    await vi.waitFor(
      async () => {
        for (const id of ids) expect(await pollJob(system, id)).toMatchObject({ status: 'completed' });
      },
      { timeout: 40_000, interval: 100 },
    );
    expect(await system.query('select state, attempt from jobs order by attempt')).toEqual([
      { state: 'completed', attempt: 1 },
      { state: 'completed', attempt: 2 },
    ]);
    const { apps } = await read<{ apps: { name: string }[] }>(await system.request('/api/v2/apps'), 200);
    expect(apps.map(({ name }) => name).toSorted()).toEqual(['One', 'Two']);
    // Nothing half-made either: the list shows apps that have a version.
    expect(
      await system.query('select (select count(*) from apps) as apps, (select count(*) from app_versions) as versions'),
    ).toEqual([{ apps: 2, versions: 2 }]);
  });
});

describe('the commands on a running system', () => {
  let system: System;
  beforeAll(async () => {
    system = await migratedSystem('redis');
    await system.startApi();
  });
  afterAll(() => system.close());

  const statusAs = async (authorization: string): Promise<number> =>
    (await system.request('/api/v2/apps', { headers: { authorization } })).status;

  const sayOf = async (words: string[], input?: string): Promise<string> => {
    const { code, stdout, stderr } = await system.run(words, input);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    return stdout.trim();
  };

  it('migrate makes the first account, and changes nothing when it runs again', async () => {
    expect(await statusAs(`Basic ${btoa(`${first.email}:${first.password}`)}`)).toBe(200);
    const everything = () =>
      system.query(`select (select json_agg(a) from accounts a) accounts, (select json_agg(u) from users u) users,
        (select json_agg(t) from api_tokens t) tokens, (select json_agg(m) from migrations m) migrations`);
    const before = await everything();
    expect(before).toMatchObject([{ accounts: [{ subdomain: 'acme' }], users: [{ email: first.email }] }]);
    expect(await system.run(services.migrate)).toEqual({
      code: 0,
      signal: null,
      stdout: 'The database is up to date.\n',
      stderr: '',
    });
    expect(await everything()).toEqual(before);
  });

  it('account create, user create and token create let somebody in', async () => {
    await sayOf(['account', 'create', 'globex']);
    const words = ['user', 'create', 'hank@globex.example', '--account', 'globex', '--role', 'admin'];
    await sayOf([...words, '--password-stdin'], 'a long password\n');
    expect(await statusAs(`Basic ${btoa('hank@globex.example:a long password')}`)).toBe(200);
    const token = await sayOf(['token', 'create', '--user', 'hank@globex.example']);
    expect(await statusAs(`Bearer ${token}`)).toBe(200);
    expect(await system.run([...words.slice(0, 2), 'nobody', ...words.slice(3)])).toMatchObject({
      code: 1,
      stderr: 'appyard: "nobody" is not an e-mail address.\n',
    });
  });

  it('token revoke ends within 10 s what token create made', async () => {
    const token = await sayOf(['token', 'create', '--user', first.email, '--label', 'short-lived']);
    expect(await statusAs(`Bearer ${token}`)).toBe(200);
    interface Listed {
      id: number;
      label: string;
      revokedAt: string | null;
    }
    const find = async (): Promise<Listed | undefined> =>
      (JSON.parse(await sayOf(['token', 'list', '--json'])) as Listed[]).find(({ label }) => label === 'short-lived');
    const listed = await find();
    expect(listed).toMatchObject({ revokedAt: null });
    await sayOf(['token', 'revoke', String(listed!.id)]);
    expect(await find()).toMatchObject({ revokedAt: expect.any(String) });
    expect(await sayOf(['token', 'list'])).toMatch(/short-lived\t.*\trevoked \d{4}-\d\d-\d\d/);
    await vi.waitFor(async () => expect(await statusAs(`Bearer ${token}`)).toBe(401), {
      timeout: 12_000,
      interval: 250,
    });
  });

  it('collect removes what nobody needs any more, and says what', async () => {
    await uploadPackage(system, buildArchive({ manifest: { name: 'Never built' } }));
    expect(await sayOf(['collect'])).toMatch(/^collect\.blobs: 0 doomed, 0 removed, 0 bytes$/m);
    await system.query(`update uploads set created_at = now() - interval '25 hours'`);
    const said = await sayOf(['collect', '--grace', '0']);
    expect(said).toMatch(/^collect\.uploads: 1 removed, 1 blobs$/m);
    expect(await sayOf(['collect', '--grace', '0'])).toMatch(/^collect\.blobs: 0 doomed, 0 removed, 0 bytes$/m);
    expect(await system.run(['collect', '--grace', 'now'])).toMatchObject({
      code: 1,
      stderr: 'appyard: --grace must be a whole number of seconds, not "now".\n',
    });
  });

  it("operator create makes a token of the installation's, not of an account", async () => {
    const publish = (authorization: string) =>
      system.request('/api/appyard/v1/apps/1/visibility', {
        method: 'PUT',
        json: { visibility: 'public' },
        headers: { authorization },
      });
    expect((await publish(`Bearer ${first.token}`)).status).toBe(403);
    const token = await sayOf(['operator', 'create']);
    // There is no app 1: whoever hears that was let in.
    expect((await publish(`Bearer ${token}`)).status).toBe(404);
    expect(await statusAs(`Bearer ${token}`)).toBe(403);
  });
});

describe('a process that cannot start says why', () => {
  it('api and worker, that migrate has to run first', async () => {
    const system = await createSystem('redis');
    onTestFinished(() => system.close());
    for (const words of [services.api, services.worker])
      expect(await system.run(words)).toEqual({
        code: 1,
        signal: null,
        stdout: '',
        stderr: expect.stringMatching(/^appyard: .* run appyard migrate\.\n$/i),
      } satisfies Record<keyof Ended, unknown>);
  });

  it.each(Object.values(services))('%s, all that is wrong with the environment at once', async (...words) => {
    const programs = createPrograms({ PORT: 'many', REDIS_URL: 'http://redis', WORKER_CONCURRENCY: '0' });
    onTestFinished(() => programs.close());
    const { code, stdout, stderr } = await programs.run(words);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr.trimEnd().split('\n')).toEqual([
      expect.stringContaining('environment'),
      expect.stringMatching(/^ +PORT /),
      expect.stringMatching(/^ +REDIS_URL /),
      expect.stringMatching(/^ +WORKER_CONCURRENCY /),
    ]);
  });
});
