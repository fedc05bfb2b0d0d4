import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { lastUnlistedApp, readApps, type ListedApp } from '../../../src/db/app-lists.ts';
import { lastUnlistedInstallation, readInstallations, type Installation } from '../../../src/db/installations.ts';
import { MOST_LISTED, startOf } from '../../../src/http/dialects/zendesk/whole-list.ts';
import { buildApp, install, read } from '../../support/client.ts';
import { createHarness, quietLog, type Harness } from '../../support/harness.ts';
import { buildArchive } from '../../support/packages.ts';

const idsOf = async (chunks: AsyncIterable<(ListedApp | Installation)[]>): Promise<number[]> => {
  const ids: number[] = [];
  for await (const chunk of chunks) ids.push(...chunk.map(({ id }) => id));
  return ids;
};

describe('a list that is too long', () => {
  let harness: Harness;
  beforeAll(async () => {
    harness = await createHarness('postgres');
    harness.startWorker();
  });
  afterAll(() => harness.close());

  it('has the newest apps and installations, in their order', async () => {
    const apps: number[] = [];
    for (let i = 0; i < 3; i += 1) apps.push(await buildApp(harness, buildArchive()));
    const ids: number[] = [];
    for (let i = 0; i < 3; i += 1) ids.push((await install(harness, apps[0]!)).id);
    const { db } = harness.deps;
    const of = { accountId: harness.accountId, kind: 'zendesk' };
    for (const ownedOnly of [true, false]) {
      const filter = { ...of, ownedOnly };
      expect(await lastUnlistedApp(db, filter, 3)).toBe(0);
      const after = await lastUnlistedApp(db, filter, 2);
      expect(await idsOf(readApps(db, { filter, after }, (_, locale) => locale))).toEqual(apps.slice(1));
    }
    for (const product of [null, 'support']) {
      const filter = { ...of, product };
      expect(await lastUnlistedInstallation(db, filter, 3)).toBe(0);
      const after = await lastUnlistedInstallation(db, filter, 2);
      expect(await idsOf(readInstallations(db, filter, after))).toEqual(ids.slice(1));
    }
  });

  it('is logged, and the oldest are left out', () => {
    const log = quietLog();
    expect(startOf({ log }, 0, { of: 'apps', accountId: 1 })).toBe(0);
    expect(log.warn).not.toHaveBeenCalled();
    expect(startOf({ log }, 7, { of: 'apps', accountId: 1 })).toBe(7);
    expect(log.warn).toHaveBeenCalledExactlyOnceWith(expect.stringContaining('too long'), {
      of: 'apps',
      accountId: 1,
      shown: MOST_LISTED,
    });
  });

  it('is whole and in order when it takes many chunks, with the app of each installation', async () => {
    const app = await buildApp(harness, buildArchive());
    await harness.deps.db.query(
      `insert into installations (account_id, app_id, version_id, product, title, state, enabled, job_id)
       select a.account_id, a.id, a.version_id, 'support', 'No. ' || n, 'installed', true, 'none'
       from apps a, generate_series(1, 1000) n where a.id = $1`,
      [app],
    );
    const { rows } = await harness.deps.db.query<{ id: number }>('select id from installations order by id');
    for (const query of ['', '?include=app']) {
      const response = await harness.request(`/api/v2/apps/installations.json${query}`);
      const { installations } = await read<{ installations: { id: number; app_id: number; app?: { id: number } }[] }>(
        response,
        200,
      );
      expect(installations.map(({ id }) => id)).toEqual(rows.map(({ id }) => id));
      const apps = installations.map((one) => one.app?.id);
      expect(apps).toEqual(installations.map((one) => (query === '' ? undefined : one.app_id)));
    }
  });
});
