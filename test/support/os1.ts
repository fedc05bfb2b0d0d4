import { expect } from 'vitest';
import type { Person } from './accounts.ts';
import { read } from './client.ts';
import type { Harness, RequestOptions } from './harness.ts';

export interface VersionBody {
  appId: string;
  appVersionId: string;
  version: string;
  state: string;
  actions?: string[];
  displayName: string;
  [attribute: string]: unknown;
}

export interface AppBody extends VersionBody {
  versions: { appVersionId: string; version: string; state: string }[];
}

interface RequestBody {
  id: string;
  timestamp: string;
}

export interface RefusalBody {
  error: { code: string; message: string; description: string; details: { field: string; message: string }[] };
  request: RequestBody;
}

export const newApp = {
  displayName: 'Vehicle Tracker',
  type: 'WEB',
  listingId: 'vehicle-tracker',
  version: '1.0.0',
  isConsoleCompatible: true,
};

export const REGISTER = '/developer/apps?organizationId=acme&teamId=fleet';

type Api = Pick<Harness, 'request'>;

const A_REQUEST = { id: expect.stringMatching(/^[0-9a-f-]{36}$/), timestamp: expect.stringMatching(/^20\d\d-.*Z$/) };

/** What is in the envelope of an answer. */
export const dataOf = async <Data = VersionBody>(response: Response, status = 200): Promise<Data> => {
  const { data, ...rest } = await read<{ data: Data; request: RequestBody }>(response, status);
  expect(rest).toEqual({ request: A_REQUEST });
  return data;
};

/** What is wrong with a refusal; undefined when it is a 4xx in this door's envelope. */
export const faultOf = (status: number, text: string): string | undefined => {
  const shown = `${status} ${text.slice(0, 200)}`;
  if (status < 400 || status > 499) return `not a 4xx: ${shown}`;
  const { error, request, ...more } = JSON.parse(text) as RefusalBody;
  const words = [error.code, error.message, error.description, request.id, request.timestamp];
  if (!words.every((word) => typeof word === 'string' && word.trim() !== '')) return `something is missing: ${shown}`;
  const named = error.details.every(({ field, message }) => typeof field === 'string' && message.trim() !== '');
  const members = [Object.keys(more), Object.keys(error), Object.keys(request)].map((keys) => keys.join(' '));
  const form = ['', 'code message description details', 'id timestamp'];
  return named && members.join() === form.join() ? undefined : `more or less than it should have: ${shown}`;
};

export const refusal = async (response: Response, status: number): Promise<RefusalBody['error']> => {
  const text = await response.text();
  expect(`${response.status} ${response.status === status ? '' : text}`).toBe(`${status} `);
  expect(faultOf(status, text)).toBeUndefined();
  return (JSON.parse(text) as RefusalBody).error;
};

export const fieldsOf = ({ details }: RefusalBody['error']): string[] => details.map(({ field }) => field);

export const register = async (api: Api, body: object = {}, as: Person = 'admin'): Promise<AppBody> => {
  const organization = as === 'other' ? 'other' : 'acme';
  const path = `/developer/apps?organizationId=${organization}&teamId=fleet`;
  return dataOf<AppBody>(await api.request(path, { method: 'POST', as, json: { ...newApp, ...body } }), 201);
};

export const versionPath = (id: string): string => `/developer/apps/versions/${id}`;

export const patch = (api: Api, id: string, json: unknown, options: RequestOptions = {}): Promise<Response> =>
  api.request(versionPath(id), { method: 'PATCH', json, ...options });

export const act = (api: Api, id: string, action: string, as: Person): Promise<Response> =>
  api.request(`${versionPath(id)}/states`, { method: 'PUT', as, json: { action } });

const toReady = [
  ['SUBMIT_FOR_TECH_REVIEW', 'admin'],
  ['APPROVE_TECH_REVIEW', 'operator'],
] as const;
const toLive = [
  ...toReady,
  ['SUBMIT_FOR_MARKETPLACE_PUBLISH_REVIEW', 'admin'],
  ['APPROVE_MARKETPLACE_PUBLISH', 'operator'],
] as const;

/** From development to where it can be installed by others. */
export const goLive = async (api: Api, id: string, developer: Person = 'admin'): Promise<VersionBody> => {
  for (const [action, as] of toLive) await dataOf(await act(api, id, action, as === 'admin' ? developer : as));
  return dataOf(await api.request(versionPath(id), { as: developer }));
};

export const getReady = async (api: Api, id: string): Promise<void> => {
  for (const [action, as] of toReady) await dataOf(await act(api, id, action, as));
};

export const addVersion = async (api: Api, appId: string, json: object): Promise<VersionBody> =>
  dataOf(await api.request(`/developer/apps/${appId}/versions`, { method: 'POST', json }), 201);
