import type { DoorWalk } from './door-walk.ts';

/** A good body of a route with every field that the route takes; `param` gives what stands for `:name` in paths. */
type FullBody = (param: (name: string) => string) => unknown;

const kontentApp: FullBody = (param) => ({
  name: 'Full',
  codename: 'full',
  source_url: 'https://app.example.com',
  config: '{}',
  allowed_roles: [{ id: param('role') }],
  display_mode: 'dialog',
});

const texts = ['name', 'codename', 'source_url', 'config', 'display_mode'];
const operationsOf: FullBody = (param) => [
  ...texts.map((property_name) => ({ op: 'replace', property_name, value: 'dialog' })),
  ...['addInto', 'remove', 'replace'].map((op) => ({
    op,
    property_name: 'allowed_roles',
    value: [{ id: param('role') }],
  })),
];

const listing = {
  title: 'Full',
  iconUrl: 'https://app.example.com/icon.svg',
  description: 'Text',
  vendor: 'Ada',
  website: 'https://app.example.com',
  screenshots: ['https://app.example.com/1.png'],
  instructions: 'Text',
  releaseNotesUrl: 'https://app.example.com/notes',
  postInstallMessage: 'Text',
};

export const definition = {
  ...listing,
  app: 'full',
  version: '1.0.0',
  identifier: 'full',
  visibility: 'private',
  installUrl: 'https://app.example.com/install',
  setupUrl: 'https://app.example.com/setup',
  url: 'https://app.example.com',
  appDetails: { appDeveloper: { name: 'Ada' } },
  dependencies: ['other'],
  tags: ['tag'],
  changelog: { '1.0.0': 'First' },
  roles: ['org.user.customer.read'],
  auth: { type: 'oauth2' },
  redirectUris: ['https://app.example.com/back'],
  inboundHookUris: {},
  meta: { any: 1 },
  env: { prod: { api: 'https://app.example.com' } },
  default: true,
  system: false,
  clientId: 'client',
  clientSecret: 'secret',
  settings: {
    default: {
      name: { type: 'string', defaultValue: 'x', required: true, description: 'd', displayName: 'n' },
      key: { type: 'secret', defaultValue: 'x' },
    },
  },
  settingsPageConfig: { settings: { path: '/x' } },
  i18n: { en_us: { name: 'x' } },
  shortcuts: [{ name: 'x' }],
  dataSubscriptions: ['kustomer.customer'],
  klasses: [{ name: 'order', icon: 'box', metadata: { properties: {} } }],
  kviews: [{ name: 'card', resource: 'customer', context: 'smartbar-card', template: '<b/>' }],
  commands: [{ name: 'run', url: 'https://app.example.com', method: 'get' }],
  actions: [{ name: 'act', type: 'rest_api', appVersion: '1.0.0' }],
  triggers: [{ eventName: 'fired', description: 'Text', schema: {} }],
  hooks: [{ eventName: 'hooked', description: 'Text' }],
  outboundWebhooks: [{ name: 'hook', url: 'https://app.example.com', events: [{ name: 'x' }] }],
  widgets: [{ name: 'widget', filename: 'x.js' }],
  workflows: [{ name: 'flow', trigger: { eventName: 'fired' }, steps: [{ id: '1', action: 'act', params: {} }] }],
};

const visibility = { isPrivate: false, permissionType: 'ALLOW', orgIdentifiers: ['acme'] };
const attributes = {
  displayName: 'Full',
  listingId: 'full',
  isConsoleCompatible: true,
  visibility,
  url: {
    relativePath: '/x',
    stackId: 'x',
    server: '/x',
    interface: '/x',
    admin: '/x',
    setting: '/x',
    userGuide: '/x',
    gitInfo: 'https://git.example.com/x',
  },
  shortDescription: 'Text',
  longDescription: 'Text',
  categories: ['Games'],
  menu: [{ displayName: 'Home', displayOrder: 1, relativePath: '/' }],
  packageName: 'full',
};

