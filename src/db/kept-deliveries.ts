import type { Queryable } from './pool.ts';

interface Kept {
  accountId: number;
  topic: string;
  /** Limits of what is kept. */
  rows: number;
  bytes: number;
}

/**
 * Deletes settled deliveries of one topic, the oldest first, until the account keeps no more than allowed.
 *
 * @returns whether it does: what is not settled yet stays.
 */
export const trimDeliveries = async (
  tx: Queryable,
  { accountId, topic, rows: mostRows, bytes: mostBytes }: Kept,
): Promise<boolean> => {
  const { rows } = await tx.query<{ fits: boolean }>(
    `with counted as materialized (
       select id, finished_at, row_number() over newest as count, sum(pg_column_size(claims)) over newest as bytes
       from deliveries where account_id = $1 and topic = $2
       window newest as (order by finished_at is not null, created_at desc, id desc)),
     removed as (
       delete from deliveries d using counted c
       where d.id = c.id and c.finished_at is not null and (c.count > $3 or c.bytes > $4))
     select not exists (
       select 1 from counted where finished_at is null and (count > $3 or bytes > $4)) as fits`,
    [accountId, topic, mostRows, mostBytes],
  );
  return rows[0]!.fits;
};
