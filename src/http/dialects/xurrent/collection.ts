import type { ListColumn, ListRequest, SortKey } from '../../../db/list-page.ts';
import { badQuery } from './errors.ts';
import { readCursor } from './cursor.ts';
import { readFilter, type FilterType } from './filters.ts';
import { textOfRaw, writeRawQuery, type RawPair } from './raw-query.ts';

/** What a collection can be asked for. */
export interface Collection<Column> {
  /** Of a record, in the order of answers. */
  fields: readonly string[];
  /** Those that are shown where nobody chooses. */
  shown: readonly string[];
  filters: Record<string, { type: FilterType; column: Column }>;
  /** Names of filters. */
  sorts: readonly string[];
  order: SortKey[];
}

/** How the client goes from page to page: by numbers, or by cursors. */
type Paging = { by: 'page'; page: number } | { by: 'cursor'; given?: string };

export interface CollectionQuery<Column> {
  request: ListRequest & { columns: Record<string, Column> };
  /** What is shown besides the id. */
  fields: readonly string[];
  perPage: number;
  paging: Paging;
}

const USUAL_PER_PAGE = 20;
const MOST_PER_PAGE = 100;
const MOST_PAGES = 1_000_000;

/** Parameters that are no filters. */
const RESERVED = ['page', 'per_page', 'search_after', 'search_before', 'fields', 'sort', 'state'] as const;
type Reserved = (typeof RESERVED)[number];

const isReserved = (name: string): name is Reserved => (RESERVED as readonly string[]).includes(name);

/** @throws AppError 400 that names the parameter. */
const valueOf = (pairs: readonly RawPair[], name: Reserved): string | undefined => {
  const found = pairs.filter((pair) => pair.name === name);
  if (found.length === 0) return undefined;
  const [{ raw, negated }] = found as [RawPair];
  const value = textOfRaw(raw);
  if (found.length > 1 || negated || value === undefined) throw badQuery(`${name}: send one value, well escaped.`);
  return value === '' ? undefined : value;
};

/** The predefined filter that is asked for in the query. */
export const stateOf = (pairs: readonly RawPair[]): string | undefined => valueOf(pairs, 'state');

const wholeNumber = (pairs: readonly RawPair[], name: Reserved, most: number): number | undefined => {
  const value = valueOf(pairs, name);
  if (value === undefined) return undefined;
  if (!/^[1-9]\d{0,8}$/.test(value)) throw badQuery(`${name}: must be a whole number from 1 on.`);
  return Math.min(Number(value), most);
};

const fieldsOf = (pairs: readonly RawPair[], { fields, shown }: Collection<unknown>): readonly string[] => {
  const chosen = valueOf(pairs, 'fields')?.split(',');
  const unknown = chosen?.find((name) => !fields.includes(name));
  if (unknown !== undefined) throw badQuery(`fields: there is no field "${unknown.slice(0, 60)}" here.`);
  return chosen ?? shown;
};

const sortOf = (pairs: readonly RawPair[], { sorts, order }: Collection<unknown>): SortKey[] => {
  const keys = valueOf(pairs, 'sort')
    ?.split(',')
    .map((one): SortKey => {
      const [column, descending] = one.startsWith('-') ? [one.slice(1), true] : [one, false];
      if (sorts.includes(column)) return { column, descending };
      throw badQuery(`sort: "${column.slice(0, 60)}" is not possible; possible are ${sorts.join(', ')}.`);
    });
  const wanted = keys ?? order;
  // A second mention of a column changes nothing any more, and the id tells any two rows apart.
  const first = wanted.filter(({ column }, i) => wanted.findIndex((one) => one.column === column) === i);
  return first.some(({ column }) => column === 'id') ? first : [...first, { column: 'id', descending: false }];
};

const sqlTypes = { integer: 'number', moment: 'number', text: 'text', enum: 'text', flag: 'flag' } as const;

const pagingOf = (pairs: readonly RawPair[], types: ListColumn['type'][], perPage: number) => {
  const page = wholeNumber(pairs, 'page', MOST_PAGES);
  const after = valueOf(pairs, 'search_after');
  const before = valueOf(pairs, 'search_before');
  if ([page, after, before].filter((one) => one !== undefined).length > 1)
    throw badQuery('page, search_after, search_before: send one of them.');
  const given = after ?? before;
  if (given === undefined)
    return {
      paging: page === undefined ? ({ by: 'cursor' } as const) : ({ by: 'page', page } as const),
      slice: { limit: perPage, offset: ((page ?? 1) - 1) * perPage },
    };
  const place = readCursor(types, given);
  if (!place) throw badQuery(`${after === undefined ? 'search_before' : 'search_after'}: is no cursor of this list.`);
  const at = after === undefined ? { before: place } : { after: place };
  return { paging: { by: 'cursor', given } as const, slice: { limit: perPage, ...at } };
};

/** Where in a list a page begins: links have it anew. */
const placeNames: readonly string[] = ['page', 'search_after', 'search_before'];

/** The parameters that each address of another page repeats. */
export const withoutPlace = (pairs: readonly RawPair[]): RawPair[] =>
  pairs.filter(({ name }) => !placeNames.includes(name));

/** In characters: three addresses stand in the headers of a page, and common clients read no more than 16 KB of those. */
const LONGEST_QUERY = 2_048;

const refuseLong = (pairs: readonly RawPair[]): void => {
  const { length } = writeRawQuery(withoutPlace(pairs));
  if (length > LONGEST_QUERY)
    throw badQuery(`The query has ${length} characters when it is escaped; ${LONGEST_QUERY} are possible.`);
};

/**
 * What a query asks of a collection.
 *
 * @throws AppError 400 that names the parameter that cannot be understood.
 */
export const readCollectionQuery = <Column>(
  collection: Collection<Column>,
  pairs: readonly RawPair[],
): CollectionQuery<Column> => {
  refuseLong(pairs);
  const { filters } = collection;
  const conditions = pairs
    .filter(({ name }) => !isReserved(name))
    .map((pair) => {
      if (!Object.hasOwn(filters, pair.name))
        throw badQuery(
          `"${pair.name.slice(0, 60)}" is not possible as a filter; possible are ${Object.keys(filters).join(', ')}.`,
        );
      return readFilter(filters[pair.name]!.type, pair);
    });
  const sort = sortOf(pairs, collection);
  const perPage = wholeNumber(pairs, 'per_page', MOST_PER_PAGE) ?? USUAL_PER_PAGE;
  const types = sort.map(({ column }) => sqlTypes[filters[column]!.type]);
  const { paging, slice } = pagingOf(pairs, types, perPage);
  const columns = Object.fromEntries(Object.entries(filters).map(([name, { column }]) => [name, column]));
  return { request: { conditions, sort, slice, columns }, fields: fieldsOf(pairs, collection), perPage, paging };
};
