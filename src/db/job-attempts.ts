import type { JobFigures, JobStep, SettledState } from '../domain/job.ts';
import type { PackageProblem } from '../domain/package/problem.ts';
import { jobColumns, type Attempt, type Job } from './jobs.ts';
import type { Queryable } from './pool.ts';

export interface ClaimedJob extends Job {
  /** When it was queued, or when the attempt before this one was heard of last. */
  lastSeenAt: Date;
}

/**
 * Takes a job for one attempt, in one round trip.
 *
 * @param unheardSeconds an attempt that was heard of since is left in peace: its worker lives, whatever the queue says.
 * @returns undefined when the job is settled, gone, worked on, or has not its turn.
 */
export const claimJob = async (
  db: Queryable,
  accountId: number,
  id: string,
  unheardSeconds = 0,
): Promise<ClaimedJob | undefined> => {
  const { rows } = await db.query<ClaimedJob>(
    `with last as (
       select id as last_id, greatest(heartbeat_at, attempt_started_at, created_at) as seen_at from jobs
       where id = $1 and account_id = $2 and (state = 'queued' and dispatched_at is not null or (state = 'working'
         and greatest(heartbeat_at, attempt_started_at) <= now() - make_interval(secs => $3)))
       for update)
     update jobs set state = 'working', attempt = attempt + 1, attempts_used = attempts_used + 1,
       attempt_started_at = now(), updated_at = now(), swept_at = now()
     from last where id = last_id returning ${jobColumns}, seen_at as "lastSeenAt"`,
    [id, accountId, unheardSeconds],
  );
  return rows[0];
};

/** Holds a job's attempt for the rest of the transaction. False when another attempt has taken it over. */
export const holdAttempt = async (tx: Queryable, { id, attempt }: Attempt): Promise<boolean> => {
  const { rowCount } = await tx.query(
    `select 1 from jobs where id = $1 and attempt = $2 and state = 'working' for update`,
    [id, attempt],
  );
  return rowCount === 1;
};

/** Was a build of the app that was asked for later published already? Ask under the app's lock. */
export const isOvertaken = async (tx: Queryable, { id }: Attempt, appId: number): Promise<boolean> => {
  const { rowCount } = await tx.query(
    `select 1 from jobs later where later.app_id = $2 and later.kind = 'build' and later.state = 'completed'
       and later.seq > (select seq from jobs where id = $1) limit 1`,
    [id, appId],
  );
  return rowCount === 1;
};

export interface Settlement extends JobFigures {
  state: SettledState;
  /** Of all attempts; undefined leaves those that are there. */
  steps?: JobStep[];
  appId?: number;
  versionId?: number;
  errors?: PackageProblem[];
  warnings?: PackageProblem[];
}

/** Ends a job. False when another attempt has taken it over. */
export const settleJob = async (db: Queryable, { id, attempt }: Attempt, end: Settlement): Promise<boolean> => {
  const { rowCount } = await db.query(
    `update jobs set state = $3, progress = $4, total = $5, message = $6, errors = $7, warnings = $8,
       app_id = coalesce($9, app_id), version_id = coalesce($10, version_id), steps = coalesce($11, steps),
       finished_at = now(), updated_at = now()
     where id = $1 and attempt = $2 and state = 'working'`,
    [
      id,
      attempt,
      end.state,
      end.progress,
      end.total,
      end.message,
      JSON.stringify(end.errors ?? []),
      JSON.stringify(end.warnings ?? []),
      end.appId ?? null,
      end.versionId ?? null,
      end.steps === undefined ? null : JSON.stringify(end.steps),
    ],
  );
  return rowCount === 1;
};

export interface Release extends JobFigures {
  /** False: the attempt was ended from outside (shutdown) and does not use up one of the tries. */
  counted: boolean;
  steps: JobStep[];
}

/** Hands a job back for another attempt, with the figures it reached. False when another one has taken it over. */
export const releaseJob = async (
  db: Queryable,
  { id, attempt }: Attempt,
  { progress, total, message, counted, steps }: Release,
): Promise<boolean> => {
  const { rowCount } = await db.query(
    `update jobs set state = 'queued', progress = $3, total = $4, message = $5,
       attempts_used = attempts_used - $6::int, steps = $7, updated_at = now(), swept_at = now()
     where id = $1 and attempt = $2 and state = 'working'`,
    [id, attempt, progress, total, message, counted ? 0 : 1, JSON.stringify(steps)],
  );
  return rowCount === 1;
};

/** Lets the time of an attempt begin now: it has waited for something that is not its own work. */
export const restartAttempt = async (db: Queryable, { id, attempt }: Attempt): Promise<void> => {
  await db.query(`update jobs set attempt_started_at = now() where id = $1 and attempt = $2 and state = 'working'`, [
    id,
    attempt,
  ]);
};

/** What a worker says of an attempt that it is at. */
export interface Beat extends Attempt, JobFigures {
  /** Undefined: as they were at the last beat. */
  steps?: JobStep[] | undefined;
}

/**
 * Says that these attempts are alive, and how far they are: one round trip for all of them. A row that somebody holds just
 * now (its own transaction that publishes, or one that cancels it) is passed over: a beat waits for nobody.
 *
 * @returns those that still have their job.
 */
export const beatJobs = async (db: Queryable, beats: readonly Beat[]): Promise<Attempt[]> => {
  const { rows } = await db.query<Attempt>(
    `with beats as (
       select * from jsonb_to_recordset($1) as b(id text, attempt int, progress int, total int, message text, steps jsonb)),
     free as (
       select j.id from jobs j join beats b on b.id = j.id and b.attempt = j.attempt where j.state = 'working'
       for no key update of j skip locked),
     written as (
       update jobs j set heartbeat_at = now(), progress = b.progress, total = b.total, message = b.message,
         steps = coalesce(b.steps, j.steps)
       from beats b where j.id = b.id and j.attempt = b.attempt and j.id in (select id from free))
     select j.id, j.attempt from jobs j join beats b on b.id = j.id and b.attempt = j.attempt
     where j.state = 'working'`,
    [JSON.stringify(beats)],
  );
  return rows;
};
