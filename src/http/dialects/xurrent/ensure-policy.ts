import type { ListedApp } from '../../../db/catalogue-lists.ts';
import { changeDoorRecord, findDoorRecord, insertDoorRecord, type DoorRecord } from '../../../db/door-records.ts';
import { withTransaction, type Queryable } from '../../../db/pool.ts';
import { deleteSigningKey, type SigningKey } from '../../../db/signing-keys.ts';
import type { Deps } from '../../../deps.ts';
import { AppError } from '../../../errors.ts';
import { createSigningKey } from '../../../use-cases/deliveries/create-signing-key.ts';
import { offeringOf } from './offering.ts';
import { MAX_FORMER_KEYS, policyKeyOf, policyOf, policyType, type Policy } from './policy.ts';

export interface NewPolicy {
  record: DoorRecord;
  key: SigningKey;
}

type PolicyFields = Omit<Policy, 'signing_key_id' | 'former_key_ids'>;

/**
 * Makes a policy with a key pair of its own, or neither.
 *
 * @param key of the record.
 * @throws AppError `key_taken`
 */
export const addPolicy = async (
  { db, cipher }: Pick<Deps, 'db' | 'cipher'>,
  { accountId, key }: { accountId: number; key: string },
  fields: PolicyFields,
): Promise<NewPolicy> =>
  withTransaction(db, async (tx) => {
    const pair = await createSigningKey({ db: tx, cipher }, { accountId, algorithm: fields.jwt_alg });
    const attributes = { ...fields, signing_key_id: pair.id, former_key_ids: [] };
    return { record: await insertDoorRecord(tx, policyType(accountId), { key, attributes }), key: pair };
  });

/** What an offering says of its policy. */
export const policyFieldsOf = (app: ListedApp): Omit<PolicyFields, 'disabled'> => {
  const offering = offeringOf(app);
  return {
    name: `Webhook policy of ${app.key}`,
    jwt_alg: offering.policy_jwt_alg,
    jwt_audience: offering.policy_jwt_audience,
    jwt_claim_expires_in: offering.policy_jwt_claim_expires_in,
    app_offering: { id: app.id, reference: app.key! },
  };
};

const agrees = (policy: Policy, fields: Omit<PolicyFields, 'disabled'>): boolean =>
  policy.jwt_alg === fields.jwt_alg &&
  policy.jwt_audience === fields.jwt_audience &&
  policy.jwt_claim_expires_in === fields.jwt_claim_expires_in &&
  policy.app_offering?.reference === fields.app_offering?.reference;

/**
 * The policy of an offering, made when there is none, and brought up to what the offering says: with another algorithm
 * it gets another key. Ask before a transaction that others wait for: a key may take some tenths of a second.
 */
export const ensurePolicy = async (deps: Pick<Deps, 'db' | 'cipher'>, app: ListedApp): Promise<DoorRecord> => {
  const { accountId } = app;
  const fields = policyFieldsOf(app);
  const key = policyKeyOf(app.id);
  const record = await findDoorRecord(deps.db, policyType(accountId), key);
  if (record) return agrees(policyOf(record), fields) ? record : bringUp(deps, { accountId, id: record.id }, fields);
  try {
    return (await addPolicy(deps, { accountId, key }, { ...fields, disabled: false })).record;
  } catch (err) {
    if (!(err instanceof AppError && err.code === 'key_taken')) throw err;
    // Somebody else was quicker.
    return (await findDoorRecord(deps.db, policyType(accountId), key))!;
  }
};

const bringUp = async (
  { db, cipher }: Pick<Deps, 'db' | 'cipher'>,
  { accountId, id }: { accountId: number; id: number },
  fields: Omit<PolicyFields, 'disabled'>,
): Promise<DoorRecord> =>
  withTransaction(db, async (tx) => {
    // Changes nothing, and holds the record.
    const held = (await changeDoorRecord(tx, policyType(accountId), id, {}))!;
    const policy = policyOf(held);
    const keys =
      policy.jwt_alg === fields.jwt_alg ? {} : await nextKey({ db: tx, cipher }, { accountId, policy, fields });
    return (await changeDoorRecord(tx, policyType(accountId), id, { ...fields, ...keys }))!;
  });

const nextKey = async (
  deps: { db: Queryable } & Pick<Deps, 'cipher'>,
  { accountId, policy, fields }: { accountId: number; policy: Policy; fields: Pick<Policy, 'jwt_alg'> },
): Promise<Pick<Policy, 'signing_key_id' | 'former_key_ids'>> => {
  const { id } = await createSigningKey(deps, { accountId, algorithm: fields.jwt_alg });
  const former = [policy.signing_key_id, ...policy.former_key_ids];
  for (const old of former.slice(MAX_FORMER_KEYS)) await deleteSigningKey(deps.db, accountId, old);
  return { signing_key_id: id, former_key_ids: former.slice(0, MAX_FORMER_KEYS) };
};
