import { sendRequest } from './send-request.ts';

/** Where an Appyard is, and who speaks to it. */
export interface Target {
  baseUrl: string;
  token: string;
  /** In PEM, to be trusted; undefined: it speaks plain HTTP. */
  certificate?: string | undefined;
}

export interface JobAnswer {
  status: string;
  progress: number;
  total: number;
  message: string;
  app_id: number | null;
}

export interface AppAnswer {
  id: number;
  name: string;
  asset_url_prefix: string;
}

const POLL_MS = 100;

/** Asks over HTTP like any other client. @throws Error with what the server says. */
const ask = async <T>({ baseUrl, token, certificate }: Target, route: string, init: RequestInit = {}): Promise<T> => {
  const request = new Request(`${baseUrl}${route}`, {
    ...init,
    headers: { authorization: `Bearer ${token}`, ...(init.headers as Record<string, string> | undefined) },
  });
  const answer = await sendRequest(request, certificate);
  const body = (await answer.json()) as T & { description?: string };
  if (!answer.ok) throw new Error(`${route} answered ${answer.status}: ${body.description ?? ''}`);
  return body;
};

const sendJson = (body: unknown): RequestInit => ({
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
});

export const upload = async (target: Target, archive: Buffer, filename: string): Promise<number> => {
  const form = new FormData();
  form.set('uploaded_data', new Blob([new Uint8Array(archive)], { type: 'application/zip' }), filename);
  return (await ask<{ id: number }>(target, '/api/v2/apps/uploads', { method: 'POST', body: form })).id;
};

export const requestBuild = async (target: Target, uploadId: number): Promise<string> =>
  (await ask<{ job_id: string }>(target, '/api/v2/apps', sendJson({ upload_id: uploadId }))).job_id;

export const install = async (target: Target, app: AppAnswer): Promise<string> => {
  const body = { app_id: app.id, settings: { name: app.name } };
  return (await ask<{ pending_job_id: string }>(target, '/api/v2/apps/installations', sendJson(body))).pending_job_id;
};

export const showApp = (target: Target, id: number): Promise<AppAnswer> => ask(target, `/api/v2/apps/${id}`);

/** Polls until the job has ended. @throws Error with the job's message when it did not complete. */
export const watchJob = async (
  target: Target,
  jobId: string,
  onProgress: (job: JobAnswer) => void,
): Promise<JobAnswer> => {
  for (;;) {
    const job = await ask<JobAnswer>(target, `/api/v2/apps/job_statuses/${jobId}`);
    onProgress(job);
    if (job.status === 'completed') return job;
    if (job.status === 'failed' || job.status === 'killed') throw new Error(job.message);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
};
