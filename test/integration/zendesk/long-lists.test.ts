import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { listApps } from '../../../src/db/apps.ts';
import { listInstallations } from '../../../src/db/installations.ts';
import { MOST_LISTED, newestOf, presentAll } from '../../../src/http/dialects/zendesk/whole-list.ts';
import { buildApp, install } from '../../support/client.ts';
import { createHarness, quietLog, type Harness } from '../../support/harness.ts';
import { buildArchive } from '../../support/packages.ts';

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
    const filter = { accountId: harness.accountId, kind: 'zendesk', limit: 2 };
    for (const ownedOnly of [true, false]) {
      const listed = await listApps(harness.deps.db, { ...filter, ownedOnly });
      expect(listed.map(({ id }) => id)).toEqual(apps.slice(1));
    }
    for (const product of [null, 'support']) {
      const listed = await listInstallations(harness.deps.db, { ...filter, product });
      expect(listed.map(({ id }) => id)).toEqual(ids.slice(1));
    }
  });

  it('is logged, and the oldest are left out', () => {
    const log = quietLog();
    const found = Array.from({ length: MOST_LISTED + 1 }, (_, index) => index);
    expect(newestOf({ log }, found.slice(1), { of: 'apps', accountId: 1 })).toEqual(found.slice(1));
    expect(log.warn).not.toHaveBeenCalled();
    expect(newestOf({ log }, found, { of: 'apps', accountId: 1 })).toEqual(found.slice(1));
    expect(log.warn).toHaveBeenCalledExactlyOnceWith(expect.stringContaining('too long'), {
      of: 'apps',
      accountId: 1,
      shown: MOST_LISTED,
    });
  });

  it('lets others have their turn while it is presented', async () => {
    const turn = vi.fn<() => void>();
    const items = Array.from({ length: 120 }, (_, index) => index);
    const presented = presentAll(items, (item) => {
      if (item === 0) setImmediate(turn);
      return [item, turn.mock.calls.length];
    });
    expect((await presented).at(-1)).toEqual([119, 1]);
  });
});
