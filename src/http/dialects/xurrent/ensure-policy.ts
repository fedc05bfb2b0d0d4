import type { ListedApp } from '../../../db/catalogue-lists.ts';
import { changeDoorRecord, findDoorRecord, insertDoorRecord, type DoorRecord } from '../../../db/door-records.ts';
import { withTransaction, type Queryable } from '../../../db/pool.ts';
import { deleteSigningKey, insertSigningKey, type NewSigningKey, type SigningKey } from '../../../db/signing-keys.ts';
import type { Deps } from '../../../deps.ts';
import { AppError } from '../../../errors.ts';
import { prepareSigningKey } from '../../../use-cases/deliveries/create-signing-key.ts';
import { offeringOf } from './offering.ts';
import { MAX_FORMER_KEYS, policyKeyOf, policyOf, policyType, type Policy } from './policy.ts';

export interface NewPolicy {
  record: DoorRecord;
  key: SigningKey;
}

type PolicyFields = Omit<Policy, 'signing_key_id' | 'former_key_ids'>;

/** What a policy is made of. */
export interface PolicyDraft {
  /** Of the record. */
  key: string;
  fields: PolicyFields;
  /** Made before the transaction, with `prepareSigningKey`. */
  signingKey: NewSigningKey;
}

/**
 * Stores a policy and its key pair, or neither. Call it in a transaction.
 *
 * @throws AppError `key_taken`
 */
export const addPolicy = async (tx: Queryable, { key, fields, signingKey }: PolicyDraft): Promise<NewPolicy> => {
  const pair = await insertSigningKey(tx, signingKey);
  const attributes = { ...fields, signing_key_id: pair.id, former_key_ids: [] };
  return { record: await insertDoorRecord(tx, policyType(pair.accountId), { key, attributes }), key: pair };
};

/** What an offering says of its policy. */
export const policyFieldsOf = (app: ListedApp): Omit<PolicyFields, 'disabled'> => {
  const offering = offeringOf(app);
  return {
    name: `Webhook policy of ${app.key!}`,
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
 * it gets another key. Call it before a transaction: a key takes some tenths of a second.
 */
export const ensurePolicy = async (deps: Pick<Deps, 'db' | 'cipher'>, app: ListedApp): Promise<DoorRecord> => {
  const { accountId } = app;
  const fields = policyFieldsOf(app);
  const key = policyKeyOf(app.id);
  const record = await findDoorRecord(deps.db, policyType(accountId), key);
  if (record) return agrees(policyOf(record), fields) ? record : bringUp(deps, { accountId, record }, fields);
  try {
    const signingKey = await prepareSigningKey(deps, { accountId, algorithm: fields.jwt_alg });
    const draft = { key, fields: { ...fields, disabled: false }, signingKey };
    return (await withTransaction(deps.db, (tx) => addPolicy(tx, draft))).record;
  } catch (err) {
    if (!(err instanceof AppError && err.code === 'key_taken')) throw err;
    // Somebody else was quicker.
    return (await findDoorRecord(deps.db, policyType(accountId), key))!;
  }
};

/** A key that is not needed any more, because another request was quicker, is not stored. */
const bringUp = async (
  { db, cipher }: Pick<Deps, 'db' | 'cipher'>,
  { accountId, record }: { accountId: number; record: DoorRecord },
  fields: Omit<PolicyFields, 'disabled'>,
): Promise<DoorRecord> => {
  const algorithm = fields.jwt_alg;
  const next =
    policyOf(record).jwt_alg === algorithm ? undefined : await prepareSigningKey({ cipher }, { accountId, algorithm });
  return withTransaction(db, async (tx) => {
    // This changes nothing, and holds the record.
    const held = await changeDoorRecord(tx, policyType(accountId), record.id, {});
    if (!held) return record;
    const policy = policyOf(held);
    const turned = policy.jwt_alg !== algorithm;
    // Another request changed the algorithm in between. Its key stays; the next call finds the difference.
    const kept = turned && !next ? { jwt_alg: policy.jwt_alg } : {};
    const keys = turned && next ? await replaceKey(tx, policy, next) : kept;
    return (await changeDoorRecord(tx, policyType(accountId), record.id, { ...fields, ...keys }))!;
  });
};

const replaceKey = async (
  tx: Queryable,
  policy: Policy,
  next: NewSigningKey,
): Promise<Pick<Policy, 'signing_key_id' | 'former_key_ids'>> => {
  const { id, accountId } = await insertSigningKey(tx, next);
  const former = [policy.signing_key_id, ...policy.former_key_ids];
  for (const old of former.slice(MAX_FORMER_KEYS)) await deleteSigningKey(tx, accountId, old);
  return { signing_key_id: id, former_key_ids: former.slice(0, MAX_FORMER_KEYS) };
};
