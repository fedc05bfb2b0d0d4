import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { endOf, read } from '../../support/client.ts';
import { createHarness, type Harness } from '../../support/harness.ts';
import { attempt, dieTrying, jobRow } from '../../support/jobs.ts';
import {
  kustomerClient,
  kustomerRefusal,
  organisationIdOf,
  type InstalledBody,
  type PageBody,
} from '../../support/kustomer.ts';
import { MAX_ATTEMPTS } from '../../../src/domain/job.ts';

const view = (name: string, template = 'one') => ({ name, template });

describe('to install an app', () => {
  let harness: Harness;
  let acme: ReturnType<typeof kustomerClient>;
  let id: string;
  beforeAll(async () => {
    harness = await createHarness('postgres');
    acme = kustomerClient(harness);
    id = await organisationIdOf(harness);
  });
  afterAll(() => harness.close());
  beforeEach(async () => {
    await harness.deps.db.query('delete from installations');
    await harness.deps.db.query('delete from apps');
  });

  const resources = async (): Promise<string[]> => {
    const { rows } = await harness.deps.db.query<{ name: string }>(
      `select type || ' ' || identifier || ' ' || (payload ->> 'template') as name from resources order by type, identifier`,
    );
    return rows.map(({ name }) => name.replaceAll(`kustomer.app.hello_${id}.`, ''));
  };
  const installed = async (): Promise<InstalledBody['attributes']> => (await acme.installed())[0]!.attributes;
  const run = (jobId: string) => attempt(harness, jobId);

  /** Until it gives up. */
  const runToTheEnd = async (jobId: string): Promise<void> => {
    for (let tries = 1; tries < MAX_ATTEMPTS; tries += 1) await expect(run(jobId)).resolves.toBe('again');
    await expect(run(jobId)).resolves.toBe('failed');
  };

  /** From here on nothing that is called so can be made. */
  const breakResource = async (name: string): Promise<void> => {
    await harness.deps.db.query(
      `create function refuse() returns trigger language plpgsql as
         $$ begin if new.identifier like '%${name}' then raise 'no place for it'; end if; return new; end $$;
       create trigger refuse before insert on resources for each row execute function refuse()`,
    );
  };
  const mendResources = () =>
    harness.deps.db.query('drop trigger if exists refuse on resources; drop function if exists refuse');

  /** Version 1.0.0, installed, and a 2.0.0 that keeps one view, changes one, drops one and has a new one. */
  const twoVersions = async (): Promise<void> => {
    await acme.register({
      app: 'hello',
      version: '1.0.0',
      kviews: [view('same'), view('changed'), view('dropped')],
    });
    const { attributes } = await acme.install({ app: 'hello' });
    await expect(run(attributes.job.id)).resolves.toBe('completed');
    await acme.register({
      app: 'hello',
      version: '2.0.0',
      kviews: [view('same'), view('changed', 'two'), view('added', 'two')],
    });
  };
  const ofOne = ['kview changed one', 'kview dropped one', 'kview same one'];
  const ofTwo = ['kview added two', 'kview changed two', 'kview same one'];

  it('answers 202 with the installation and its job, and shows how far it is until every component is there', async () => {
    await acme.register({
      app: 'hello',
      version: '1.0.0',
      title: 'Hello',
      klasses: [{ name: 'order', template: 'k' }],
      kviews: [view('card')],
      workflows: [{ name: 'flow', template: 'w' }],
    });
    const made = await acme.install({ app: 'hello' });
    expect(made).toEqual({
      type: 'app',
      id: expect.stringMatching(/^\d+$/) as string,
      attributes: {
        app: `hello_${id}`,
        version: '1.0.0',
        targetVersion: null,
        title: 'Hello',
        state: 'installing',
        enabled: true,
        missingSettings: [],
        job: {
          id: expect.stringMatching(/^[0-9a-f]{32}$/) as string,
          state: 'queued',
          message: 'Waiting for a worker',
        },
        createdAt: expect.any(String) as string,
        updatedAt: expect.any(String) as string,
      },
      links: {
        self: `/v1/apps/hello_${id}-1.0.0`,
        available: `/v1/apps/available/hello_${id}-1.0.0`,
        job: `/api/appyard/v1/jobs/${made.attributes.job.id}`,
      },
    });
    expect((await acme.installed())[0]).toEqual(made);
    await run(made.attributes.job.id);
    expect(await installed()).toMatchObject({ state: 'installed', job: { state: 'completed' } });
    expect(await resources()).toEqual(['klass order k', 'kview card one', 'workflow flow w']);
  });

  it('runs through the queue, and its job can be polled as every other', async () => {
    const worker = harness.startWorker();
    await acme.register({ app: 'hello', version: '1.0.0', kviews: [view('card')] });
    const { attributes } = await acme.install({ app: `hello_${id}`, version: '1.0.0' });
    expect(await endOf(harness, attributes.job.id)).toMatchObject({ status: 'completed', total: 2, progress: 2 });
    const job = await read(await acme.get(`/api/appyard/v1/jobs/${attributes.job.id}`), 200);
    expect(job).toMatchObject({ data: { kind: 'install', state: 'completed' } });
    expect(await installed()).toMatchObject({ state: 'installed' });
    await worker.close(1_000);
  });

  it('without components installs at once, with a job that is done', async () => {
    await acme.register({ app: 'hello', version: '0.0.1' });
    const { attributes } = await acme.install({ app: 'hello' });
    expect(attributes).toMatchObject({ state: 'installed', job: { state: 'completed' } });
  });

  it('takes the latest version unless it is said which, and prereleases only by their name', async () => {
    for (const version of ['1.0.0', '1.1.0', '2.0.0-beta.1']) await acme.register({ app: 'hello', version });
    expect((await acme.install({ app: 'hello', version: 'latest' })).attributes.version).toBe('1.1.0');
    await harness.deps.db.query('delete from installations');
    expect((await acme.install({ app: 'hello', version: '2.0.0-beta.1' })).attributes.version).toBe('2.0.0-beta.1');
  });

  it('answers what is there when that version is asked for again, and makes nothing new', async () => {
    await twoVersions();
    const before = (await acme.installed())[0];
    expect(await acme.install({ app: 'hello', version: '1.0.0' })).toEqual(before);
    const upgrading = await acme.install({ app: 'hello' });
    expect(await acme.install({ app: 'hello' })).toEqual(upgrading);
  });

  it('upgrades with a job: the old version with its resources stays until that is done, then they are replaced', async () => {
    await twoVersions();
    const { attributes } = await acme.install({ app: 'hello', version: '2.0.0' });
    expect(attributes).toMatchObject({ state: 'upgrading', version: '1.0.0', targetVersion: '2.0.0' });
    expect(await resources()).toEqual(ofOne);
    await expect(run(attributes.job.id)).resolves.toBe('completed');
    expect(await installed()).toMatchObject({ state: 'installed', version: '2.0.0', targetVersion: null });
    expect(await resources()).toEqual(ofTwo);
    expect((await acme.installed()).length).toBe(1);
  });

  it('that fails on the way to another version keeps the one before with its resources exactly, and says why', async () => {
    await twoVersions();
    const before = await harness.deps.db.query('select * from resources order by id');
    await breakResource('added');
    try {
      const { attributes } = await acme.install({ app: 'hello' });
      await runToTheEnd(attributes.job.id);
      expect(await installed()).toMatchObject({
        state: 'install_failed',
        version: '1.0.0',
        targetVersion: '2.0.0',
        enabled: true,
        job: { id: attributes.job.id, state: 'failed', message: expect.stringMatching(/^Given up after 5/) as string },
      });
      expect((await harness.deps.db.query('select * from resources order by id')).rows).toEqual(before.rows);
    } finally {
      await mendResources();
    }
    const again = await acme.install({ app: 'hello' });
    expect(again.attributes).toMatchObject({ state: 'upgrading', targetVersion: '2.0.0' });
    await run(again.attributes.job.id);
    expect(await installed()).toMatchObject({ state: 'installed', version: '2.0.0' });
    expect(await resources()).toEqual(ofTwo);
  });

  it('that fails the first time is install_failed, and works when it is asked for again', async () => {
    await acme.register({ app: 'hello', version: '1.0.0', kviews: [view('card')] });
    await breakResource('card');
    try {
      const { attributes } = await acme.install({ app: 'hello' });
      await runToTheEnd(attributes.job.id);
      expect(await installed()).toMatchObject({ state: 'install_failed', job: { state: 'failed' } });
    } finally {
      await mendResources();
    }
    const again = await acme.install({ app: 'hello' });
    expect(again.attributes.state).toBe('installing');
    await run(again.attributes.job.id);
    expect(await installed()).toMatchObject({ state: 'installed' });
    expect(await resources()).toEqual(['kview card one']);
  });

  it('is not moved back by an older upgrade that ends late, and keeps nothing that one has made', async () => {
    await twoVersions();
    await acme.register({ app: 'hello', version: '3.0.0', kviews: [view('third', 'three')] });
    const older = await acme.install({ app: 'hello', version: '2.0.0' });
    const newer = await acme.install({ app: 'hello', version: '3.0.0' });
    await expect(run(newer.attributes.job.id)).resolves.toBe('completed');
    await run(older.attributes.job.id);
    expect(await jobRow(harness, older.attributes.job.id)).toMatchObject({
      state: 'failed',
      message: 'Another version was asked for later, so the installation does not get this one.',
    });
    expect(await installed()).toMatchObject({ state: 'installed', version: '3.0.0', targetVersion: null });
    expect(await resources()).toEqual(['kview third three']);
  });

  it('keeps what a later upgrade has made so far when an older one fails', async () => {
    await twoVersions();
    await acme.register({ app: 'hello', version: '3.0.0', kviews: [view('third', 'three'), view('broken', 'three')] });
    const older = await acme.install({ app: 'hello', version: '2.0.0' });
    await dieTrying(harness, older.attributes.job.id, MAX_ATTEMPTS);
    const newer = await acme.install({ app: 'hello', version: '3.0.0' });
    await breakResource('broken');
    try {
      await expect(run(newer.attributes.job.id)).resolves.toBe('again');
      await expect(run(older.attributes.job.id)).resolves.toBe('failed');
      expect(await resources()).toContain('kview third three');
      expect(await installed()).toMatchObject({ state: 'upgrading', version: '1.0.0', targetVersion: '3.0.0' });
    } finally {
      await mendResources();
    }
    await expect(run(newer.attributes.job.id)).resolves.toBe('completed');
    expect(await resources()).toEqual(['kview broken three', 'kview third three']);
  });

  it('is not disturbed by an older upgrade that ends while the later one is under way', async () => {
    await twoVersions();
    await acme.register({ app: 'hello', version: '3.0.0', kviews: [view('third', 'three'), view('broken', 'three')] });
    const older = await acme.install({ app: 'hello', version: '2.0.0' });
    const newer = await acme.install({ app: 'hello', version: '3.0.0' });
    await breakResource('broken');
    try {
      await expect(run(newer.attributes.job.id)).resolves.toBe('again');
      await run(older.attributes.job.id);
    } finally {
      await mendResources();
    }
    await expect(run(newer.attributes.job.id)).resolves.toBe('completed');
    expect(await installed()).toMatchObject({ state: 'installed', version: '3.0.0' });
    expect(await resources()).toEqual(['kview broken three', 'kview third three']);
  });

  it('goes back to an older version when that is asked for', async () => {
    await twoVersions();
    await run((await acme.install({ app: 'hello' })).attributes.job.id);
    const { attributes } = await acme.install({ app: 'hello', version: '1.0.0' });
    await run(attributes.job.id);
    expect(await installed()).toMatchObject({ state: 'installed', version: '1.0.0' });
    expect(await resources()).toEqual(ofOne);
  });

  it('keeps one installation when two ask at the same time', async () => {
    await acme.register({ app: 'hello', version: '1.0.0', kviews: [view('card')] });
    const [one, other] = await Promise.all([acme.install({ app: 'hello' }), acme.install({ app: 'hello' })]);
    expect(one.id).toBe(other.id);
    expect(await acme.installed()).toHaveLength(1);
  });

  it('is disabled and enabled by name, and says so', async () => {
    await twoVersions();
    for (const method of ['PUT', 'POST']) {
      const off = await acme.send(method, '/v1/apps/hello-1.0.0/disable');
      expect(await read(off, 200)).toMatchObject({ data: { attributes: { state: 'disabled', enabled: false } } });
      const on = await acme.send(method, `/v1/apps/hello_${id}-latest/enable`);
      expect(await read(on, 200)).toMatchObject({ data: { attributes: { state: 'installed', enabled: true } } });
    }
    await kustomerRefusal(await acme.send('PUT', '/v1/apps/hello-2.0.0/disable'), 404);
    expect(await resources()).toEqual(ofOne);
  });

  it('is shown by its version and as the latest, and by no other version', async () => {
    await twoVersions();
    for (const called of ['hello-1.0.0', 'hello-latest', `hello_${id}-1.0.0`]) {
      const { data } = await read<{ data: InstalledBody }>(await acme.get(`/v1/apps/${called}`), 200);
      expect(data.attributes.version).toBe('1.0.0');
    }
    for (const called of ['hello-2.0.0', 'nobody', 'nobody-latest', '-latest', 'hello-'])
      await kustomerRefusal(await acme.get(`/v1/apps/${called}`), 404);
  });

  it('lists what is installed in pages', async () => {
    for (const app of ['a', 'b', 'c']) {
      await acme.register({ app, version: '1.0.0' });
      await acme.install({ app });
    }
    const names: string[] = [];
    let next: string | null = '/v1/apps?page[size]=2';
    while (next !== null) {
      const page: PageBody<InstalledBody> = await read(await acme.get(next), 200);
      expect(page.data.length).toBeLessThanOrEqual(2);
      names.push(...page.data.map(({ attributes }) => attributes.app));
      next = page.links.next;
    }
    expect(names).toEqual([`a_${id}`, `b_${id}`, `c_${id}`]);
    for (const query of [
      'page[size]=0',
      'page[size]=101',
      'page[size]=x',
      'page[after]=-1',
      'page[size]=1&page[size]=2',
    ])
      await kustomerRefusal(await acme.get(`/v1/apps?${query}`), 400);
  });
});
