import { expect, vi } from 'vitest';
import type { Harness } from './harness.ts';
import { uploadForm } from './packages.ts';

export interface JobBody {
  id: string;
  url: string;
  app_id: number | null;
  app_url: string | null;
  installation_id: number | null;
  total: number;
  progress: number;
  status: string;
  message: string;
  retry_in: number;
}

type Api = Pick<Harness, 'request'>;

export const read = async <T>(response: Response, status: number): Promise<T> => {
  const text = await response.text();
  expect(`${response.status} ${response.status === status ? '' : text}`).toBe(`${status} `);
  return JSON.parse(text) as T;
};

/** Uploads an archive; gives the upload's id. */
export const uploadPackage = async (api: Api, archive: Buffer, file?: string): Promise<number> =>
  (
    await read<{ id: number }>(
      await api.request('/api/v2/apps/uploads.json', { method: 'POST', body: uploadForm(archive, undefined, file) }),
      201,
    )
  ).id;

/** Uploads and asks for a build; gives the job's id. */
export const createApp = async (api: Api, archive: Buffer, body: Record<string, unknown> = {}): Promise<string> => {
  const json = { upload_id: await uploadPackage(api, archive), ...body };
  return (await read<{ job_id: string }>(await api.request('/api/apps.json', { method: 'POST', json }), 202)).job_id;
};

export const pollJob = async (api: Api, id: string): Promise<JobBody> =>
  read<JobBody>(await api.request(`/api/v2/apps/job_statuses/${id}.json`), 200);

/** Waits until a job has ended one way or another. */
export const endOf = (api: Api, id: string): Promise<JobBody> =>
  vi.waitFor(
    async () => {
      const job = await pollJob(api, id);
      expect(['completed', 'failed', 'killed']).toContain(job.status);
      return job;
    },
    { timeout: 55_000, interval: 25 },
  );

/** From an archive to an app that is there. */
export const buildApp = async (api: Api, archive: Buffer, body: Record<string, unknown> = {}): Promise<number> => {
  const job = await endOf(api, await createApp(api, archive, body));
  expect(job).toMatchObject({ status: 'completed' });
  return job.app_id!;
};

export interface InstallationBody {
  id: number;
  app_id: number;
  product: string;
  enabled: boolean;
  pending_installation: boolean;
  pending_job_id: string;
  settings: Record<string, unknown>;
  settings_objects: { name: string; value: unknown }[];
}

export const install = async (
  api: Api,
  appId: number,
  settings: Record<string, unknown> = { name: 'Mine' },
): Promise<InstallationBody> =>
  read<InstallationBody>(
    await api.request('/api/v2/apps/installations.json', { method: 'POST', json: { app_id: appId, settings } }),
    201,
  );
