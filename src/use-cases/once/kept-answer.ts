import { createHash } from 'node:crypto';
import type { KeyRef } from '../../db/idempotency-keys.ts';
import { InvalidRequestError } from '../../errors.ts';

/** An answer as it was sent, and what it was the answer to. */
export interface KeptAnswer {
  fingerprint: string;
  status: number;
  /** JSON, as it stood in the body. */
  text: string;
}

/** Binds a sealed answer to its place. */
export const answerContext = ({ accountId, key }: KeyRef): string => `idempotency-key:${accountId}:${key}`;

export const writeAnswer = ({ fingerprint, status, text }: KeptAnswer): string => `${fingerprint} ${status} ${text}`;

export const readAnswer = (written: string): KeptAnswer => {
  const [fingerprint = '', status = ''] = written.split(' ', 2);
  return { fingerprint, status: Number(status), text: written.slice(`${fingerprint} ${status} `.length) };
};

/**
 * Digest of what is asked for. In whichever order an object has its members, it is the same.
 *
 * @throws InvalidRequestError for what is nested thousands of times.
 */
export const fingerprintOf = (asked: unknown): string => {
  try {
    return createHash('sha256').update(JSON.stringify(asked, sorted)).digest('hex');
  } catch (err) {
    if (err instanceof RangeError) throw new InvalidRequestError('The body is nested too deeply.');
    throw err;
  }
};

const sorted = (_name: string, value: unknown): unknown =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
    : value;
