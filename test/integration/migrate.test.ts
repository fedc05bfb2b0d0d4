import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { migrate } from '../../src/db/migrate.ts';
import { withTransaction } from '../../src/db/pool.ts';
import { createHarness, type Harness } from '../support/harness.ts';

const FILE = '900001_test.sql';

describe('a migration', () => {
  let harness: Harness;
  let folder: string;
  beforeAll(async () => {
    harness = await createHarness('postgres');
    folder = await mkdtemp(path.join(tmpdir(), 'appyard-migrations-'));
    await harness.deps.db.query('create table one (n int); create table two (n int)');
  });
  afterAll(async () => {
    await rm(folder, { recursive: true });
    await harness.close();
  });

  it('comes again when it and somebody at work wait for each other', async () => {
    const { db } = harness.deps;
    const lock = 'lock table one in share mode; lock table two in access exclusive mode;';
    await writeFile(path.join(folder, FILE), `${lock} insert into two values (1);`);
    const held = `select 1 from pg_locks where relation = 'two'::regclass and mode = 'AccessExclusiveLock' and not granted`;
    let migrated: Promise<string[]> | undefined;
    await withTransaction(db, async (tx) => {
      await tx.query('lock table two in row share mode');
      migrated = migrate(db, folder);
      await vi.waitFor(async () => expect((await db.query(held)).rowCount).toBe(1), { timeout: 10_000 });
      // Whoever waited first is ended: this one goes on.
      await tx.query('insert into one values (1)');
    });
    await expect(migrated).resolves.toEqual([FILE]);
    expect((await db.query('select n from two')).rows).toEqual([{ n: 1 }]);
  });
});
