import { expect, it, onTestFinished, vi } from 'vitest';
import { createPool, withTransaction } from '../../src/db/pool.ts';
import { databaseUrl } from '../support/harness.ts';

it('a connection that breaks in the middle of a transaction fails that, and ends no process', async () => {
  const onError = vi.fn<(err: Error) => void>();
  const pool = createPool({ url: databaseUrl('postgres'), max: 2, onError });
  onTestFinished(() => pool.end());
  const broken = withTransaction(pool, async (tx) => {
    const { rows } = await tx.query<{ pid: number }>('select pg_backend_pid() as pid');
    const ended = new Promise((resolve) => tx.once('end', resolve));
    await pool.query('select pg_terminate_backend($1)', [rows[0]!.pid]);
    await ended;
    await tx.query('select 1');
  });
  await expect(broken).rejects.toThrow(/not queryable|terminat/);
  expect((await pool.query('select 1 as one')).rows).toEqual([{ one: 1 }]);
});
