export const signingAlgorithms = ['rs256', 'rs384', 'rs512', 'es256', 'es384', 'es512'] as const;
export type SigningAlgorithm = (typeof signingAlgorithms)[number];

/** The algorithm's name as a token's header has it. */
export const headerNameOf = (algorithm: SigningAlgorithm): string => algorithm.toUpperCase();

/** What a delivery says. Times and the token's id come with each attempt. */
export interface DeliveryClaims {
  iss: string;
  aud?: string;
  sub?: string;
  /** Any JSON. */
  data: unknown;
  /** Undefined: the token does not expire. */
  expiresInMinutes?: number;
}

/** What is signed. `nbf` is `iat`: the receivers' clocks may be a minute off, and that is their tolerance to give. */
export interface TokenClaims extends Omit<DeliveryClaims, 'expiresInMinutes'> {
  jti: string;
  iat: number;
  nbf: number;
  exp?: number;
}

/**
 * Each attempt has a token id of its own: a receiver refuses one that it has seen, and an attempt that timed out may
 * have been seen. `DELIVERY.NUMBER`, at most 47 characters (256 are allowed).
 *
 * @param at of the worker's clock, in milliseconds.
 */
export const claimsOfAttempt = (
  { expiresInMinutes, ...claims }: DeliveryClaims,
  { id, attempt }: { id: string; attempt: number },
  at: number,
): TokenClaims => {
  const iat = Math.floor(at / 1_000);
  return {
    ...claims,
    jti: `${id}.${attempt}`,
    iat,
    nbf: iat,
    ...(expiresInMinutes !== undefined && { exp: iat + expiresInMinutes * 60 }),
  };
};

/** Receivers take no larger tokens. */
export const MAX_TOKEN_BYTES = 8_192;

/** RSA keys have 2048 bits; an EC signature is two numbers of the curve's size. */
const signatureBytes: Record<SigningAlgorithm, number> = {
  rs256: 256,
  rs384: 256,
  rs512: 256,
  es256: 64,
  es384: 96,
  es512: 132,
};

const base64Length = (bytes: number): number => Math.ceil((bytes * 4) / 3);
const jsonBytes = (value: unknown): number => Buffer.byteLength(JSON.stringify(value));

/** What an attempt's id, its longest number and its times take. */
const longest = { id: 'f'.repeat(36), attempt: 2_147_483_647 };
/** Ten digits of seconds, as until the year 2286. */
const someday = 5_000_000_000_000;

/** How many bytes the token of any attempt takes at the most: what is signed is JSON without spaces, in base64url. */
export const tokenBytes = (claims: DeliveryClaims, key: { algorithm: SigningAlgorithm; kid?: string }): number => {
  const header = jsonBytes({
    alg: headerNameOf(key.algorithm),
    typ: 'JWT',
    ...(key.kid !== undefined && { kid: key.kid }),
  });
  const payload = jsonBytes(claimsOfAttempt(claims, longest, someday));
  return base64Length(header) + base64Length(payload) + base64Length(signatureBytes[key.algorithm]) + 2;
};
