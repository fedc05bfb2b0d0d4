/** A list is read chunk by chunk: at most so many rows, of so many bytes together. A larger row is a chunk of its own. */
export const CHUNK_ROWS = 200;
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

/**
 * Reads what belongs to `items`, in their order, chunk by chunk. No connection is held while a chunk is in use.
 *
 * @param read reads the first chunk of these items, with {@link firstChunk}; items that are gone are left out.
 */
export const readInChunks = async function* <Item, Row>(
  items: readonly Item[],
  read: (items: readonly Item[]) => Promise<Placed<Row>[]>,
): AsyncGenerator<Placed<Row>[], void, undefined> {
  for (let from = 0; from < items.length;) {
    const asked = items.slice(from, from + CHUNK_ROWS);
    const rows = await read(asked);
    if (rows.length > 0) yield rows;
    from += rows.at(-1)?.place ?? asked.length;
  }
};

/** A row of a chunk, and how many rows were weighed for it. */
export type Found<Row> = Row & { found: number };

/**
 * Reads a list in the order of its ids, chunk by chunk.
 *
 * @param read weighs at most {@link CHUNK_ROWS} rows after this id and reads the first chunk of them, with {@link firstChunk}.
 */
export const readByIds = async function* <Row extends { id: number }>(
  start: number,
  read: (after: number) => Promise<Found<Row>[]>,
): AsyncGenerator<Row[], void, undefined> {
  for (let after = start; ;) {
    const rows = await read(after);
    const last = rows.at(-1);
    if (!last) return;
    yield rows;
    if (last.found === rows.length && last.found < CHUNK_ROWS) return;
    after = last.id;
  }
};
