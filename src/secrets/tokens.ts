import { createHash, randomBytes } from 'node:crypto';

/** 256 random bits. The beginning says what it is, so that a scanner can find one that leaked. */
export const newToken = (): string => `appyard_${randomBytes(32).toString('base64url')}`;

/** Tokens are random, so one fast hash is enough: nobody guesses 256 bits. */
export const tokenDigest = (token: string): Buffer => createHash('sha256').update(token).digest();

/** What a list shows of a token. */
export const tokenPrefix = (token: string): string => token.slice(0, token.startsWith('appyard_') ? 14 : 4);

/** 32 hex digits, as the vendors' job ids. */
export const newId = (): string => randomBytes(16).toString('hex');
