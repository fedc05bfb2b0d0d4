import { createHash } from 'node:crypto';

/** base64url of a SHA-256: always 43 characters (RFC 7636 4.2). */
export const isChallenge = (text: string): boolean => /^[\w-]{43}$/.test(text);

/** RFC 7636 4.1. The lower bound keeps out what could be guessed. */
const VERIFIER = /^[\w.~-]{43,128}$/;

/** True when the challenge was made of this verifier (S256). */
export const matchesChallenge = (verifier: string, challenge: string): boolean =>
  VERIFIER.test(verifier) && createHash('sha256').update(verifier).digest('base64url') === challenge;
