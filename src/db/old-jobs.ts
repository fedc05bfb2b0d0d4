import type { Queryable } from './pool.ts';

/**
 * Of all accounts, `limit` at the most: jobs that ended so many days ago, but for those that an installation shows as its
 * own.
 *
 * @returns how many it deleted.
 */
export const deleteOldJobs = async (db: Queryable, days: number, limit: number): Promise<number> => {
  const { rowCount } = await db.query(
    `delete from jobs where id in (
       select j.id from jobs j where j.finished_at < now() - make_interval(days => $1)
         and j.state in ('completed', 'failed', 'killed')
         and not exists (select 1 from installations i where i.job_id = j.id)
       order by j.finished_at limit $2 for update skip locked)`,
    [days, limit],
  );
  return rowCount ?? 0;
};
