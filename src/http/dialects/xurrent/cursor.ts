import type { ListColumn, Place } from '../../../db/list-page.ts';
import { isStorable } from '../../../domain/storable-text.ts';

/** Where a row stands, as clients hand it back: base64 of `{offset, cursor: [values sorted by …]}`. */
export const writeCursor = (offset: number, place: Place): string =>
  Buffer.from(JSON.stringify({ offset, cursor: place })).toString('base64');

const isValue = (type: ListColumn['type'], value: unknown): boolean =>
  type === 'text' ? typeof value === 'string' && isStorable(value) : Number.isSafeInteger(value);

/**
 * Reads a cursor. It is compared with what its reader may see anyway, so it needs no signature.
 *
 * @param types of the values that the list is sorted by.
 * @returns undefined when it is none of a list that is sorted so.
 */
export const readCursor = (types: readonly ListColumn['type'][], text: string): Place | undefined => {
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(text, 'base64').toString('utf8'));
  } catch {
    return undefined;
  }
  const cursor = typeof value === 'object' && value !== null && 'cursor' in value ? value.cursor : undefined;
  if (!Array.isArray(cursor) || cursor.length !== types.length) return undefined;
  return types.every((type, i) => isValue(type, cursor[i])) ? (cursor as Place) : undefined;
};
