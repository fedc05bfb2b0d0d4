import type { JobKind, JobState } from '../domain/job.ts';
import { jobColumns, type Job } from './jobs.ts';
import { firstChunk, readInChunks, type Placed } from './chunks.ts';
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

/** The numbers of these jobs, in the direction of reading, for {@link readJobs}. One round trip. */
export const listJobNumbers = async (db: Queryable, filter: JobFilter, page: JobPage): Promise<{ id: number }[]> => {
  const { rows } = await db.query<{ id: number }>(
    `select seq as id from jobs where account_id = $1
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

const weighed = `
  select n.place, j.seq, 600 + octet_length(j.message) + octet_length(j.request::text)
    + coalesce(octet_length(j.steps::text), 0) as bytes
  from unnest($2::bigint[]) with ordinality n (seq, place) join jobs j on j.account_id = $1 and j.seq = n.seq`;

/** Reads jobs by their numbers, in this order, chunk by chunk. */
export const readJobs = (
  db: Queryable,
  accountId: number,
  numbers: readonly number[],
): AsyncGenerator<Placed<ListedJob>[], void, undefined> =>
  readInChunks(numbers, async (asked) => {
    const { rows } = await db.query<Placed<ListedJob>>(
      `select c.place, ${jobColumns}, seq, retries, created_at as "createdAt",
         attempt_started_at as "startedAt", finished_at as "finishedAt"
       from ${firstChunk(weighed)} c join jobs using (seq) where account_id = $1 order by c.place`,
      [accountId, asked],
    );
    return rows;
  });
