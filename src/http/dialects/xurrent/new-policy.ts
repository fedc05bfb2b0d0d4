import { randomUUID } from 'node:crypto';
import type { Deps } from '../../../deps.ts';
import { AppError, invalidField } from '../../../errors.ts';
import { prepareSigningKey } from '../../../use-cases/deliveries/create-signing-key.ts';
import { refuseOverQuota, withQuotas } from '../../../use-cases/quotas/with-quotas.ts';
import { parse } from '../../parse.ts';
import { addPolicy, policyFieldsOf, type NewPolicy, type PolicyDraft } from './ensure-policy.ts';
import { findOffering } from './find-offering.ts';
import { withRequired } from './offering-schema.ts';
import { newPolicyBody, offeringPolicyBody } from './policy-schema.ts';
import { policyKeyOf } from './policy.ts';

const ADDED = { policies: 1 };

/**
 * Reads the body of a request for a policy, in two steps: `prepare` makes the key and holds no connection meanwhile, `add`
 * stores what is prepared.
 *
 * @throws InvalidRequestError, OwnRuleError `quota_exceeded` each of the two.
 */
export const newPolicyOf = (
  deps: Deps,
  accountId: number,
  body: object,
): { prepare: () => Promise<void>; add: (within: Deps) => Promise<NewPolicy> } => {
  let draft: PolicyDraft | undefined;
  return {
    async prepare() {
      const { key, fields } = await readPolicy(deps, accountId, body);
      await withQuotas(deps, accountId, (tx, quotas) => refuseOverQuota(tx, quotas, ADDED, { yetToCome: true }));
      draft = { key, fields, signingKey: await prepareSigningKey(deps, { accountId, algorithm: fields.jwt_alg }) };
    },
    add: (within) =>
      withQuotas(within, accountId, async (tx, quotas) => {
        const added = await addPolicy(tx, draft!).catch(policyTaken);
        await refuseOverQuota(tx, quotas, ADDED);
        return added;
      }),
  };
};

/** For a promise: the records know keys, clients know the field. */
const policyTaken = (err: unknown): never => {
  if (!(err instanceof AppError && err.code === 'key_taken')) throw err;
  throw invalidField('app_offering_id', 'has a policy already; remove that one for another key');
};

/** A policy of its own, or one for an offering, which says all but whether the policy is disabled. */
const readPolicy = async (deps: Deps, accountId: number, body: object): Promise<Omit<PolicyDraft, 'signingKey'>> => {
  if (!('app_offering_id' in body) || body.app_offering_id === null || body.app_offering_id === '') {
    const { disabled = false, jwt_alg, ...rest } = parse(newPolicyBody.schema, withRequired(body, ['jwt_alg']));
    const { jwt_audience = null, jwt_claim_expires_in = null } = rest;
    const name = `Webhook policy ${new Date().toISOString()}`;
    const fields = { name, jwt_alg: jwt_alg!, jwt_audience, jwt_claim_expires_in, disabled, app_offering: null };
    return { key: randomUUID(), fields };
  }
  const { app_offering_id: id, disabled = false } = parse(offeringPolicyBody.schema, body);
  const app = await findOffering(deps, { accountId, id: id! }, ['draft']);
  if (!app) throw invalidField('app_offering_id', `there is no app offering ${id!} of this account`);
  const published = await findOffering(deps, { accountId, id: id! }, ['own-released']);
  return { key: policyKeyOf(app.id), fields: { ...policyFieldsOf(published ?? app), disabled } };
};
