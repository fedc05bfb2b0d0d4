import type { JobKind, JobState } from '../domain/job.ts';
import type { Queryable } from './pool.ts';

export interface Backlog {
  kind: JobKind;
  state: Extract<JobState, 'queued' | 'working'>;
  count: number;
  /** Age of the one that was asked for, or asked for again, first, in seconds. */
  oldestSeconds: number;
}

/** Unfinished jobs of all accounts, for the operator. One statement, which reads only what is unfinished. */
export const readBacklog = async (db: Queryable): Promise<Backlog[]> => {
  const { rows } = await db.query<Backlog>(
    `select kind, state, count(*)::int as count,
       greatest(0, extract(epoch from now() - min(coalesce(retried_at, created_at))))::float8 as "oldestSeconds"
     from jobs where state in ('queued', 'working') group by kind, state`,
  );
  return rows;
};
