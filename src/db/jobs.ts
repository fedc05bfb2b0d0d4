import type { Actor } from '../domain/audit.ts';
import type { JobFigures, JobRef, JobStatus, JobToQueue, SettledState } from '../domain/job.ts';
import type { PackageProblem } from '../domain/package/problem.ts';
import type { Queryable } from './pool.ts';

export interface Job extends JobStatus, JobRef {
  /** The fencing token: whoever holds an old one changes nothing. */
  attempt: number;
  attemptsUsed: number;
  uploadId: number | null;
  /** Of a build; empty for an install. */
  request: BuildRequest;
  /** Who asked for it; null: the system. */
  actor: Actor | null;
  /** What an install moves to; null: it stays on what it has. Of a build, what it made. */
  versionId: number | null;
}

/** What the requester asked for besides the package; null: not asked for. */
export interface BuildRequest {
  /** The door it came through: what kind of app a new one is. */
  appKind: string;
  name?: string | null;
  shortDescription?: string | null;
}

export interface NewBuildJob {
  id: string;
  accountId: number;
  uploadId: number;
  appId: number | null;
  request: BuildRequest;
  actor: Actor;
}

export interface Settlement extends JobFigures {
  state: SettledState;
  appId?: number;
  versionId?: number;
  errors?: PackageProblem[];
  warnings?: PackageProblem[];
}

/** Names one attempt of one job. */
export type Attempt = Pick<Job, 'id' | 'attempt'>;

const subjects = `id, account_id as "accountId", kind, app_id as "appId", installation_id as "installationId"`;
const columns = `${subjects}, state, attempt, attempts_used as "attemptsUsed", upload_id as "uploadId", request, actor,
  version_id as "versionId",  progress, total, message`;

/** Gives the number of its place in the order in which jobs were asked for. */
export const insertBuildJob = async (db: Queryable, job: NewBuildJob): Promise<number> => {
  const { rows } = await db.query<{ seq: number }>(
    `insert into jobs (id, account_id, kind, upload_id, app_id, request, requested_by, actor, message)
     values ($1, $2, 'build', $3, $4, $5, $6, $7, 'Waiting for a worker') returning seq`,
    [
      job.id,
      job.accountId,
      job.uploadId,
      job.appId,
      JSON.stringify(job.request),
      job.actor.userId,
      JSON.stringify(job.actor),
    ],
  );
  return rows[0]!.seq;
};

export interface NewInstallJob extends JobFigures {
  id: string;
  accountId: number;
  appId: number;
  installationId: number;
  /** `completed` at once when there is nothing to provision: clients want a job to ask for in any case. */
  state: 'queued' | 'completed';
  actor: Actor;
  /** What the installation moves to when it is done; null: it stays on what it has. */
  versionId: number | null;
}

export const insertInstallJob = async (tx: Queryable, job: NewInstallJob): Promise<void> => {
  await tx.query(
    `insert into jobs (id, account_id, kind, state, app_id, installation_id, requested_by, actor, progress, total,
       message, version_id, finished_at)
     values ($1, $2, 'install', $3, $4, $5, $6, $7, $8, $9, $10, $11, case when $3 = 'completed' then now() end)`,
    [
      job.id,
      job.accountId,
      job.state,
      job.appId,
      job.installationId,
      job.actor.userId,
      JSON.stringify(job.actor),
      job.progress,
      job.total,
      job.message,
      job.versionId,
    ],
  );
};

/**
 * One install job for each installation of the app that lacks a resource its version requires, or whose last one
 * failed: this version may have mended what was wrong.
 */
export const insertMissingInstallJobs = async (tx: Queryable, appId: number): Promise<JobRef[]> => {
  const { rows } = await tx.query<JobRef>(
    `with lacking as (
       update installations i set job_id = replace(gen_random_uuid()::text, '-', ''), updated_at = now()
       where i.app_id = $1 and (i.state = 'failed' or exists (
         select 1 from requirements r where r.version_id = i.version_id and not exists (
           select 1 from resources s
           where s.installation_id = i.id and s.type = r.type and s.identifier = r.identifier)))
       returning i.id, i.account_id, i.job_id)
     insert into jobs (id, account_id, kind, app_id, installation_id, message)
     select job_id, account_id, 'install', $1, id, 'Waiting for a worker' from lacking
     returning ${subjects}`,
    [appId],
  );
  return rows;
};

/** Scoped by account on purpose: there is no way to show a job without saying whose it is. */
export const findJob = async (db: Queryable, accountId: number, id: string): Promise<Job | undefined> => {
  const { rows } = await db.query<Job>(`select ${columns} from jobs where account_id = $1 and id = $2`, [
    accountId,
    id,
  ]);
  return rows[0];
};

/** What a build found wrong with its package; empty while it has not ended. */
export interface JobReport {
  errors: PackageProblem[];
  warnings: PackageProblem[];
}

export const findJobReport = async (db: Queryable, accountId: number, id: string): Promise<JobReport | undefined> => {
  const { rows } = await db.query<JobReport>('select errors, warnings from jobs where account_id = $1 and id = $2', [
    accountId,
    id,
  ]);
  return rows[0];
};

/**
 * Takes a job for one attempt.
 *
 * @returns undefined when the job is settled or gone: a redelivered queue job is normal.
 */
export const claimJob = async (db: Queryable, accountId: number, id: string): Promise<Job | undefined> => {
  const { rows } = await db.query<Job>(
    `update jobs set state = 'working', attempt = attempt + 1, attempts_used = attempts_used + 1,
       attempt_started_at = now(), updated_at = now(), swept_at = now()
     where id = $1 and account_id = $2 and state in ('queued', 'working') returning ${columns}`,
    [id, accountId],
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

/** Ends a job. False when another attempt has taken it over. */
export const settleJob = async (db: Queryable, { id, attempt }: Attempt, end: Settlement): Promise<boolean> => {
  const { rowCount } = await db.query(
    `update jobs set state = $3, progress = $4, total = $5, message = $6, errors = $7, warnings = $8,
       app_id = coalesce($9, app_id), version_id = coalesce($10, version_id), finished_at = now(), updated_at = now()
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
    ],
  );
  return rowCount === 1;
};

/**
 * Hands a job back for another attempt, with the figures it reached.
 * `counted` false: the attempt was ended from outside (shutdown) and does not use up one of the tries.
 */
export const releaseJob = async (
  db: Queryable,
  { id, attempt }: Attempt,
  { progress, total, message, counted }: JobFigures & { counted: boolean },
): Promise<boolean> => {
  const { rowCount } = await db.query(
    `update jobs set state = 'queued', progress = $3, total = $4, message = $5,
       attempts_used = attempts_used - $6::int, updated_at = now(), swept_at = now()
     where id = $1 and attempt = $2 and state = 'working'`,
    [id, attempt, progress, total, message, counted ? 0 : 1],
  );
  return rowCount === 1;
};

/**
 * Unfinished jobs that nothing has touched for `quietSeconds`, those looked at longest ago first.
 * Marks them as looked at, so that a long queue cannot hide what stands behind it.
 */
export const takeQuietJobs = async (db: Queryable, quietSeconds: number, limit: number): Promise<JobToQueue[]> => {
  const { rows } = await db.query<JobToQueue>(
    `update jobs set swept_at = now() where id in (
       select id from jobs where state in ('queued', 'working') and swept_at < now() - make_interval(secs => $1)
       order by swept_at limit $2 for update skip locked)
     returning ${subjects}, total`,
    [quietSeconds, limit],
  );
  return rows;
};
