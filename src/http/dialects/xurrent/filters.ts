import type { Bound, Condition, Test } from '../../../db/list-page.ts';
import { isStorable } from '../../../domain/storable-text.ts';
import { badQuery } from './errors.ts';
import { readMoment } from './moment.ts';
import { momentOfRaw, textOfRaw, type RawPair } from './raw-query.ts';

/** What a field holds that can be filtered by. */
export type FilterType = 'integer' | 'enum' | 'text' | 'moment' | 'flag';

/**
 * Reads one filter: `v`, `!v`, nothing (is empty), `!` (is there), `a,b` and `!a,b` of whole numbers and enums, `<v`,
 * `<=v`, `>v`, `>=v`, `>a<b` and the like of whole numbers and moments.
 *
 * @throws AppError 400 that names the field.
 */
export const readFilter = (type: FilterType, { name, negated, raw }: RawPair): Condition => {
  const value = type === 'moment' ? momentOfRaw(raw) : textOfRaw(raw);
  if (value === undefined || !isStorable(value)) throw badQuery(`${name}: the value is not well escaped.`);
  if (!negated && value.startsWith('!'))
    return { column: name, negated: true, test: testOf(type, name, value.slice(1)) };
  return { column: name, negated, test: testOf(type, name, value) };
};

const testOf = (type: FilterType, name: string, value: string): Test => {
  if (value === '') return { is: 'empty' };
  switch (type) {
    case 'text':
      return { is: 'among', values: [value] };
    case 'enum':
      return { is: 'among', values: value.split(',') };
    case 'flag':
      return { is: 'flag', value: readFlag(name, value) };
    case 'integer':
      return (
        rangeOf(name, value, readInteger) ?? {
          is: 'among',
          values: value.split(',').map((one) => readInteger(name, one)),
        }
      );
    case 'moment':
      return rangeOf(name, value, momentIn) ?? { is: 'among', values: [momentIn(name, value)] };
  }
};

const RANGE = /^(?:(>=?)([^<>]+))?(?:(<=?)([^<>]+))?$/;

const rangeOf = (name: string, value: string, read: (name: string, text: string) => string): Test | undefined => {
  if (!/[<>]/.test(value)) return undefined;
  const [, above, low = '', below, high = ''] = RANGE.exec(value) ?? [];
  if (above === undefined && below === undefined)
    throw badQuery(`${name}: "${value.slice(0, 60)}" is none of <v, <=v, >v, >=v, >a<b, >=a<=b.`);
  const bound = (operator: string, text: string): Bound => ({
    value: read(name, text),
    inclusive: operator.endsWith('='),
  });
  return {
    is: 'between',
    ...(above !== undefined && { above: bound(above, low) }),
    ...(below !== undefined && { below: bound(below, high) }),
  };
};

const readInteger = (name: string, text: string): string => {
  if (!/^-?\d{1,18}$/.test(text)) throw badQuery(`${name}: "${text.slice(0, 60)}" is no whole number.`);
  return text;
};

const momentIn = (name: string, text: string): string => {
  const seconds = readMoment(text);
  if (seconds === undefined) throw badQuery(`${name}: "${text.slice(0, 60)}" is no date or time in ISO 8601.`);
  return String(seconds);
};

const flags = new Map<string, boolean>([
  ...['1', 't', 'y', 'true', 'yes', 'on'].map((word) => [word, true] as const),
  ...['0', 'f', 'n', 'false', 'no', 'off'].map((word) => [word, false] as const),
]);

const readFlag = (name: string, text: string): boolean => {
  const value = flags.get(text.toLowerCase());
  if (value === undefined) throw badQuery(`${name}: "${text.slice(0, 60)}" is neither true nor false.`);
  return value;
};
