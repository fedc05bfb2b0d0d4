import { knownLocations } from '../../src/domain/package/locations/location-table.ts';
import {
  notABoolean,
  notAnId,
  notAnIdNorNothing,
  notAText,
  notCategories,
  notInstallations,
  notOneOf,
  notRestrictions,
  notSettings,
  notSettingsObjects,
  notStars,
  unknownSettings,
  type BadValue,
} from './bad-values.ts';

/** What stands for an id in a path or a body; each is there, and of the account acme. */
type IdKind = 'client' | 'app' | 'installation' | 'upload' | 'job' | 'asset' | 'entry' | 'location' | 'code';
export type Ids = Record<IdKind, string>;

interface JsonBody {
  good: (ids: Ids) => Record<string, unknown>;
  fields: Record<string, BadValue[]>;
  /** What it does not know it looks past: RFC 6749 3.2 wants that. */
  lenient?: true;
  /** It ignores unknown fields and names them in a header. */
  ignores?: true;
  /** It requires no field: a body of nothing but unknown ones changes nothing. */
  requiresNothing?: true;
}

export interface TestedRoute {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** As it is registered; `{slot}` for `/api/v2` and whatever else stands there. */
  path: string;
  /** `everyone` has signed in. */
  who: 'anybody' | 'everyone' | 'admin' | 'operator';
  /** In whose words it answers; `page` is what people see. */
  door: 'zendesk' | 'native' | 'oauth' | 'page';
  /** What the answer to a good request is. */
  answer: number;
  /** Parameters of the path that are ids. */
  ids?: Record<string, IdKind>;
  /** Other parameters of the path. */
  rest?: Record<string, string>;
  json?: JsonBody;
  /** The field of a multipart body that holds a package. */
  file?: string;
  /** An id that is not there is answered 200 `failed`. */
  polls?: true;
}

const build: JsonBody = {
  good: ({ upload }) => ({ upload_id: Number(upload), name: 'Mine', short_description: 'An app' }),
  fields: { upload_id: notAnIdNorNothing, name: notAText(255), short_description: notAText(1_000) },
  ignores: true,
};

const changeable = {
  settings: notSettings,
  settings_objects: notSettingsObjects,
  enabled: notABoolean,
  group_restrictions: notRestrictions,
  role_restrictions: notRestrictions,
  recurring_payment: notABoolean,
};

const installing: JsonBody = {
  good: ({ app }) => ({ app_id: app, settings: { name: 'Mine' }, enabled: true, recurring_payment: false }),
  fields: { app_id: notAnIdNorNothing, product: notOneOf('sell'), ...changeable },
  ignores: true,
};

const changing: JsonBody = {
  good: ({ app }) => ({ app_id: Number(app), settings: { name: 'Ours' }, role_restrictions: null }),
  fields: { app_id: notAnId, ...changeable },
  ignores: true,
  requiresNothing: true,
};

const reordering: JsonBody = {
  good: ({ installation }) => ({ location_name: 'deal_card', installations: [installation] }),
  fields: {
    location_name: [...notOneOf('deal_card'), { value: null }, { value: undefined }, { value: 'x'.repeat(101) }],
    installations: notInstallations,
    product: notOneOf('sell'),
  },
  ignores: true,
};

const listing: JsonBody = {
  good: () => ({ featured: true, promoted: false, obsolete: false, categories: ['Games'] }),
  fields: {
    visibility: notOneOf('public'),
    featured: notABoolean,
    promoted: notABoolean,
    obsolete: notABoolean,
    categories: notCategories,
  },
};

const rating: JsonBody = { good: () => ({ stars: 5 }), fields: { stars: notStars } };

const catalogueInstalling: JsonBody = {
  good: ({ app }) => ({ app_id: Number(app), settings: { name: 'Mine' }, product: 'sell', enabled: false }),
  fields: {
    app_id: notAnIdNorNothing,
    version: notAText(255),
    product: notOneOf('sell').filter(({ value }) => typeof value !== 'string' || value === '' || value.includes('\0')),
    settings: [...notSettings, ...unknownSettings],
    enabled: notABoolean,
  },
};

const notifying: JsonBody = {
  good: ({ app }) => ({ app_id: Number(app), event: 'popMessage', body: { text: 'Hello' }, agent_id: 534 }),
  fields: {
    app_id: notAnIdNorNothing,
    event: [...notAText(255), { value: null }, { value: undefined }],
    body: [{ value: 'a\0b' }, { value: { text: ['a\ud800'] } }, { value: { '\udfff': 1 } }],
    agent_id: notAnId,
  },
  ignores: true,
};

