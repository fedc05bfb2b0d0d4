import { expect } from 'vitest';
import type { Harness, RequestOptions } from './harness.ts';

export interface XurrentError {
  message: string;
  errors?: [string, string][];
}

export interface OfferingBody {
  id: number;
  nodeID: string;
  name: string;
  reference: string;
  disabled: boolean;
  service_instance: { id: number; name: string; sourceID?: string };
  created_at: string;
  updated_at: string;
  [field: string]: unknown;
}

export interface InstanceBody {
  id: number;
  nodeID: string;
  app_offering: { id: number; reference: string };
  customer_account: { id: string };
  disabled: boolean;
  enabled_by_customer: boolean;
  suspended: boolean;
  custom_fields: { id: string; value: unknown }[];
  [field: string]: unknown;
}

export interface PolicyBody {
  id: number;
  nodeID: string;
  name: string;
  jwt_alg: string;
  disabled: boolean;
  /** Only of one that was just made. */
  public_key_pem?: string;
  app_offering: { id: number } | null;
}

/** What is wrong with a refusal of this door; undefined when it is a 4xx in its envelope. */
export const xurrentFault = (status: number, text: string): string | undefined => {
  const shown = `${status} ${text.slice(0, 300)}`;
  if (status < 400 || status > 499) return `not a 4xx: ${shown}`;
  let body: Partial<XurrentError>;
  try {
    body = JSON.parse(text) as Partial<XurrentError>;
  } catch {
    return `not JSON: ${shown}`;
  }
  if (typeof body.message !== 'string' || body.message.trim() === '') return `no message: ${shown}`;
  if (!Object.keys(body).every((key) => ['message', 'errors'].includes(key)))
    return `more than it should have: ${shown}`;
  if ((status === 422) !== (body.errors !== undefined)) return `pairs for 422 only: ${shown}`;
  const isPair = (one: unknown) =>
    Array.isArray(one) && one.length === 2 && one.every((part) => typeof part === 'string' && part !== '');
  if (
    status === 422 &&
    (body.message !== 'Validation Failed' || !body.errors!.every(isPair) || body.errors!.length === 0)
  )
    return `no pairs: ${shown}`;
  return undefined;
};

/** The body of an answer that refuses in this door's envelope. */
export const xurrentRefusal = async (response: Response, status: number): Promise<XurrentError> => {
  const text = await response.text();
  expect(`${response.status} ${response.status === status ? '' : text}`).toBe(`${status} `);
  expect(xurrentFault(status, text)).toBeUndefined();
  return JSON.parse(text) as XurrentError;
};

/** The fields that a refusal names, each once. */
export const fieldsOf = ({ errors = [] }: XurrentError): string[] => [...new Set(errors.map(([field]) => field))];

export const send = (
  { request }: Pick<Harness, 'request'>,
  method: string,
  route: string,
  options: RequestOptions = {},
): Promise<Response> => request(route, { method, ...options });

/** The number of the service instance that an account has from its beginning. */
export const serviceInstanceOf = async (api: Pick<Harness, 'request'>): Promise<number> =>
  ((await (await api.request('/v1/service_instances')).json()) as { id: number }[])[0]!.id;

export const newOffering = (serviceInstance: number, overrides: Record<string, unknown> = {}) => ({
  name: 'Log Note Dispatcher Integration',
  service_instance_id: serviceInstance,
  policy_jwt_alg: 'es256',
  webhook_uri_template: 'https://hooks.example.com/integration/?account={account}',
  ...overrides,
});

/** Makes an offering of whoever `api` is. */
export const addOffering = async (
  api: Pick<Harness, 'request'>,
  overrides: Record<string, unknown> = {},
): Promise<OfferingBody> => {
  const json = newOffering(await serviceInstanceOf(api), overrides);
  const response = await send(api, 'POST', '/v1/app_offerings', { json });
  const text = await response.text();
  expect(`${response.status} ${response.status === 201 ? '' : text}`).toBe('201 ');
  return JSON.parse(text) as OfferingBody;
};

export const publishOffering = async (api: Pick<Harness, 'request'>, id: number): Promise<OfferingBody> => {
  const response = await send(api, 'POST', `/v1/app_offerings/${id}/publish`);
  expect(response.status).toBe(200);
  return (await response.json()) as OfferingBody;
};
