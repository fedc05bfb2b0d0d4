import type { RecordColumnRef } from '../../../db/door-record-lists.ts';
import type { DoorRecord } from '../../../db/door-records.ts';
import type { Collection } from './collection.ts';
import { showMoment } from './moment.ts';
import { nodeIdOf } from './node-id.ts';
import { policyOf } from './policy.ts';

const SHOWN = ['created_at', 'disabled', 'id', 'jwt_alg', 'name', 'nodeID', 'updated_at'];

export const policyCollection: Collection<RecordColumnRef> = {
  fields: [...SHOWN, 'app_offering', 'jwt_audience', 'jwt_claim_expires_in'],
  shown: SHOWN,
  filters: {
    id: { type: 'integer', column: 'id' },
    name: { type: 'text', column: { attribute: 'name', type: 'text', foldsCase: true } },
    jwt_alg: { type: 'enum', column: { attribute: 'jwt_alg', type: 'text' } },
    created_at: { type: 'moment', column: 'createdAt' },
    updated_at: { type: 'moment', column: 'updatedAt' },
    disabled: { type: 'flag', column: { attribute: 'disabled', type: 'flag' } },
  },
  sorts: ['id', 'name', 'created_at', 'updated_at'],
  order: [{ column: 'name', descending: false }],
};

/** Without its public key: that is in the answer to its making, and at its key set. */
export const presentPolicy = (record: DoorRecord, domain: string): Record<string, unknown> => {
  const { name, jwt_alg, jwt_audience, jwt_claim_expires_in, disabled, app_offering } = policyOf(record);
  return {
    id: record.id,
    nodeID: nodeIdOf(domain, 'WebhookPolicy', record.id),
    name,
    jwt_alg,
    jwt_audience,
    jwt_claim_expires_in,
    disabled,
    app_offering: app_offering && { reference: app_offering.reference, id: app_offering.id },
    created_at: showMoment(record.createdAt),
    updated_at: showMoment(record.updatedAt),
  };
};
