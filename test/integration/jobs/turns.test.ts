import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildApp, createApp, endOf } from '../../support/client.ts';
import { createHarness, queueBackends, type Harness } from '../../support/harness.ts';
import { jobRow } from '../../support/jobs.ts';
import { buildArchive } from '../../support/packages.ts';
import { updateApp } from '../../support/updates.ts';
import { sweep } from '../../../workers/sweep.ts';

const version = (name: string): Buffer => buildArchive({ manifest: { version: name } });

describe.each(queueBackends)('turns on %s', (queue) => {
  let harness: Harness;
  beforeAll(async () => {
    harness = await createHarness(queue, { env: { MAX_RUNNING_PER_ACCOUNT: '3' } });
  });
  afterAll(() => harness.close());

  const ordered = async () => {
    const { rows } = await harness.deps.db.query<{ id: string }>(
      `select id from jobs where state = 'completed' order by finished_at`,
    );
    return rows.map(({ id }) => id);
  };

  it('are given to so many jobs of an account at a time, and another account does not wait for the rest', async () => {
    const flood = await Promise.all(Array.from({ length: 9 }, () => createApp(harness, buildArchive())));
    const { rows } = await harness.deps.db.query(`select count(*) as n from jobs where dispatched_at is not null`);
    expect(rows).toEqual([{ n: 3 }]);
    expect(await harness.deps.producer.countWaiting()).toBe(3);
    const as = (route: string, options = {}) => harness.request(route, { ...options, as: 'other' });
    const other = await createApp({ request: as }, buildArchive());
    const worker = harness.startWorker(1);
    expect(await endOf({ request: as }, other)).toMatchObject({ status: 'completed' });
    for (const id of flood) expect(await endOf(harness, id)).toMatchObject({ status: 'completed' });
    await worker.close();
    // Behind the first one of the flood at the most: that one had its turn before, and stood alone as well.
    expect((await ordered()).indexOf(other)).toBeLessThanOrEqual(1);
  });

  it('are given to the builds of one app one after the other, in the order in which they were asked for', async () => {
    const worker = harness.startWorker(3);
    const appId = await buildApp(harness, version('1.0.0'));
    await worker.close();
    const ids: string[] = [];
    for (const name of ['2.0.0', '3.0.0', '4.0.0']) ids.push(await updateApp(harness, appId, version(name)));
    const dispatched = async () =>
      Promise.all(ids.map(async (id) => (await jobRow(harness, id))['dispatched_at'] !== null));
    expect(await dispatched()).toEqual([true, false, false]);
    const second = harness.startWorker(3);
    for (const id of ids) expect(await endOf(harness, id)).toMatchObject({ status: 'completed' });
    await second.close();
    expect((await ordered()).filter((id) => ids.includes(id))).toEqual(ids);
    const { rows } = await harness.deps.db.query(
      `select definition ->> 'version' as version from app_versions where app_id = $1 order by id`,
      [appId],
    );
    expect(rows.map((row) => (row as { version: string }).version)).toEqual(['1.0.0', '2.0.0', '3.0.0', '4.0.0']);
  });

  it('are not needed where the same update is on its way: who asks again gets that job', async () => {
    const worker = harness.startWorker(1);
    const appId = await buildApp(harness, version('1.0.0'));
    await worker.close();
    const first = await updateApp(harness, appId, version('2.0.0'));
    const repeats = await Promise.all(Array.from({ length: 5 }, () => updateApp(harness, appId, version('2.0.0'))));
    expect(new Set(repeats)).toEqual(new Set([first]));
    // Another text or another package is another update, and after that the first one is one as well.
    const named = await updateApp(harness, appId, version('2.0.0'), { body: { name: 'Renamed' } });
    const other = await updateApp(harness, appId, version('3.0.0'));
    const again = await updateApp(harness, appId, version('2.0.0'));
    expect(new Set([first, named, other, again]).size).toBe(4);
    const second = harness.startWorker(2);
    for (const id of [first, named, other, again])
      expect(await endOf(harness, id)).toMatchObject({ status: 'completed' });
    expect(await updateApp(harness, appId, version('2.0.0'))).not.toBe(again);
    await second.close();
  });

  it('that nobody gave are given by the sweep', async () => {
    const ids = [await createApp(harness, buildArchive()), await createApp(harness, buildArchive())];
    await harness.deps.db.query('update jobs set dispatched_at = null where id = any($1)', [ids]);
    const jobs = ids.map(async (id) => harness.deps.producer.find(id));
    expect(await Promise.all(jobs)).toHaveLength(2);
    expect(await sweep(harness.deps)).toMatchObject({ turns: 2 });
    for (const id of ids) expect((await jobRow(harness, id))['dispatched_at']).not.toBeNull();
  });
});
