import {
  calculateJwkThumbprint,
  exportJWK,
  exportPKCS8,
  exportSPKI,
  generateKeyPair,
  importPKCS8,
  SignJWT,
  type JWK,
} from 'jose';
import { createFairQueue } from '../fair-queue.ts';
import { refuseInTransaction } from '../held-connection.ts';
import { OwnRuleError } from '../errors.ts';
import { headerNameOf, type SigningAlgorithm, type TokenClaims } from '../domain/delivery-claims.ts';

export interface KeyPair {
  /** RFC 7638's thumbprint of the public key. */
  kid: string;
  /** SPKI. */
  publicPem: string;
  /** With `kid`, `alg` and `use`, as a key set publishes it. */
  publicJwk: JWK;
  /** PKCS#8. Secret: seal it before it goes anywhere. */
  privatePem: string;
}

/** What a sealed private key is bound to. */
export const signingKeyContext = (accountId: number, kid: string): string => `signing-key/${accountId}/${kid}`;

/** A key takes one of libuv's four threads, and files are read on the same four. */
const keysInWork = createFairQueue({
  running: 1,
  runningPerKey: 1,
  waiting: 1_000,
  waitingPerKey: 100,
  full: () =>
    new OwnRuleError('too_many_keys', 503, 'Too many signing keys are being made right now. Retry after 10 seconds.', {
      retryAfter: 10,
    }),
});

/**
 * Makes a key pair, one at a time and one account after the other. RSA keys have 2048 bits and take some tenths of a second
 * on a thread of libuv; EC keys take no time.
 *
 * @throws OwnRuleError `too_many_keys` (503) when too many keys wait; Error inside a transaction.
 */
export const makeKeyPair = (algorithm: SigningAlgorithm, accountId: number): Promise<KeyPair> => {
  refuseInTransaction('Making a signing key');
  return keysInWork.run(String(accountId), () => generate(algorithm));
};

const generate = async (algorithm: SigningAlgorithm): Promise<KeyPair> => {
  const alg = headerNameOf(algorithm);
  const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true, modulusLength: 2048 });
  const jwk = await exportJWK(publicKey);
  const kid = await calculateJwkThumbprint(jwk);
  return {
    kid,
    publicPem: await exportSPKI(publicKey),
    publicJwk: { ...jwk, kid, alg, use: 'sig' },
    privatePem: await exportPKCS8(privateKey),
  };
};

/**
 * Signs claims into a compact JWS.
 *
 * @param kid undefined: the header does not name the key.
 */
export const signToken = async (
  claims: TokenClaims,
  { algorithm, privatePem, kid }: { algorithm: SigningAlgorithm; privatePem: string; kid?: string },
): Promise<string> => {
  const alg = headerNameOf(algorithm);
  const key = await importPKCS8(privatePem, alg);
  return new SignJWT({ ...claims })
    .setProtectedHeader({ alg, typ: 'JWT', ...(kid !== undefined && { kid }) })
    .sign(key);
};
