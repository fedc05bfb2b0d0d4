import type { JobState } from '../domain/job.ts';
import type { Queryable } from './pool.ts';

/** How a job stands, in times by the database's clock: workers' own clocks may differ. */
export interface AttemptTimes {
  attempt: number;
  state: JobState;
  /** From asking for the job to the claim of its last attempt, in milliseconds; null: there was none yet. */
  waitedMs: number | null;
  /** Since that claim, in milliseconds. */
  claimedMs: number | null;
  /** From asking for the job to its end, in milliseconds; null: it is not finished. */
  tookMs: number | null;
}

/** Undefined: the job is gone. */
export const findAttemptTimes = async (
  db: Queryable,
  accountId: number,
  id: string,
): Promise<AttemptTimes | undefined> => {
  const { rows } = await db.query<AttemptTimes>(
    `select attempt, state,
       (extract(epoch from attempt_started_at - coalesce(retried_at, created_at)) * 1000)::float8 as "waitedMs",
       (extract(epoch from clock_timestamp() - attempt_started_at) * 1000)::float8 as "claimedMs",
       (extract(epoch from finished_at - coalesce(retried_at, created_at)) * 1000)::float8 as "tookMs"
     from jobs where account_id = $1 and id = $2`,
    [accountId, id],
  );
  return rows[0];
};
