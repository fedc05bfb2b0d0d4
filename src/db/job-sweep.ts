import type { JobToQueue } from '../domain/job.ts';
import { jobColumns, queueColumns } from './jobs.ts';
import type { ClaimedJob } from './job-attempts.ts';
import type { Queryable } from './pool.ts';

/**
 * Unfinished jobs that should stand in the queue and of which nothing was heard for `quietSeconds`, those looked at longest
 * ago first, each with its rank as it is now. Marks them as looked at, so that a long queue cannot hide what stands behind it.
 */
export const takeQuietJobs = async (db: Queryable, quietSeconds: number, limit: number): Promise<JobToQueue[]> => {
  const { rows } = await db.query<JobToQueue>(
    `with ranked as (
       select id as ranked_id, row_number() over (partition by account_id order by seq) - 1 as place from jobs
       where state in ('queued', 'working') and dispatched_at is not null)
     update jobs set swept_at = now() from ranked where id = ranked_id and id in (
       select id from jobs where state in ('queued', 'working') and dispatched_at is not null
         and swept_at < now() - make_interval(secs => $1)
         and (state = 'queued' or heartbeat_at is null or heartbeat_at < now() - make_interval(secs => $1))
       order by swept_at limit $2 for update skip locked)
     returning ${queueColumns}, place`,
    [quietSeconds, limit],
  );
  return rows;
};

/** Of an attempt of each kind, in seconds. */
export interface DeadlineSeconds {
  build: number;
  install: number;
}

/**
 * An attempt that should have ended by now, whether its worker lives or not: the one that began first. Holds its row, so ask
 * in a transaction; what somebody else holds is passed over.
 */
export const lockOverdueJob = async (
  tx: Queryable,
  { build, install }: DeadlineSeconds,
  except: readonly string[],
): Promise<ClaimedJob | undefined> => {
  const { rows } = await tx.query<ClaimedJob>(
    `select ${jobColumns}, greatest(heartbeat_at, attempt_started_at) as "lastSeenAt" from jobs
     where state = 'working'
       and attempt_started_at < now() - make_interval(secs => case kind when 'build' then $1::float8 else $2::float8 end)
       and id <> all ($3::text[])
     order by attempt_started_at limit 1 for update skip locked`,
    [build, install, except],
  );
  return rows[0];
};
