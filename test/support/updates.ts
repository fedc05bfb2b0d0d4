import { read, uploadPackage } from './client.ts';
import type { Harness, RequestOptions } from './harness.ts';

/** Uploads a package and asks for it as a new version of an app; gives the job's id. */
export const updateApp = async (
  api: Pick<Harness, 'request'>,
  appId: number,
  archive: Buffer,
  { body = {}, ...options }: Omit<RequestOptions, 'body'> & { body?: Record<string, unknown> } = {},
): Promise<string> => {
  const json = { upload_id: await uploadPackage(api, archive), ...body };
  const answer = await api.request(`/api/v2/apps/${appId}`, { method: 'PUT', json, ...options });
  return (await read<{ job_id: string }>(answer, 200)).job_id;
};
