import type { AppColumnRef, AppView } from '../../../db/catalogue-lists.ts';
import type { Collection } from './collection.ts';

const SHOWN = [
  'created_at',
  'id',
  'name',
  'nodeID',
  'policy_jwt_alg',
  'policy_jwt_audience',
  'policy_jwt_claim_expires_in',
  'reference',
  'service_instance',
  'sourceID',
  'updated_at',
  'webhook_uri_template',
];

const OTHERS = [
  'attachments',
  'card_description',
  'compliance',
  'configuration_uri_template',
  'description',
  'disabled',
  'features',
  'openid_connect_discovery',
  'picture_uri',
  'requires_enabled_oauth_person',
  'source',
  'ui_extension_version',
];

/** Read only when they are asked for. */
export const longFields: readonly string[] = ['compliance', 'description', 'features'];

export const offeringCollection: Collection<AppColumnRef> = {
  fields: [...SHOWN, ...OTHERS],
  shown: SHOWN,
  filters: {
    id: { type: 'integer', column: 'id' },
    source: { type: 'text', column: { attribute: 'source', type: 'text' } },
    sourceID: { type: 'text', column: { attribute: 'sourceID', type: 'text' } },
    reference: { type: 'text', column: 'key' },
    name: { type: 'text', column: { attribute: 'name', type: 'text', foldsCase: true } },
    created_at: { type: 'moment', column: 'createdAt' },
    updated_at: { type: 'moment', column: 'updatedAt' },
    disabled: { type: 'flag', column: { attribute: 'disabled', type: 'flag' } },
  },
  sorts: ['id', 'sourceID', 'name', 'created_at', 'updated_at'],
  order: [{ column: 'name', descending: false }],
};

/** The vendor's predefined filters. */
export const predefined: ReadonlyMap<string, AppView> = new Map([
  ['latest_internal', 'draft'],
  ['latest_published', 'own-released'],
  ['all_latest_published', 'released'],
  ['consumed', 'installed'],
]);
