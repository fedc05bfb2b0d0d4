import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { lockDoomed } from '../../../src/db/blob-collection.ts';
import { createHarness, type Harness } from '../../support/harness.ts';
import { pagesRead } from '../../support/pages-read.ts';

describe('with many doomed blobs', () => {
  let harness: Harness;
  beforeAll(async () => {
    harness = await createHarness('postgres');
    // Half of them may be removed, the others not yet; what could not be removed before comes last.
    await harness.deps.db.query(
      `insert into blobs (sha256, size, doomed_at, deleting_at)
       select encode(sha256(n::text::bytea), 'hex'), n, now() - make_interval(secs => n), case when n > 9900 then now() end
       from generate_series(1, 10000) n`,
    );
    await harness.deps.db.query('vacuum analyze blobs');
  });
  afterAll(() => harness.close());

  it('the collector finds the next ones without a look at all', async () => {
    expect(await pagesRead(harness.deps.db, (tx) => lockDoomed(tx, 5_000, 20))).toBeLessThan(80);
  });

  it('the oldest come first, and last those that could not be removed before', async () => {
    const { db } = harness.deps;
    const sizesOf = async (limit: number): Promise<number[]> => {
      const digests = await lockDoomed(db, 5_000, limit);
      const { rows } = await db.query<{ size: number }>(
        'select size from unnest($1::text[]) with ordinality as d (sha256, place) join blobs using (sha256) order by place',
        [digests],
      );
      return rows.map(({ size }) => size);
    };
    expect(await sizesOf(2)).toEqual([9_900, 9_899]);
    expect((await sizesOf(6_000)).slice(-1)).toEqual([9_901]);
  });
});