const required = (values: unknown[]): BadValue[] => values.map((value) => ({ value }));
const exchange: JsonBody = {
  good: ({ code }) => ({
    grant_type: 'authorization_code',
    client_id: 'zdg-zcli-oauth',
    redirect_uri: 'http://localhost:19186/',
    ...(JSON.parse(code) as object),
  }),
  fields: Object.fromEntries(
    ['grant_type', 'client_id', 'code', 'code_verifier', 'redirect_uri'].map((name) => [
      name,
      required([undefined, null, '', 5, true, {}, [], ['a']]),
    ]),
  ),
  lenient: true,
};
const revoking: JsonBody = {
  good: () => ({ token: 'none' }),
  fields: { token: required([undefined, null, '', 5, true, {}, []]), client_id: required(['nobody', 5, {}, []]) },
  lenient: true,
};

const newClient: JsonBody = {
  good: () => ({ client: { name: 'CI', scopes: ['read'] } }),
  fields: { client: required([undefined, null, 5, true, 'CI', [], {}, { name: '' }, { name: 'CI', scopes: ['all'] }]) },
  lenient: true,
};

const visibility: JsonBody = {
  good: () => ({ visibility: 'private' }),
  fields: { visibility: [...notOneOf('public'), { value: null }, { value: undefined }] },
};

const zendesk = { door: 'zendesk', who: 'admin' } as const;
const native = { door: 'native', who: 'operator' } as const;
const everyone = { door: 'zendesk', who: 'everyone' } as const;
const oauth = { door: 'oauth', who: 'anybody' } as const;
const APPS = '{slot}/apps';
const NATIVE = '/api/appyard/v1';
const CLIENTS = '/api/v2/oauth/clients';
const INSTALLATIONS = `${APPS}/installations`;
const app = { id: 'app' } as const;
const installation = { id: 'installation' } as const;
const job = { id: 'job' } as const;
const client = { id: 'client' } as const;
const page = { path: 'iframe.html' };
/** One of the product that the tested paths name. */
export const someLocation = String(knownLocations.find(({ product }) => product === 'sell')!.id);

