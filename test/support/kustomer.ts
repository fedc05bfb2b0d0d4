import { expect } from 'vitest';
import type { Person } from './accounts.ts';
import { read } from './client.ts';
import type { Harness } from './harness.ts';

export interface AvailableBody {
  type: string;
  id: string;
  attributes: Record<string, unknown> & { app: string; version: string };
  links: { self: string };
  meta: { createdAt: string };
}

export interface InstalledBody {
  type: string;
  id: string;
  attributes: {
    app: string;
    version: string;
    targetVersion: string | null;
    title: string;
    state: string;
    enabled: boolean;
    missingSettings: string[];
    job: { id: string; state: string; message: string };
    createdAt: string;
    updatedAt: string;
  };
  links: { self: string; available: string; job: string };
}

export interface PageBody<Item> {
  data: Item[];
  meta: { pageSize: number };
  links: { self: string; next: string | null };
}

export interface ErrorEntry {
  status: number;
  code: string;
  title: string;
  message: string;
  detail: string;
  source: { parameter: string };
  meta: object;
}

const ENTRY = ['code', 'detail', 'message', 'meta', 'source', 'status', 'title'];

/** What is wrong with an answer that refuses; undefined when it is a 4xx in this door's envelope. */
export const kustomerFaultOf = (status: number, text: string): string | undefined => {
  const shown = `${status} ${text.slice(0, 200)}`;
  if (status < 400 || status > 499) return `not a 4xx: ${shown}`;
  const { errors, ...rest } = JSON.parse(text) as { errors?: ErrorEntry[] };
  if (!Array.isArray(errors) || errors.length === 0 || Object.keys(rest).length > 0) return `no errors: ${shown}`;
  const broken = errors.find(
    (entry) =>
      Object.keys(entry).sort().join() !== ENTRY.join() ||
      entry.status !== status ||
      [entry.code, entry.title, entry.message, entry.detail].some((one) => typeof one !== 'string' || one === '') ||
      typeof entry.source.parameter !== 'string',
  );
  return broken && `an entry is not whole: ${JSON.stringify(broken).slice(0, 200)}`;
};

/** The entries of an answer that refuses in this door's words. */
export const kustomerRefusal = async (response: Response, status: number): Promise<ErrorEntry[]> => {
  const text = await response.text();
  expect(`${response.status} ${response.status === status ? '' : text}`).toBe(`${status} `);
  expect(kustomerFaultOf(status, text)).toBeUndefined();
  return (JSON.parse(text) as { errors: ErrorEntry[] }).errors;
};

export const organisationIdOf = async ({ deps }: Pick<Harness, 'deps'>, subdomain = 'acme'): Promise<string> => {
  const { rows } = await deps.db.query<{ id: string }>('select external_id as id from accounts where subdomain = $1', [
    subdomain,
  ]);
  return rows[0]!.id;
};

export type Definition = Record<string, unknown>;

/** A door in the hands of somebody. */
export const kustomerClient = ({ request }: Pick<Harness, 'request'>, as: Person | null = 'admin') => {
  const post = (path: string, json: unknown) => request(path, { as, method: 'POST', json });
  return {
    send: (method: string, path: string, json?: unknown): Promise<Response> =>
      request(path, { as, method, ...(json !== undefined && { json }) }),
    post,
    get: (path: string): Promise<Response> => request(path, { as }),
    register: async (definition: Definition): Promise<AvailableBody> =>
      (await read<{ data: AvailableBody }>(await post('/v1/apps/available', definition), 201)).data,
    install: async (body: Definition): Promise<InstalledBody> =>
      (await read<{ data: InstalledBody }>(await post('/v1/apps/install', body), 202)).data,
    installed: async (): Promise<InstalledBody[]> =>
      (await read<PageBody<InstalledBody>>(await request('/v1/apps', { as }), 200)).data,
    available: async (): Promise<AvailableBody[]> =>
      (await read<PageBody<AvailableBody>>(await request('/v1/apps/available', { as }), 200)).data,
  };
};
