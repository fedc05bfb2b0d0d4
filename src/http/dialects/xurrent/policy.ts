import type { DoorRecord, RecordType } from '../../../db/door-records.ts';
import type { SigningAlgorithm } from '../../../domain/delivery-claims.ts';
import { KIND } from './kind.ts';

/** What is kept of a webhook policy. */
export interface Policy {
  name: string;
  jwt_alg: SigningAlgorithm;
  jwt_audience: string | null;
  jwt_claim_expires_in: number | null;
  disabled: boolean;
  signing_key_id: number;
  /** Keys that it had before, newest first: what they have signed can still be checked. {@link MAX_FORMER_KEYS}. */
  former_key_ids: number[];
  /** Null: it belongs to none. */
  app_offering: { id: number; reference: string } | null;
}

/** The rest are removed: receivers read all keys of a policy to check one message. */
export const MAX_FORMER_KEYS = 10;

export const policyType = (accountId: number): RecordType => ({ accountId, door: KIND, type: 'webhook_policy' });

/** An offering has one policy at the most. */
export const policyKeyOf = (appId: number): string => `app_offering/${appId}`;

// Nobody but this door writes them.
export const policyOf = ({ attributes }: Pick<DoorRecord, 'attributes'>): Policy => attributes as unknown as Policy;

export const keyIdsOf = ({ signing_key_id, former_key_ids }: Policy): number[] => [signing_key_id, ...former_key_ids];
