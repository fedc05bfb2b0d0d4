import type { Queryable } from './pool.ts';

/** What a list is filtered and sorted by: an expression of ours, never a text from outside. */
export interface ListColumn {
  sql: string;
  /** Moments are numbers: seconds since 1970. */
  type: 'number' | 'text' | 'flag';
  /** Of texts: capitals and small letters are alike. */
  foldsCase?: boolean;
}

export interface Bound {
  value: string;
  inclusive: boolean;
}

/** Values are texts; those of numbers must be ones that Postgres reads as such. */
export type Test =
  | { is: 'empty' }
  | { is: 'among'; values: string[] }
  | { is: 'flag'; value: boolean }
  | { is: 'between'; above?: Bound; below?: Bound };

export interface Condition {
  column: string;
  test: Test;
  negated: boolean;
}

export interface SortKey {
  column: string;
  descending: boolean;
}

/** Where a row stands in its list: the values that it is sorted by. */
export type Place = (string | number)[];

/** Which rows: so many after as many others, after a place, or before one. */
type Slice = { limit: number } & ({ offset: number } | { after: Place } | { before: Place });

export interface ListRequest {
  conditions: Condition[];
  /** The last one must tell any two rows apart. */
  sort: SortKey[];
  slice: Slice;
}

export interface ListSource {
  /** From `from` on; its first parameters are `values`. */
  sql: string;
  values: unknown[];
  id: string;
  columns: Record<string, ListColumn>;
}

interface ListedRow {
  id: number;
  place: Place;
}

export interface ListPage {
  rows: ListedRow[];
  /** Of the whole list. */
  total: number;
  /** Rows before the first one. */
  offset: number;
}

/** Collects the parameters of a statement: what comes from outside is never in its text. */
type Bind = (value: unknown) => string;

const casts = { number: 'numeric', text: 'text', flag: 'boolean' } as const;

const folded = ({ foldsCase }: ListColumn, sql: string): string => (foldsCase ? `lower(${sql})` : sql);

const conditionSql = (column: ListColumn, { test, negated }: Condition, bind: Bind): string => {
  const sql = testSql(column, test, bind);
  return negated ? `not coalesce(${sql}, false)` : sql;
};

const testSql = (column: ListColumn, test: Test, bind: Bind): string => {
  switch (test.is) {
    case 'empty':
      return `${column.sql} is null`;
    case 'flag':
      return `${column.sql} = ${bind(test.value)}::boolean`;
    case 'among': {
      const values = test.values.map((value) => folded(column, `${bind(value)}::${casts[column.type]}`));
      return `${folded(column, column.sql)} in (${values.join(', ')})`;
    }
    case 'between': {
      const { above, below } = test;
      const parts = [
        above && `${column.sql} >${above.inclusive ? '=' : ''} ${bind(above.value)}::numeric`,
        below && `${column.sql} <${below.inclusive ? '=' : ''} ${bind(below.value)}::numeric`,
      ].filter((part) => part !== undefined);
      return `(${parts.join(' and ')})`;
    }
  }
};

/** Texts are compared by their characters, so that the order is the same on every machine; what is missing comes first. */
const sortSql = (column: ListColumn): string =>
  column.type === 'text' ? `coalesce(${folded(column, column.sql)}, '') collate "C"` : column.sql;

/** Rows beyond a place: greater in the first value, or as great in it and greater in the second one, and so on. */
const beyondSql = (keys: (SortKey & ListColumn)[], place: Place, { bind, back }: { bind: Bind; back: boolean }) => {
  const values = keys.map(({ type }, i) => `${bind(place[i])}::${casts[type]}`);
  const ways = keys.map(({ descending }, i) => {
    const same = keys.slice(0, i).map((_, j) => `k.k${j} = ${values[j]!}`);
    return `(${[...same, `k.k${i} ${descending === back ? '>' : '<'} ${values[i]!}`].join(' and ')})`;
  });
  return `(${ways.join(' or ')})`;
};

/**
 * A page of a list: which rows, in their order, where it is in the list and how long that is, as of one moment. One
 * statement; the rows themselves are for the caller to load.
 */
export const selectPage = async (
  db: Queryable,
  { sql, values, id, columns }: ListSource,
  { conditions, sort, slice }: ListRequest,
): Promise<ListPage> => {
  const all = [...values];
  const bind: Bind = (value) => `$${all.push(value)}`;
  const wanted = conditions.map((condition) => ` and ${conditionSql(columns[condition.column]!, condition, bind)}`);
  const keys = sort.map((key) => ({ ...key, ...columns[key.column]! }));
  const back = 'before' in slice;
  const order = keys.map(({ descending }, i) => `k.k${i} ${descending === back ? 'asc' : 'desc'}`).join(', ');
  const place = 'after' in slice ? slice.after : 'before' in slice ? slice.before : undefined;
  const beyond = place === undefined ? 'true' : beyondSql(keys, place, { bind, back });
  const skipped = bind('offset' in slice ? slice.offset : 0);
  const { rows } = await db.query<{ total: number; beyond: number; rows: ListedRow[] }>(
    `with keys as materialized (
       select ${id} as id, ${keys.map((key, i) => `${sortSql(key)} as k${i}`).join(', ')} ${sql}${wanted.join('')}),
     page as (
       select k.*, row_number() over (order by ${order}) as n from keys k where ${beyond}
       order by ${order} limit ${bind(slice.limit)}::bigint offset ${skipped}::bigint)
     select (select count(*) from keys) as total, (select count(*) from keys k where ${beyond}) as beyond,
       (select coalesce(json_agg(json_build_object('id', id,
          'place', json_build_array(${keys.map((_, i) => `k${i}`).join(', ')})) order by n), '[]') from page) as rows`,
    all,
  );
  const found = rows[0]!;
  if (back) found.rows.reverse();
  const offset = offsetOf(slice, found);
  return { rows: found.rows, total: found.total, offset };
};

const offsetOf = (
  slice: Slice,
  { total, beyond, rows }: { total: number; beyond: number; rows: unknown[] },
): number => {
  if ('offset' in slice) return slice.offset;
  return 'after' in slice ? total - beyond : beyond - rows.length;
};
