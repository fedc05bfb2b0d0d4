import type { Pool } from 'pg';

/** In bytes. */
export interface TableSize {
  /** With its indexes. */
  whole: number;
  indexes: number;
}

/** By name; all that belongs to BullMQ is one, `bullmq`. */
export const tableSizes = async (db: Pool): Promise<ReadonlyMap<string, TableSize>> => {
  const { rows } = await db.query<TableSize & { name: string }>(
    `select case schemaname when 'bullmq' then 'bullmq' else relname end as name,
       sum(pg_total_relation_size(relid))::float8 as whole, sum(pg_indexes_size(relid))::float8 as indexes
     from pg_stat_user_tables group by 1`,
  );
  return new Map(rows.map(({ name, ...size }) => [name, size]));
};
