import type { Queryable } from '../../db/pool.ts';
import { insertSigningKey, type NewSigningKey, type SigningKey } from '../../db/signing-keys.ts';
import type { Deps } from '../../deps.ts';
import type { SigningAlgorithm } from '../../domain/delivery-claims.ts';
import { makeKeyPair, signingKeyContext } from '../../secrets/signing.ts';

interface KeyInput {
  accountId: number;
  algorithm: SigningAlgorithm;
}

/**
 * Makes a key pair for an account and stores nothing: give the result to `insertSigningKey`, in a transaction if other rows
 * belong to it. The private half never leaves the process in clear text.
 *
 * @throws OwnRuleError `too_many_keys`; Error inside a transaction, because an RSA key takes some tenths of a second.
 */
export const prepareSigningKey = async (
  { cipher }: Pick<Deps, 'cipher'>,
  { accountId, algorithm }: KeyInput,
): Promise<NewSigningKey> => {
  const { kid, publicPem, publicJwk, privatePem } = await makeKeyPair(algorithm, accountId);
  const privateKey = cipher.seal(privatePem, signingKeyContext(accountId, kid));
  return { accountId, algorithm, kid, publicPem, publicJwk: { ...publicJwk }, privateKey };
};

/** Makes a key pair for an account and stores it. */
export const createSigningKey = async (
  { db, cipher }: { db: Queryable } & Pick<Deps, 'cipher'>,
  input: KeyInput,
): Promise<SigningKey> => insertSigningKey(db, await prepareSigningKey({ cipher }, input));
