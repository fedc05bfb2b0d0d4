import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createApp, install, read, type JobBody } from '../../support/client.ts';
import { createHarness, type Harness } from '../../support/harness.ts';
import { attempt, jobRow } from '../../support/jobs.ts';
import { buildArchive, macros } from '../../support/packages.ts';
import { refusal } from '../../support/refusal.ts';

const statuses = '/api/v2/apps/job_statuses.json';

interface Listed extends JobBody {
  kind: string;
  created_at: string;
  started_at: string | null;
  finished_at: string | null;
  steps: { attempt: number; step: string; started_at: string; ended_at: string | null }[];
}
interface List {
  job_statuses: Listed[];
  meta: { has_more: boolean; after_cursor: string | null; before_cursor: string | null };
  links: { next: string | null; prev: string | null };
}

describe('the list of jobs', () => {
  let harness: Harness;
  let build: string;
  let installJob: string;
  let appId: number;
  let waiting: string[];
  beforeAll(async () => {
    harness = await createHarness('redis');
    build = await createApp(harness, buildArchive({ requirements: macros(2) }));
    await attempt(harness, build);
    appId = (await jobRow(harness, build))['app_id'] as number;
    installJob = (await install(harness, appId)).pending_job_id;
    await attempt(harness, installJob);
    waiting = [];
    for (let i = 0; i < 5; i += 1) waiting.push(await createApp(harness, buildArchive()));
  });
  afterAll(() => harness.close());

  const list = async (query: Record<string, string> = {}): Promise<List> =>
    read<List>(await harness.request(`${statuses}?${new URLSearchParams(query)}`), 200);
  const idsOf = async (query: Record<string, string> = {}) => (await list(query)).job_statuses.map(({ id }) => id);

  it('has the newest first, each with its steps and times', async () => {
    const { job_statuses: jobs } = await list();
    expect(jobs.map(({ id }) => id)).toEqual([...waiting.toReversed(), installJob, build]);
    const stepsOf = (id: string) => jobs.find((job) => job.id === id)!.steps.map(({ step }) => step);
    expect(stepsOf(build)).toEqual(['load', 'check', 'store', 'publish']);
    expect(stepsOf(installJob)).toEqual(['provision macros "macro_0"', 'provision macros "macro_1"', 'enable']);
    const done = jobs.find(({ id }) => id === build)!;
    const ends = done.steps.flatMap(({ started_at, ended_at }) => [started_at, String(ended_at)]);
    expect([done.created_at, String(done.started_at)].map(Date.parse)).not.toContain(Number.NaN);
    expect(ends).toEqual(ends.toSorted());
    expect(done).toMatchObject({ status: 'completed', kind: 'build', app_id: appId });
    expect(jobs[0]).toMatchObject({ status: 'queued', steps: [], started_at: null, finished_at: null });
  });

  it('is filtered by state, kind and app', async () => {
    expect(await idsOf({ 'filter[status]': 'completed' })).toEqual([installJob, build]);
    expect(await idsOf({ 'filter[status]': 'completed, killed', 'filter[kind]': 'install' })).toEqual([installJob]);
    expect(await idsOf({ 'filter[app_id]': String(appId), 'filter[kind]': 'build' })).toEqual([build]);
    expect(await idsOf({ 'filter[status]': 'failed' })).toEqual([]);
  });

  it('goes on from page to page, in both directions', async () => {
    const all = await idsOf();
    const seen: string[] = [];
    let page = await list({ 'page[size]': '3' });
    for (;;) {
      seen.push(...page.job_statuses.map(({ id }) => id));
      if (!page.meta.has_more) break;
      const next = new URL(page.links.next!);
      page = await read<List>(await harness.request(next.pathname + next.search), 200);
    }
    expect(seen).toEqual(all);
    const back = await list({ 'page[size]': '3', 'page[before]': page.meta.before_cursor! });
    expect(back.job_statuses.map(({ id }) => id)).toEqual(all.slice(3, 6));
  });

  it('refuses what it does not know, by name', async () => {
    for (const [name, value] of [
      ['filter[status]', 'done'],
      ['filter[kind]', 'deploy'],
      ['filter[app_id]', 'x'],
      ['filter[state]', 'queued'],
      ['status', 'queued'],
      ['page[size]', '0'],
      ['page[size]', '101'],
      ['page[after]', 'nonsense'],
    ] as const)
      expect((await refusal(await harness.request(`${statuses}?${name}=${value}`), 422)).description).toContain(name);
  });

  it("is for admins, of their own account's jobs", async () => {
    await refusal(await harness.request(statuses, { as: null }), 401);
    await refusal(await harness.request(statuses, { as: 'agent' }), 403);
    expect(await read(await harness.request(statuses, { as: 'other' }), 200)).toMatchObject({ job_statuses: [] });
  });

  it('is there at our own door too', async () => {
    const { data, next } = await read<{ data: Listed[]; next: number | null }>(
      await harness.request('/api/appyard/v1/jobs?state=queued&kind=build&limit=2'),
      200,
    );
    expect(data.map(({ id }) => id)).toEqual(waiting.toReversed().slice(0, 2));
    const rest = await read<{ data: Listed[]; next: number | null }>(
      await harness.request(`/api/appyard/v1/jobs?state=queued&after=${next}`),
      200,
    );
    expect([rest.data.map(({ id }) => id), rest.next]).toEqual([waiting.toReversed().slice(2), null]);
    expect((await harness.request('/api/appyard/v1/jobs?state=done')).status).toBe(422);
    expect((await harness.request('/api/appyard/v1/jobs?status=queued')).status).toBe(422);
  });
});
