import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { publish } from '../../support/acting-as.ts';
import { createHarness, type Harness } from '../../support/harness.ts';
import { act, addVersion, dataOf, getReady, goLive, refusal, register, versionPath } from '../../support/os1.ts';

describe('DELETE of the only version', () => {
  let harness: Harness;
  beforeAll(async () => {
    harness = await createHarness('postgres');
  });
  afterAll(() => harness.close());

  let made = 0;
  const draft = () => register(harness, { listingId: `app-${++made}` });
  const remove = (id: string) => harness.request(versionPath(id), { method: 'DELETE' });
  const rowOf = async (listingId: unknown): Promise<number> =>
    (await harness.deps.db.query<{ id: number }>('select id from apps where key = $1', [listingId])).rows[0]!.id;
  const install = (appId: number, as: 'admin' | 'other' = 'other') =>
    harness.request('/api/appyard/v1/installations', { as, method: 'POST', json: { app_id: appId } });
  const waiting = async (): Promise<number> =>
    (
      await harness.deps.db.query<{ n: number }>(
        `select count(*)::int as n from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
      )
    ).rows[0]!.n;

  it('is 409 when the version was submitted between the request and its turn', async () => {
    const { appVersionId, listingId } = await draft();
    const tx = await harness.deps.db.connect();
    try {
      await tx.query('begin');
      await tx.query('select 1 from apps where key = $1 for no key update', [listingId]);
      const submitted = act(harness, appVersionId, 'SUBMIT_FOR_TECH_REVIEW', 'admin');
      await vi.waitFor(async () => expect(await waiting()).toBe(1));
      const removed = remove(appVersionId);
      await vi.waitFor(async () => expect(await waiting()).toBe(2));
      await tx.query('commit');
      expect((await dataOf(await submitted)).state).toBe('IN_TECH_REVIEW');
      expect((await refusal(await removed, 409)).code).toBe('wrong_state');
    } finally {
      tx.release();
    }
    expect((await dataOf(await harness.request(versionPath(appVersionId)))).state).toBe('IN_TECH_REVIEW');
  });

  it('is 409 while another account has it installed, and takes nothing from it', async () => {
    const { appVersionId, listingId } = await draft();
    const id = await rowOf(listingId);
    await harness.deps.db.query(
      `insert into installations (account_id, app_id, version_id, product, title, state, enabled, settings, job_id)
       select o.id, a.id, a.version_id, 'all', 'Theirs', 'installed', true, '{}', 'a-job'
       from apps a join accounts o on o.subdomain = 'other' where a.id = $1`,
      [id],
    );
    expect((await refusal(await remove(appVersionId), 409)).code).toBe('version_in_use');
    const { rows } = await harness.deps.db.query('select title from installations where app_id = $1', [id]);
    expect(rows).toEqual([{ title: 'Theirs' }]);
  });

  it('takes the own installations with it', async () => {
    const { appVersionId, listingId } = await draft();
    const id = await rowOf(listingId);
    expect((await install(id, 'admin')).status).toBe(201);
    await dataOf(await remove(appVersionId));
    const { rows } = await harness.deps.db.query('select 1 from installations where app_id = $1', [id]);
    expect(rows).toEqual([]);
  });

  it('is not what an operator can get around: a draft cannot be published to all, a live app can', async () => {
    const { appId, appVersionId, listingId } = await draft();
    const id = await rowOf(listingId);
    const path = `/api/appyard/v1/apps/${id}`;
    const asked = [
      harness.request(path, { as: 'operator', method: 'PATCH', json: { visibility: 'public' } }),
      harness.request(`${path}/visibility`, { as: 'operator', method: 'PUT', json: { visibility: 'public' } }),
    ];
    for (const response of await Promise.all(asked)) {
      const { error } = (await response.json()) as { error: { code: string; message: string } };
      expect([response.status, error.code]).toEqual([409, 'not_released']);
      expect(error.message).toContain('DEVELOPMENT');
    }
    expect((await install(id)).status).toBe(404);
    await goLive(harness, appVersionId);
    await publish(harness, id, 'public');
    await addVersion(harness, appId, { version: '2.0.0' });
    expect((await install(id)).status).toBe(201);
  });

  it('lets an operator set the marks of a draft, and hide it', async () => {
    const { listingId } = await draft();
    const path = `/api/appyard/v1/apps/${await rowOf(listingId)}`;
    for (const json of [{ featured: true }, { visibility: 'private' }])
      expect((await harness.request(path, { as: 'operator', method: 'PATCH', json })).status).toBe(200);
  });

  it('does not follow from a draft that was shown to all before: nobody else can install it', async () => {
    const { appVersionId, listingId } = await draft();
    await getReady(harness, appVersionId);
    const id = await rowOf(listingId);
    await harness.deps.db.query(`update apps set visibility = 'public' where id = $1`, [id]);
    const response = await install(id);
    expect([response.status, await response.json()]).toMatchObject([404, { error: { code: 'not_found' } }]);
    expect((await install(id, 'admin')).status).toBe(201);
  });
});
