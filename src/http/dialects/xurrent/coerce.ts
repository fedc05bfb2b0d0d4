import { z } from 'zod';
import { isStorable } from '../../../domain/storable-text.ts';
import { NOT_STORABLE } from '../../storable.ts';

/** What is wrong with a value. */
class Problem {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

/** A field that may be left out; what it holds is read by `read`. */
export const field = <T>(read: (value: unknown) => T | Problem) =>
  z
    .unknown()
    .transform((value, context): T => {
      const result = read(value);
      if (!(result instanceof Problem)) return result;
      context.addIssue({ code: 'custom', message: result.text });
      return z.NEVER;
    })
    .optional();

/** One of the vendor's clients writes nothing as an empty text. */
const isBlank = (value: unknown): boolean => value === null || (typeof value === 'string' && value.trim() === '');

const BLANK = new Problem("can't be blank");

/** For a field that must be there. */
export const required = <T>(read: (value: unknown) => T | Problem) =>
  field((value): NonNullable<T> | Problem => {
    const result = read(value);
    return result === null || result === undefined ? BLANK : (result as NonNullable<T> | Problem);
  });

const textOf = (value: unknown): string | Problem => {
  // A number stands for its digits: clients have numbers for foreign ids.
  if (typeof value === 'number' && Number.isFinite(value)) return String(value);
  if (typeof value !== 'string') return new Problem('must be a text');
  return isStorable(value) ? value : new Problem(NOT_STORABLE);
};

type Read<T> = (value: unknown) => T | Problem;
type ReadText = Read<string | null>;

/** One line of at most so many characters. */
export const line =
  (max: number): ReadText =>
  (value) => {
    if (isBlank(value)) return null;
    const text = textOf(value);
    if (text instanceof Problem) return text;
    if (Array.from(text).length > max) return new Problem(`is too long (maximum is ${max} characters)`);
    return /\p{Cc}/u.test(text) ? new Problem('must be one line without control characters') : text;
  };

/** Any text of at most so many bytes. */
export const bytes =
  (max: number): ReadText =>
  (value) => {
    if (isBlank(value)) return null;
    const text = textOf(value);
    if (text instanceof Problem) return text;
    return Buffer.byteLength(text) > max ? new Problem(`is too long (maximum is ${max} bytes)`) : text;
  };

/** Runs `check` on what `read` gave, unless that is nothing; `check` says what is wrong. */
export const checked =
  (read: ReadText, check: (text: string) => string | undefined): ReadText =>
  (value) => {
    const text = read(value);
    if (typeof text !== 'string') return text;
    const fault = check(text);
    return fault === undefined ? text : new Problem(fault);
  };

const YES = /^(1|t|y|true|yes|on)$/i;

/** These words in any letter case are true, everything else is false. */
export const flag: Read<boolean> = (value) => {
  if (value === null || typeof value === 'boolean') return value === true;
  if (typeof value === 'string' || typeof value === 'number') return YES.test(String(value).trim());
  return new Problem('must be true or false');
};

/** Of minutes; more than any client means, and small enough for every calculation. */
const MOST_MINUTES = 999 * 60 + 59;

/** Minutes, as a number or its digits, or `hhh:mm`; at least one. */
export const minutes: Read<number | null> = (value) => {
  if (isBlank(value)) return null;
  const text = typeof value === 'string' || typeof value === 'number' ? String(value) : '';
  const [, hours, rest] = /^(\d{1,3}):([0-5]\d)$/.exec(text) ?? [];
  const plain = /^\d{1,6}$/.test(text) ? Number(text) : Number.NaN;
  const total = hours === undefined ? plain : Number(hours) * 60 + Number(rest);
  const fits = total >= 1 && total <= MOST_MINUTES;
  return fits ? total : new Problem(`must be a duration from 1 to ${MOST_MINUTES} minutes, as minutes or as hhh:mm`);
};

/** The number of something else. */
export const reference: Read<number | null> = (value) => {
  if (isBlank(value)) return null;
  const isNumber = (typeof value === 'number' || typeof value === 'string') && /^[1-9]\d{0,14}$/.test(String(value));
  return isNumber ? Number(value) : new Problem('must be the number of an existing record');
};

export const choice =
  <T extends string>(...values: readonly T[]): Read<T | null> =>
  (value) => {
    if (isBlank(value)) return null;
    const found = values.find((one) => one === value);
    return found ?? new Problem(`is not included in the list: ${values.join(', ')}`);
  };

/** A value that is read by rules of its own; `check` says what is wrong. */
export const custom =
  <T>(check: (value: unknown) => { value: T } | { fault: string }): Read<T> =>
  (value) => {
    const result = check(value);
    return 'fault' in result ? new Problem(result.fault) : result.value;
  };

/** For a field that others know and this door does not take. */
export const never =
  (fault: string): Read<never> =>
  () =>
    new Problem(fault);

const MAX_AUDIENCE = 2_048;

/**
 * Whom a token is for: one line of at most 2 KB, as a token has it. Receivers take 8 KB, and an installation must not
 * fail because an audience is all quotes.
 */
export const audience: ReadText = checked(bytes(MAX_AUDIENCE), (text) => {
  if (/\p{Cc}/u.test(text)) return 'must be one line without control characters';
  const escaped = Buffer.byteLength(JSON.stringify(text)) - 2;
  return escaped > MAX_AUDIENCE ? `is too long (maximum is ${MAX_AUDIENCE} bytes in JSON)` : undefined;
});
