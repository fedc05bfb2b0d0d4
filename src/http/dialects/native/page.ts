import { z } from 'zod';

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
 * One page of a list, and the `after` of the next one: null at the end.
 *
 * @param found one more than the page holds, if there is one.
 */
export const presentPage = <T extends { id: number }, Shown>(
  found: readonly T[],
  limit: number,
  present: (item: T) => Shown,
): { data: Shown[]; next: number | null } => {
  const items = found.slice(0, limit);
  return { data: items.map(present), next: found.length > limit ? (items.at(-1)?.id ?? null) : null };
};
