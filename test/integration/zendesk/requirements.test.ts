import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildApp, endOf, install, read, uploadPackage } from '../../support/client.ts';
import { createHarness, type Harness, type RequestOptions } from '../../support/harness.ts';
import { countOf } from '../../support/jobs.ts';
import { buildArchive, macros } from '../../support/packages.ts';
import { refusal } from '../../support/refusal.ts';
import { anId, aTime, badIds, named } from '../../support/shapes.ts';

interface Requirement {
  requirement_id: number;
  requirement_type: string;
  identifier: string;
}

const requirements = { ...macros(2), ticket_fields: { colour: { type: 'text', title: 'Colour' } } };

describe('the requirements of an installation', () => {
  let harness: Harness;
  let id: number;
  let app: number;
  beforeAll(async () => {
    harness = await createHarness('redis');
    harness.startWorker();
    app = await buildApp(harness, buildArchive({ requirements }));
    const installed = await install(harness, app);
    await endOf(harness, installed.pending_job_id);
    id = installed.id;
  });
  afterAll(() => harness.close());

  const at = (route: string | number, options?: RequestOptions): Promise<Response> =>
    harness.request(`/api/v2/apps/installations/${route}`, options);
  const list = async (installation: number): Promise<Requirement[]> =>
    (await read<{ requirements: Requirement[] }>(await at(`${installation}/requirements.json`), 200)).requirements;

  it('are what was provisioned for it', async () => {
    const listed = await list(id);
    const shown = (requirement_type: string, identifier: string) => ({
      requirement_id: anId(),
      requirement_type,
      identifier,
      account_id: harness.accountId,
      installation_id: id,
      created_at: aTime(),
      updated_at: aTime(),
    });
    expect(listed).toEqual([shown('macros', 'macro_0'), shown('macros', 'macro_1'), shown('ticket_fields', 'colour')]);
    expect(new Set(listed.map((one) => one.requirement_id)).size).toBe(3);
    for (const path of [
      `/api/sell/apps/installations/${id}/requirements`,
      `/api/v2/apps/installations/${id}/requirements/`,
    ])
      expect(await read(await harness.request(path), 200)).toEqual({ requirements: listed });
  });

  it('keep their ids when a new version requires more', async () => {
    const growing = await buildApp(harness, buildArchive({ requirements: macros(1) }));
    const { id: installation, pending_job_id: first } = await install(harness, growing);
    await endOf(harness, first);
    const before = await list(installation);
    const json = { upload_id: await uploadPackage(harness, buildArchive({ requirements: macros(2) })) };
    const build = await harness.request(`/api/v2/apps/${growing}`, { method: 'PUT', json });
    await endOf(harness, (await read<{ job_id: string }>(build, 200)).job_id);
    const second = await jobOf(installation);
    expect(second).not.toBe(first);
    await endOf(harness, second);
    expect(await list(installation)).toEqual([...before, expect.objectContaining({ identifier: 'macro_1' })]);
  });

  const jobOf = async (installation: number): Promise<string> => {
    const { installations } = await read<{ installations: { id: number; pending_job_id: string }[] }>(
      await at(''),
      200,
    );
    return installations.find((one) => one.id === installation)!.pending_job_id;
  };

  it('are none of an app that has none', async () => {
    const plain = await install(harness, await buildApp(harness, buildArchive()));
    expect(await list(plain.id)).toEqual([]);
  });

  it('are gone with the installation, whose job can still be asked for', async () => {
    const gone = await install(harness, app);
    await endOf(harness, gone.pending_job_id);
    const before = await countOf(harness, 'resources');
    expect((await at(`${gone.id}`, { method: 'DELETE' })).status).toBe(204);
    expect(await countOf(harness, 'resources')).toBe(before - 3);
    await refusal(await at(`${gone.id}/requirements`), 404);
    for (const path of ['apps/job_statuses', 'apps/installations/job_statuses'])
      expect(await read(await harness.request(`/api/v2/${path}/${gone.pending_job_id}.json`), 200)).toMatchObject({
        status: 'completed',
        installation_id: gone.id,
      });
  });

  it('are shown to agents and admins of the account only', async () => {
    const route = `${id}/requirements`;
    expect(await read(await at(route, { as: 'agent' }), 200)).toEqual(await read(await at(route), 200));
    await refusal(await at(route, { as: null }), 401);
    await refusal(await at(route, { as: 'operator' }), 403);
    await refusal(await at(route, { as: 'other' }), 404);
  });

  it.each(named(badIds))('are refused for %s', async (_name, bad) => {
    expect([400, 404, 422]).toContain((await at(`${bad}/requirements.json`)).status);
  });
});

describe('the requirements of an installation that waits for its job', () => {
  let harness: Harness;
  beforeAll(async () => {
    harness = await createHarness('postgres');
  });
  afterAll(() => harness.close());

  it('are not there yet', async () => {
    const worker = harness.startWorker();
    const app = await buildApp(harness, buildArchive({ requirements }));
    await worker.close(1_000);
    const { id } = await install(harness, app);
    const answer = await harness.request(`/api/v2/apps/installations/${id}/requirements`);
    expect(await read(answer, 200)).toEqual({ requirements: [] });
  });
});
