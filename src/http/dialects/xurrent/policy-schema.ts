import { signingAlgorithms } from '../../../domain/delivery-claims.ts';
import { lenientBody } from '../../parse.ts';
import { audience, choice, field, flag, minutes, never, reference, required } from './coerce.ts';

const shape = {
  disabled: field(flag),
  jwt_audience: field(audience),
  jwt_claim_expires_in: field(minutes),
};

/** Of a policy of no offering. */
export const newPolicyBody = lenientBody({
  ...shape,
  app_offering_id: field(reference),
  jwt_alg: required(choice(...signingAlgorithms)),
});

const fromOffering = never('is what the app offering says: change it there');

/** Of the policy of an offering, which says all the rest. */
export const offeringPolicyBody = lenientBody({
  app_offering_id: field(reference),
  disabled: field(flag),
  jwt_alg: field(fromOffering),
  jwt_audience: field(fromOffering),
  jwt_claim_expires_in: field(fromOffering),
});

const notChanged = never('cannot be changed: make another policy');

export const policyChangeBody = lenientBody({
  ...shape,
  app_offering_id: field(notChanged),
  jwt_alg: field(notChanged),
});
