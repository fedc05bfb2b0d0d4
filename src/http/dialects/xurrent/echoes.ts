import { isDeepStrictEqual } from 'node:util';

/**
 * Drops those of these fields of a body that repeat what the record has: clients send back whole records, and a field
 * that nobody may change here is no change then.
 */
export const withoutEchoes = <Body extends object>(body: Body, shown: object, names: readonly string[]): Body =>
  Object.fromEntries(
    Object.entries(body).filter(([name, value]) => !(names.includes(name) && repeats(value, memberOf(shown, name)))),
  ) as Body;

const memberOf = (record: object, name: string): unknown => (record as Record<string, unknown>)[name];

/** One of the vendor's clients writes numbers and booleans as texts, and nothing as an empty text. */
const repeats = (given: unknown, shown: unknown): boolean =>
  isDeepStrictEqual(given, shown) || (typeof given === 'string' && isScalar(shown) && given === `${shown ?? ''}`);

const isScalar = (value: unknown): value is string | number | boolean | null =>
  value === null || ['string', 'number', 'boolean'].includes(typeof value);
