import type { Pool, QueryResultRow } from 'pg';
import { withTransaction, type Queryable } from '../../src/db/pool.ts';

/**
 * How many pages of tables and indexes the statements of a query function read: what it costs, whatever else the machine
 * does. They are run, and give no rows.
 */
export const pagesRead = async (db: Pool, ask: (tx: Queryable) => Promise<unknown>): Promise<number> => {
  let pages = 0;
  await withTransaction(db, async (tx) => {
    const explain = async (text: string, values: unknown[]) => {
      const { rows } = await tx.query<QueryResultRow>(`explain (analyze, buffers, format json) ${text}`, values);
      const [{ Plan: plan }] = rows[0]!['QUERY PLAN'] as [{ Plan: Record<string, number> }];
      pages += plan['Shared Hit Blocks']! + plan['Shared Read Blocks']!;
      return { rows: [], rowCount: 0 };
    };
    await ask({ query: explain as unknown as Queryable['query'] });
  });
  return pages;
};
