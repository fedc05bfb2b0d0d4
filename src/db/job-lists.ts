import type { JobKind, JobState } from '../domain/job.ts';
import { jobColumns, type Job } from './jobs.ts';
import type { Queryable } from './pool.ts';

export interface ListedJob extends Job {
  /** Its place in the order in which jobs were asked for. */
  seq: number;
  retries: number;
  createdAt: Date;
  /** Of its last attempt; null: none has begun. */
  startedAt: Date | null;
  finishedAt: Date | null;
}

export interface JobFilter {
  accountId: number;
  /** Undefined: all; so it is below. */
  states: readonly JobState[] | undefined;
  kind: JobKind | undefined;
  appId: number | undefined;
}

export interface JobPage {
  /** Beyond this place, in the direction of reading; undefined: from the beginning. */
  beyond: number | undefined;
  newestFirst: boolean;
  limit: number;
}

/** One round trip. */
export const listJobs = async (db: Queryable, filter: JobFilter, page: JobPage): Promise<ListedJob[]> => {
  const { rows } = await db.query<ListedJob>(
    `select ${jobColumns}, seq, retries, created_at as "createdAt", attempt_started_at as "startedAt",
       finished_at as "finishedAt"
     from jobs where account_id = $1
       and ($2::text[] is null or state = any($2)) and ($3::text is null or kind = $3)
       and ($4::bigint is null or app_id = $4) and ($5::bigint is null or seq ${page.newestFirst ? '<' : '>'} $5)
     order by seq ${page.newestFirst ? 'desc' : 'asc'} limit $6`,
    [
      filter.accountId,
      filter.states ?? null,
      filter.kind ?? null,
      filter.appId ?? null,
      page.beyond ?? null,
      page.limit,
    ],
  );
  return rows;
};