const offering: FullBody = (param) => ({
  card_description: 'Text',
  compliance: 'Text',
  compliance_attachments: [],
  configuration_uri_template: 'https://x.example/{account}',
  description: 'Text',
  description_attachments: [],
  disabled: false,
  features: 'Text',
  features_attachments: [],
  name: 'Full',
  openid_connect_discovery: false,
  picture_uri: 'https://x.example/a.png',
  policy_jwt_alg: 'es256',
  policy_jwt_audience: 'x',
  policy_jwt_claim_expires_in: 5,
  reference: 'full',
  requires_enabled_oauth_person: false,
  service_instance_id: Number(param('serviceInstance')),
  source: 'x',
  sourceID: 'x',
  ui_extension_version_id: null,
  webhook_uri_template: 'https://x.example/hook',
});

const instance: FullBody = (param) => ({
  app_offering_id: Number(param('offering')),
  custom_fields: [{ id: 'a', value: 'x' }],
  customer_representative_id: 1,
  disabled: false,
  enabled_by_customer: true,
  suspended: false,
  suspension_comment: 'Text',
});

const record: FullBody = () => ({ name: 'Full', source: 'x', sourceID: 'x' });
const policy = { disabled: false, jwt_audience: 'x', jwt_claim_expires_in: 5, jwt_alg: 'es256', app_offering_id: null };

/** By the route as the walk over the vendors' routes names it. */
const fullBodies: Record<string, FullBody> = {
  'POST /v2/projects/:environment/custom-apps': kontentApp,
  'PATCH /v2/projects/:environment/custom-apps/:customApp': operationsOf,
  'PATCH /v2/projects/:environment/custom-apps/codename/:codename': operationsOf,
  'POST /v1/apps/available': () => definition,
  'PATCH /v1/apps/available/:appVersion': () => listing,
  'POST /v1/apps/available/:appVersion': () => listing,
  'POST /v1/apps': () => ({ name: 'client', url: 'https://app.example.com' }),
  'POST /v1/apps/install': () => ({ app: 'walked', version: '1.0.0', settings: { default: { name: 'x', key: 'y' } } }),
  'PUT /v1/apps/:appVersion/enable': () => ({ any: 1 }),
  'POST /v1/apps/:appVersion/disable': () => ({ any: 1 }),
  'POST /developer/apps': () => ({ ...attributes, type: 'WEB', version: '1.0.0' }),
  'POST /developer/apps/:os1App/versions': () => ({ version: '2.0.0', parentVersion: '1.0.0' }),
  'PATCH /developer/apps/versions/:os1Version': () => attributes,
  'PUT /developer/apps/versions/:os1Version/states': () => ({ action: 'SUBMIT_FOR_TECH_REVIEW' }),
  'POST /v1/app_offerings': offering,
  'PATCH /v1/app_offerings/:offering': offering,
  'PUT /v1/app_offerings/:offering': offering,
  'POST /v1/app_instances': instance,
  'PATCH /v1/app_instances/:instance': instance,
  'POST /v1/service_instances': record,
  'POST /v1/ui_extension_versions': record,
  'POST /v1/webhook_policies': () => policy,
  'PATCH /v1/webhook_policies/:policy': () => policy,
};

export const fullBodyOf = (walk: DoorWalk, route: string): unknown =>
  fullBodies[route]?.((name) => walk.pathOf(`GET :${name}`));

const pages = 'page per_page search_after search_before fields sort state id name sourceID created_at'.split(' ');

/** What a route reads of its query, by its path. */
export const queryNames: Record<string, readonly string[]> = {
  '/v2/projects/:environment/custom-apps': ['continuationToken'],
  '/v1/apps/available': ['page[size]', 'page[after]'],
  '/v1/apps': ['page[size]', 'page[after]'],
  '/developer/apps': ['limit', 'after', 'organizationId', 'teamId'],
  '/v1/app_offerings': pages,
  '/v1/app_offerings/:offering/app_instances': ['page', 'app_offering', 'disabled'],
  '/v1/app_instances': [...pages, 'app_offering', 'disabled', 'suspended'],
  '/v1/service_instances': ['search_after', 'name'],
  '/v1/webhook_policies': ['search_after', 'disabled'],
  '/v1/webhook_policies/:policy/deliveries': ['before', 'per_page'],
};
