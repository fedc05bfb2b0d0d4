import type { Queryable } from '../../db/pool.ts';
import { insertSigningKey, type SigningKey } from '../../db/signing-keys.ts';
import type { Deps } from '../../deps.ts';
import type { SigningAlgorithm } from '../../domain/delivery-claims.ts';
import { makeKeyPair, signingKeyContext } from '../../secrets/signing.ts';

/**
 * Makes a key pair for an account; its private half never leaves the database unsealed.
 *
 * @param db a transaction, when something else shall be there with the key. RSA keys take some tenths of a second, so
 *   hold nothing in it that others wait for.
 */
export const createSigningKey = async (
  { db, cipher }: { db: Queryable } & Pick<Deps, 'cipher'>,
  { accountId, algorithm }: { accountId: number; algorithm: SigningAlgorithm },
): Promise<SigningKey> => {
  const { kid, publicPem, publicJwk, privatePem } = await makeKeyPair(algorithm);
  const privateKey = cipher.seal(privatePem, signingKeyContext(accountId, kid));
  return insertSigningKey(db, { accountId, algorithm, kid, publicPem, publicJwk: { ...publicJwk }, privateKey });
};