/** Every route of every door. The last ones take away what the others need. */
export const routes: TestedRoute[] = [
  { ...zendesk, method: 'POST', path: `${APPS}/uploads`, file: 'uploaded_data', answer: 201 },
  { ...zendesk, method: 'POST', path: `${APPS}/validate`, file: 'file', answer: 200 },
  { ...zendesk, method: 'GET', path: APPS, answer: 200 },
  { ...zendesk, method: 'GET', path: `${APPS}/owned`, answer: 200 },
  { ...zendesk, method: 'POST', path: APPS, json: build, answer: 202 },
  { ...everyone, method: 'GET', path: `${APPS}/:id`, ids: app, answer: 200 },
  { ...zendesk, method: 'PUT', path: `${APPS}/:id`, ids: app, json: build, answer: 200 },
  { ...zendesk, method: 'GET', path: `${APPS}/:id/installations/new`, ids: app, answer: 200 },
  { ...everyone, method: 'GET', path: `${APPS}/:id/public_key`, ids: app, answer: 200 },
  { ...everyone, method: 'GET', path: `${APPS}/:id/public_key.pem`, ids: app, answer: 200 },
  { ...everyone, method: 'POST', path: `${APPS}/notify`, json: notifying, answer: 202 },
  { ...zendesk, method: 'GET', path: `${APPS}/:id/package`, ids: app, answer: 200 },
  { ...everyone, method: 'GET', path: `${APPS}/:id/assets/*path`, ids: app, rest: page, answer: 200 },
  { ...zendesk, method: 'GET', path: `${APPS}/job_statuses`, answer: 200 },
  { ...zendesk, method: 'GET', path: `${APPS}/job_statuses/:id`, ids: job, polls: true, answer: 200 },
  { ...zendesk, method: 'POST', path: `${APPS}/job_statuses/:id/retry`, ids: job, answer: 409 },
  { ...zendesk, method: 'GET', path: `${INSTALLATIONS}/job_statuses`, answer: 200 },
  { ...zendesk, method: 'GET', path: `${INSTALLATIONS}/job_statuses/:id`, ids: job, polls: true, answer: 200 },
  { ...zendesk, method: 'POST', path: `${INSTALLATIONS}/job_statuses/:id/retry`, ids: job, answer: 409 },
  { ...everyone, method: 'GET', path: INSTALLATIONS, answer: 200 },
  { ...zendesk, method: 'POST', path: INSTALLATIONS, json: installing, answer: 201 },
  { ...everyone, method: 'GET', path: `${INSTALLATIONS}/:id`, ids: installation, answer: 200 },
  { ...zendesk, method: 'PUT', path: `${INSTALLATIONS}/:id`, ids: installation, json: changing, answer: 200 },
  { ...everyone, method: 'GET', path: `${INSTALLATIONS}/:id/requirements`, ids: installation, answer: 200 },
  { ...zendesk, method: 'GET', path: `${APPS}/location_installations`, answer: 200 },
  { ...zendesk, method: 'POST', path: `${APPS}/location_installations/reorder`, json: reordering, answer: 201 },
  { ...zendesk, method: 'GET', path: `${APPS}/locations`, answer: 200 },
  { ...zendesk, method: 'GET', path: `${APPS}/locations/:id`, ids: { id: 'location' }, answer: 200 },
  { ...zendesk, method: 'GET', path: '/api/v2/audit_logs', answer: 200 },
  { ...zendesk, method: 'GET', path: '/api/v2/audit_logs/:id', ids: { id: 'entry' }, answer: 200 },
  { ...everyone, method: 'GET', path: '/api/v2/account/settings', answer: 200 },
  { ...everyone, method: 'DELETE', path: '/api/v2/oauth/tokens/current', answer: 404 },
  { ...zendesk, method: 'GET', path: CLIENTS, answer: 200 },
  { ...zendesk, method: 'POST', path: CLIENTS, json: newClient, answer: 201 },
  { ...zendesk, method: 'GET', path: `${CLIENTS}/:id`, ids: client, answer: 200 },
  { ...zendesk, method: 'PUT', path: `${CLIENTS}/:id/generate_secret`, ids: client, answer: 200 },
  { ...native, who: 'everyone', method: 'GET', path: `${NATIVE}/apps`, answer: 200 },
  { ...native, who: 'everyone', method: 'GET', path: `${NATIVE}/environments`, answer: 200 },
  { ...native, who: 'everyone', method: 'GET', path: `${NATIVE}/installations`, answer: 200 },
  { ...native, who: 'admin', method: 'POST', path: `${NATIVE}/installations`, json: catalogueInstalling, answer: 201 },
  { ...native, who: 'admin', method: 'GET', path: `${NATIVE}/audit_logs`, answer: 200 },
  { ...native, who: 'everyone', method: 'GET', path: `${NATIVE}/jobs`, answer: 200 },
  { ...native, who: 'everyone', method: 'GET', path: `${NATIVE}/jobs/:id`, ids: job, answer: 200 },
  { ...native, who: 'admin', method: 'POST', path: `${NATIVE}/jobs/:id/retry`, ids: job, answer: 409 },
  { ...native, who: 'admin', method: 'DELETE', path: `${NATIVE}/jobs/:id`, ids: job, answer: 409 },
  { ...zendesk, method: 'DELETE', path: `${APPS}/job_statuses/:id`, ids: job, answer: 409 },
  { ...zendesk, method: 'DELETE', path: `${INSTALLATIONS}/job_statuses/:id`, ids: job, answer: 409 },
  { ...native, method: 'PATCH', path: `${NATIVE}/apps/:id`, ids: app, json: listing, answer: 200 },
  { ...native, method: 'PUT', path: `${NATIVE}/apps/:id/visibility`, ids: app, json: visibility, answer: 200 },
  { ...native, who: 'everyone', method: 'PUT', path: `${NATIVE}/apps/:id/rating`, ids: app, json: rating, answer: 200 },
  { ...native, who: 'everyone', method: 'DELETE', path: `${NATIVE}/apps/:id/rating`, ids: app, answer: 204 },
  { ...oauth, method: 'POST', path: '/oauth/tokens', json: exchange, answer: 200 },
  { ...oauth, method: 'POST', path: '/oauth/revoke', json: revoking, answer: 200 },
  { ...oauth, door: 'page', method: 'GET', path: '/oauth/authorizations/new', answer: 400 },
  { ...oauth, door: 'page', method: 'POST', path: '/oauth/authorizations', answer: 415 },
  { door: 'zendesk', who: 'anybody', method: 'GET', path: '/', answer: 200 },
  { door: 'zendesk', who: 'anybody', method: 'GET', path: '/livez', answer: 200 },
  { door: 'zendesk', who: 'anybody', method: 'GET', path: '/readyz', answer: 200 },
  {
    door: 'zendesk',
    who: 'operator',
    method: 'GET',
    path: '/operator/queues{/*path}',
    rest: { path: '' },
    answer: 200,
  },
  {
    door: 'zendesk',
    who: 'anybody',
    method: 'GET',
    path: '/assets/:key/*path',
    ids: { key: 'asset' },
    rest: page,
    answer: 200,
  },
  { ...zendesk, method: 'DELETE', path: `${CLIENTS}/:id`, ids: client, answer: 204 },
  { ...zendesk, method: 'DELETE', path: `${INSTALLATIONS}/:id`, ids: installation, answer: 204 },
  { ...zendesk, method: 'DELETE', path: `${APPS}/:id`, ids: app, answer: 204 },
];

export const nameOf = ({ method, path }: TestedRoute): string => `${method} ${path}`;

/** The path of a good request, or of one with something else in an id's place. */
export const pathOf = (
  route: TestedRoute,
  ids: Ids,
  { slot = '/api/sell', id }: { slot?: string; id?: string } = {},
) => {
  let path = route.path.replace('{slot}', slot).replace(/\{(.*)\}/, '$1');
  for (const [param, kind] of Object.entries(route.ids ?? {})) path = path.replace(`:${param}`, id ?? ids[kind]);
  for (const [param, text] of Object.entries(route.rest ?? {})) path = path.replace(`*${param}`, text);
  return path;
};
