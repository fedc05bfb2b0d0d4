/** A list is read chunk by chunk: at most so many rows, of so many bytes together. A larger row is a chunk of its own. */
const CHUNK_ROWS = 200;
const CHUNK_BYTES = 256 * 1024;

/**
 * SQL for the rows of `weighed` that make up the first chunk. Decides from the numbers alone, before anything large is read.
 *
 * @param weighed a select with the columns `place`, by which it is ordered, and `bytes`.
 */
export const firstChunk = (weighed: string): string =>
  `(select * from (
     select w.*, row_number() over at as nth, sum(w.bytes) over at as upto, count(*) over () as found
     from (${weighed}) w window at as (order by w.place)
   ) summed where nth = 1 or nth <= ${CHUNK_ROWS} and upto <= ${CHUNK_BYTES})`;

/** A row, and its place among the items that were asked for, from 1. */
export type Placed<Row> = Row & { place: number };

/** How many rows to weigh next: large rows are not weighed again and again before their turn. */
const nextMost = (rows: number): number => Math.min(CHUNK_ROWS, 2 * rows + 1);

/**
 * Reads what belongs to `items`, in their order, chunk by chunk. No connection is held while a chunk is in use.
 *
 * @param read reads the first chunk of these items, with {@link firstChunk}; items that are gone are left out.
 */
export const readInChunks = async function* <Item, Row>(
  items: readonly Item[],
  read: (items: readonly Item[]) => Promise<Placed<Row>[]>,
): AsyncGenerator<Placed<Row>[], void, undefined> {
  let most = CHUNK_ROWS;
  for (let from = 0; from < items.length;) {
    const asked = items.slice(from, from + most);
    const rows = await read(asked);
    if (rows.length > 0) yield rows;
    from += rows.at(-1)?.place ?? asked.length;
    most = nextMost(rows.length);
  }
};

/** A row of a chunk, and how many rows were weighed for it. */
export type Found<Row> = Row & { found: number };

/** Reads the first chunk of at most `most` rows behind the one with the id `after`, with {@link firstChunk}. */
type ReadAfter<Row> = (after: number, most: number) => Promise<Found<Row>[]>;

/** A page of a list in the order of its ids. */
export interface PageReader<Row> {
  chunks: AsyncGenerator<Row[], void, undefined>;
  /** The last row of the page, once it was read, if there are rows behind it. */
  lastOfMore: () => Row | undefined;
}

/** Reads a page chunk by chunk: a page is never shorter than asked for because its rows are large. */
export const readPage = <Row extends { id: number }>(
  { after, limit }: { after: number; limit: number },
  read: ReadAfter<Row>,
): PageReader<Row> => {
  let lastOfMore: Row | undefined;
  const chunks = async function* (): AsyncGenerator<Row[], void, undefined> {
    let most = CHUNK_ROWS;
    for (let from = after, left = limit; left > 0;) {
      const asked = most < left ? most : Math.min(left + 1, CHUNK_ROWS);
      const found = await read(from, asked);
      const rows = found.slice(0, left);
      const last = rows.at(-1);
      if (!last) return;
      left -= rows.length;
      const hasMore = last.found > rows.length;
      if (left === 0 && hasMore) lastOfMore = last;
      yield rows;
      if (!hasMore && last.found < asked) return;
      from = last.id;
      most = nextMost(rows.length);
    }
  };
  return { chunks: chunks(), lastOfMore: () => lastOfMore };
};

/** Reads a whole list in the order of its ids, chunk by chunk. */
export const readByIds = <Row extends { id: number }>(
  after: number,
  read: ReadAfter<Row>,
): AsyncGenerator<Row[], void, undefined> => readPage({ after, limit: Number.POSITIVE_INFINITY }, read).chunks;

/** The first chunk of a page, for a list that may end a page early. @param found with one row more than `limit`, if there is one. */
export const firstOfPage = <Row extends { id: number }>(
  found: readonly Found<Row>[],
  limit: number,
): { rows: Row[]; next: number | null } => {
  const rows = found.slice(0, limit);
  const last = rows.at(-1);
  return { rows, next: last && last.found > rows.length ? last.id : null };
};
