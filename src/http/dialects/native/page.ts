import { z } from 'zod';
import { firstOfPage, type Found, type Placed } from '../../../db/chunks.ts';

const LARGEST = 100;

export const wholeNumber = z
  .string({ error: 'must be given once' })
  .regex(/^[1-9]\d{0,14}$/, { error: 'must be a positive whole number' })
  .transform(Number);

/** `?limit=` and `?after=`: what a list of this door takes. */
export const pageQuery = {
  limit: wholeNumber.refine((limit) => limit <= LARGEST, { error: `must be ${LARGEST} at the most` }).default(LARGEST),
  after: wholeNumber.optional(),
};

/**
 * One page of a list, and the `after` of the next one: null at the end. A page of large rows may be shorter than asked for.
 *
 * @param found a chunk with one row more than the page holds, if there is one.
 */
export const presentPage = <T extends { id: number }, Shown>(
  found: readonly Found<T>[],
  limit: number,
  present: (item: T) => Shown,
): { data: Shown[]; next: number | null } => {
  const { rows, next } = firstOfPage(found, limit);
  return { data: rows.map(present), next };
};

/**
 * One page of a list whose ids were read first; as {@link presentPage}.
 *
 * @param ids one more than the page holds, if there is one.
 * @param read reads rows by their ids, chunk by chunk.
 */
export const readOnePage = async <Row>(
  ids: readonly { id: number }[],
  limit: number,
  read: (ids: number[]) => AsyncGenerator<Placed<Row>[], void, undefined>,
): Promise<{ rows: Row[]; next: number | null }> => {
  const page = ids.slice(0, limit).map(({ id }) => id);
  const rows = (await read(page).next()).value ?? [];
  const taken = rows.at(-1)?.place ?? page.length;
  return { rows, next: taken < ids.length ? (page[taken - 1] ?? null) : null };
};
