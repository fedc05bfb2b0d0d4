import { expect } from 'vitest';
import { findAccountBySubdomain } from '../../src/db/accounts.ts';
import { listEnvironments } from '../../src/use-cases/environments/list-environments.ts';
import type { Harness, RequestOptions } from './harness.ts';

export interface CustomAppBody {
  id: string;
  name: string;
  codename: string;
  source_url: string;
  config: string | null;
  allowed_roles: { id: string }[];
  display_mode: string;
}

export interface PageBody {
  custom_apps: CustomAppBody[];
  pagination: { continuation_token: string | null; next_page: string | null };
}

export interface KontentError {
  request_id: string;
  error_code: number;
  message: string;
  validation_errors?: { message: string; path?: string }[];
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** What is wrong with a refusal of this door; undefined when it is a 4xx in its envelope. */
export const kontentFault = (status: number, text: string): string | undefined => {
  const shown = `${status} ${text.slice(0, 300)}`;
  if (status < 400 || status > 499) return `not a 4xx: ${shown}`;
  let body: Partial<KontentError>;
  try {
    body = JSON.parse(text) as Partial<KontentError>;
  } catch {
    return `not JSON: ${shown}`;
  }
  if (!UUID.test(body.request_id ?? '')) return `no request id: ${shown}`;
  const code = { 400: 5, 404: 100, 429: 10_000 }[status] ?? status;
  if (body.error_code !== code) return `another code than ${code}: ${shown}`;
  if (typeof body.message !== 'string' || body.message.trim() === '') return `no message: ${shown}`;
  const problems = body.validation_errors;
  if ((status === 400) !== (problems !== undefined)) return `validation errors for 400 only: ${shown}`;
  if (problems?.length === 0) return `no validation error: ${shown}`;
  if (problems?.some(({ message }) => typeof message !== 'string' || message === ''))
    return `one says nothing: ${shown}`;
  const members = ['request_id', 'error_code', 'message', 'validation_errors'];
  if (!Object.keys(body).every((key) => members.includes(key))) return `more than it should have: ${shown}`;
  return undefined;
};

/** The body of an answer that refuses in this door's envelope. */
export const kontentRefusal = async (response: Response, status: number): Promise<KontentError> => {
  const text = await response.text();
  expect(`${response.status} ${response.status === status ? '' : text}`).toBe(`${status} `);
  expect(kontentFault(status, text)).toBeUndefined();
  return JSON.parse(text) as KontentError;
};

/** The paths that a refusal names, in their order. */
export const pathsOf = ({ validation_errors = [] }: KontentError): (string | undefined)[] =>
  validation_errors.map(({ path }) => path);

/** The first environment of an account. */
export const environmentOf = async ({ deps }: Pick<Harness, 'deps'>, subdomain = 'acme'): Promise<string> => {
  const account = await findAccountBySubdomain(deps.db, subdomain);
  return (await listEnvironments(deps, account!.id))[0]!.id;
};

/** Requests below one environment. */
export const inEnvironment =
  (harness: Pick<Harness, 'request'>, environmentId: string) =>
  (method: string, route: string, options: RequestOptions = {}): Promise<Response> =>
    harness.request(`/v2/projects/${environmentId}${route}`, { method, ...options });

export type Kontent = ReturnType<typeof inEnvironment>;

export const newApp = (overrides: Record<string, unknown> = {}): Record<string, unknown> => ({
  name: 'My custom app',
  codename: 'my_app',
  source_url: 'https://customapp.net',
  ...overrides,
});
