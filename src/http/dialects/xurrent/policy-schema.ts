import { signingAlgorithms } from '../../../domain/delivery-claims.ts';
import { strictBody } from '../../parse.ts';
import { audience, choice, field, flag, minutes, never, reference, required } from './coerce.ts';

const READ_ONLY = ['id', 'nodeID', 'account', 'name', 'created_at', 'updated_at', 'public_key_pem'];

const shape = {
  disabled: field(flag),
  jwt_audience: field(audience),
  jwt_claim_expires_in: field(minutes),
};

/** Of a policy of no offering. */
export const newPolicyBody = strictBody(
  { ...shape, app_offering_id: field(reference), jwt_alg: required(choice(...signingAlgorithms)) },
  READ_ONLY,
);

const fromOffering = never('is what the app offering says: change it there');

/** Of the policy of an offering, which says all the rest. */
export const offeringPolicyBody = strictBody(
  {
    app_offering_id: field(reference),
    disabled: field(flag),
    jwt_alg: field(fromOffering),
    jwt_audience: field(fromOffering),
    jwt_claim_expires_in: field(fromOffering),
  },
  READ_ONLY,
);

const notChanged = never('cannot be changed: make another policy');

export const policyChangeBody = strictBody(
  { ...shape, app_offering_id: field(notChanged), jwt_alg: field(notChanged) },
  READ_ONLY,
);
