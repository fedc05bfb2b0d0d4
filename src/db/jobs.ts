import type { Actor } from '../domain/audit.ts';
import type { JobFigures, JobPackage, JobRef, JobStatus, JobStep } from '../domain/job.ts';
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
  /** Of a build; null for an install, and for a build of a release that did not keep it. */
  package: JobPackage | null;
  /** Of all attempts, the oldest first. */
  steps: JobStep[];
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
  /** See `JobToQueue`; null: nothing is traced. */
  traceParent: string | null;
}

/** Names one attempt of one job. */
export type Attempt = Pick<Job, 'id' | 'attempt'>;

const refColumns = `id, account_id as "accountId", kind, app_id as "appId", installation_id as "installationId"`;
export const jobColumns = `${refColumns}, state, attempt, attempts_used as "attemptsUsed", upload_id as "uploadId", request,
  actor, version_id as "versionId", package, steps, progress, total, message`;
/** What a queue is told, its rank apart. */
export const queueColumns = `${refColumns}, progress, total, trace_parent as "traceParent"`;

/** Gives the number of its place in the order in which jobs were asked for. */
export const insertBuildJob = async (db: Queryable, job: NewBuildJob): Promise<number> => {
  const { rows } = await db.query<{ seq: number }>(
    `insert into jobs (id, account_id, kind, upload_id, app_id, request, requested_by, actor, trace_parent, message, package)
     values ($1, $2, 'build', $3, $4, $5, $6, $7, $8, 'Waiting for a worker',
       (select jsonb_build_object('file', filename, 'name', null, 'version', null) from uploads where account_id = $2 and id = $3))
     returning seq`,
    [
      job.id,
      job.accountId,
      job.uploadId,
      job.appId,
      JSON.stringify(job.request),
      job.actor.userId,
      JSON.stringify(job.actor),
      job.traceParent,
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
  /** As of a build. */
  traceParent: string | null;
}

export const insertInstallJob = async (tx: Queryable, job: NewInstallJob): Promise<void> => {
  await tx.query(
    `insert into jobs (id, account_id, kind, state, app_id, installation_id, requested_by, actor, progress, total,
       message, version_id, trace_parent, finished_at)
     values ($1, $2, 'install', $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, case when $3 = 'completed' then now() end)`,
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
      job.traceParent,
    ],
  );
};

/**
 * One install job for each installation of the app that lacks a resource its version requires, or whose last one
 * failed: this version may have mended what was wrong.
 *
 * @param traceParent of the build that made it.
 * @returns the accounts that have one now, each once.
 */
export const insertMissingInstallJobs = async (
  tx: Queryable,
  appId: number,
  traceParent: string | null,
): Promise<number[]> => {
  const { rows } = await tx.query<{ accountId: number }>(
    `with lacking as (
       update installations i set job_id = replace(gen_random_uuid()::text, '-', ''), updated_at = now()
       where i.app_id = $1 and (i.state = 'failed' or exists (
         select 1 from requirements r where r.version_id = i.version_id and not exists (
           select 1 from resources s
           where s.installation_id = i.id and s.type = r.type and s.identifier = r.identifier)))
       returning i.id, i.account_id, i.job_id),
     made as (
       insert into jobs (id, account_id, kind, app_id, installation_id, trace_parent, message)
       select job_id, account_id, 'install', $1, id, $2, 'Waiting for a worker' from lacking
       returning account_id)
     select distinct account_id as "accountId" from made`,
    [appId, traceParent],
  );
  return rows.map(({ accountId }) => accountId);
};

/** Scoped by account on purpose: there is no way to show a job without saying whose it is. */
export const findJob = async (db: Queryable, accountId: number, id: string): Promise<Job | undefined> => {
  const { rows } = await db.query<Job>(`select ${jobColumns} from jobs where account_id = $1 and id = $2`, [
    accountId,
    id,
  ]);
  return rows[0];
};

/** As {@link findJob}; nobody else changes it before the end of the transaction. */
export const lockJob = async (tx: Queryable, accountId: number, id: string): Promise<Job | undefined> => {
  const { rows } = await tx.query<Job>(`select ${jobColumns} from jobs where account_id = $1 and id = $2 for update`, [
    accountId,
    id,
  ]);
  return rows[0];
};

/** The number of its place in the order in which jobs were asked for. */
export const findJobNumber = async (db: Queryable, accountId: number, id: string): Promise<number | null> => {
  const { rows } = await db.query<{ seq: number }>('select seq from jobs where account_id = $1 and id = $2', [
    accountId,
    id,
  ]);
  return rows[0]?.seq ?? null;
};

/** Jobs that have not ended, the oldest first. @param userId undefined: whoever asked for them. */
export const listOpenJobIds = async (
  db: Queryable,
  { accountId, userId, limit }: { accountId: number; userId: number | undefined; limit: number },
): Promise<string[]> => {
  const { rows } = await db.query<{ id: string }>(
    `select id from jobs where account_id = $1 and state in ('queued', 'working')
       and ($2::bigint is null or requested_by = $2) order by seq limit $3`,
    [accountId, userId ?? null, limit],
  );
  return rows.map(({ id }) => id);
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
