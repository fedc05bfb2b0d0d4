import type { PoolClient } from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createRandom } from '../../../chaos/random.ts';
import { takeTurns } from '../../../src/db/job-turns.ts';
import { withTransaction } from '../../../src/db/pool.ts';
import { createHarness, type Harness } from '../../support/harness.ts';

interface Row {
  id: string;
  kind: 'build' | 'install';
  appId: number | null;
  underWay: boolean;
  /** By somebody else's transaction. */
  held: boolean;
}

const idOf = (number: number): string => number.toString(16).padStart(32, '0');

/** The rule itself, without regard to what it costs. Rows are in the order in which they were asked for. */
const nextOf = (rows: readonly Row[], most: number): string[] => {
  const room = most - rows.filter(({ underWay }) => underWay).length;
  const isFree = (row: Row, at: number): boolean =>
    row.kind === 'install' ||
    row.appId === null ||
    !rows.some(
      (other, place) =>
        other !== row && other.kind === 'build' && other.appId === row.appId && (place < at || other.underWay),
    );
  return rows
    .filter((row, at) => !row.underWay && !row.held && isFree(row, at))
    .slice(0, Math.max(0, room))
    .map(({ id }) => id);
};

const randomRows = (seed: number, count: number, apps: number): Row[] => {
  const random = createRandom(seed);
  return Array.from({ length: count }, (_, at) => ({
    id: idOf(at + 1),
    kind: random.below(10) === 0 ? 'install' : 'build',
    appId: random.below(10) === 0 ? null : 1 + random.below(apps),
    underWay: random.below(20) === 0,
    held: random.below(15) === 0,
  }));
};

describe('turns of jobs that wait in long lines', () => {
  let harness: Harness;
  beforeAll(async () => {
    harness = await createHarness('postgres');
  });
  afterAll(() => harness.close());
  beforeEach(() => harness.deps.db.query('delete from jobs'));

  const insert = async (rows: readonly Row[]): Promise<void> => {
    await harness.deps.db.query(
      `insert into jobs (id, account_id, kind, app_id, dispatched_at)
       select id, $1, kind, "appId", case when "underWay" then now() end
       from jsonb_to_recordset($2) as r(id text, kind text, "appId" bigint, "underWay" boolean, place int) order by place`,
      [harness.accountId, JSON.stringify(rows.map((row, place) => ({ ...row, place })))],
    );
  };
  const hold = (tx: PoolClient, rows: readonly Row[]) =>
    tx.query('select 1 from jobs where id = any($1) for update', [rows.filter(({ held }) => held).map(({ id }) => id)]);

  it.each([
    { apps: 3, count: 60, most: 20 },
    { apps: 40, count: 120, most: 12 },
    { apps: 90, count: 600, most: 60 },
  ])('are given by the same rule among $apps apps', async ({ apps, count, most }) => {
    const { db } = harness.deps;
    for (const seed of [1, 2, 3]) {
      await db.query('delete from jobs');
      const rows = randomRows(seed, count, apps);
      await insert(rows);
      const expected = nextOf(rows, most);
      await withTransaction(db, async (holder) => {
        await hold(holder, rows);
        const turns = await withTransaction(db, (tx) => takeTurns(tx, harness.accountId, most));
        expect(turns.map(({ id }) => id)).toEqual(expected);
        const before = rows.filter(({ underWay }) => underWay).length;
        expect(turns.map(({ place }) => place)).toEqual(expected.map((_, at) => before + at));
      });
    }
  });

  it('are looked for among the thousand that have waited longest', async () => {
    const { db } = harness.deps;
    const build = (at: number, appId: number | null): Row => ({
      id: idOf(at),
      kind: 'build',
      appId,
      underWay: at === 0,
      held: false,
    });
    await insert([...Array.from({ length: 1_001 }, (_, at) => build(at, 1)), build(1_001, null)]);
    const take = () => withTransaction(db, (tx) => takeTurns(tx, harness.accountId, 2));
    expect(await take()).toEqual([]);
    await db.query('delete from jobs where id = $1', [idOf(500)]);
    expect(await take()).toMatchObject([{ id: idOf(1_001), place: 1 }]);
  });
});
