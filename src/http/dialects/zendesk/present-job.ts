import type { ListedJob } from '../../../db/job-lists.ts';
import type { JobStatus } from '../../../domain/job.ts';
import { isSettled } from '../../../domain/job.ts';

/** Seconds until asking again makes sense. */
const RETRY_IN = 1;
const RETRY_WHEN_AWAY = 5;

export interface JobUrls {
  baseUrl: string;
  /** The path the job was asked for at, without its id: the answer's own address leads back to the same place. */
  jobsPath: string;
  /** E.g. `/api/sell/apps`. */
  appsPath: string;
}

/** Both polling routes answer for both kinds of job, with the fields of both: clients ask at either. */
export const presentJob = (job: JobStatus, { baseUrl, jobsPath, appsPath }: JobUrls) => ({
  id: job.id,
  url: `${baseUrl}${jobsPath}/${job.id}.json`,
  app_id: job.appId,
  app_url: job.appId === null ? null : `${baseUrl}${appsPath}/${job.appId}.json`,
  installation_id: job.installationId,
  total: job.total,
  progress: job.progress,
  status: job.state,
  message: job.message,
  retry_in: isSettled(job.state) ? 0 : RETRY_IN,
});

/** As in a list: what it did, and when, besides. Ours. */
export const presentListedJob = (job: ListedJob, urls: JobUrls) => ({
  ...presentJob(job, urls),
  kind: job.kind,
  package: presentPackage(job.package),
  attempt: job.attempt,
  retries: job.retries,
  created_at: job.createdAt.toISOString(),
  started_at: job.startedAt?.toISOString() ?? null,
  finished_at: job.finishedAt?.toISOString() ?? null,
  steps: job.steps,
});

/** Null for an install. */
const presentPackage = (found: ListedJob['package']) =>
  found && { file_name: found.file, name: found.name, version: found.version };

/** For clients that ask for the job of a request that was refused: all that they show is this. */
export const LOST_JOB_ID =
  'There is no job id in this address, because the request before it was refused and started no job. ' +
  'The "description" of that answer says why: look at the upload, the app id and the credentials.';

const withoutSubject = { app_id: null, app_url: null, installation_id: null };

/** A client that asks for a job that is not there would ask for ever; told that it failed, it ends. */
export const presentUnknownJob = (id: string, message: string, { baseUrl, jobsPath }: JobUrls) => ({
  ...withoutSubject,
  id,
  url: `${baseUrl}${jobsPath}/${encodeURIComponent(id)}.json`,
  total: 1,
  progress: 0,
  status: 'failed',
  message,
  retry_in: 0,
});

/** Clients die of a 5xx while they poll; told to wait, they wait. */
export const presentUnreachableJob = (id: string, { baseUrl, jobsPath }: JobUrls) => ({
  ...withoutSubject,
  id,
  url: `${baseUrl}${jobsPath}/${encodeURIComponent(id)}.json`,
  total: 1,
  progress: 0,
  status: 'queued',
  message: 'The state of the job cannot be read right now; ask again in a few seconds.',
  retry_in: RETRY_WHEN_AWAY,
});
