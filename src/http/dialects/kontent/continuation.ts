import { createHmac, timingSafeEqual } from 'node:crypto';

/** Names the use that keys are derived for; with another format of tokens it becomes another one. */
export const CONTINUATION_KEYS = 'kontent continuation token 1';

/** What a token is good for: no other list. */
export interface ContinuationPlace {
  accountId: number;
  environmentId: string;
}

const signature = (key: Buffer, payload: string, { accountId, environmentId }: ContinuationPlace): Buffer =>
  createHmac('sha256', key).update(`${accountId}\n${environmentId}\n${payload}`).digest();

/**
 * Where the next page begins, as a text that fits a header (A-Z a-z 0-9 _ - and one dot) and that nobody else can make.
 *
 * @param keys the first one signs.
 * @param after number of the last app of the page before. It stays good when that app is gone.
 */
export const continuationToken = (keys: readonly Buffer[], place: ContinuationPlace, after: number): string => {
  const payload = Buffer.from(String(after)).toString('base64url');
  return `${payload}.${signature(keys[0]!, payload, place).toString('base64url')}`;
};

/** @returns undefined for what is no token of ours for this list. */
export const readContinuationToken = (
  keys: readonly Buffer[],
  place: ContinuationPlace,
  token: string,
): number | undefined => {
  const [, payload = '', given = ''] = /^([\w-]{1,32})\.([\w-]{43})$/.exec(token) ?? [];
  if (given === '') return undefined;
  const bytes = Buffer.from(given, 'base64url');
  // The last character of a base64 text has bits to spare: another one would mean the same.
  if (bytes.toString('base64url') !== given) return undefined;
  const genuine = keys.some((key) => timingSafeEqual(signature(key, payload, place), bytes));
  return genuine ? Number(Buffer.from(payload, 'base64url').toString()) : undefined;
};
