import { z } from 'zod';
import { invalidField } from '../../../errors.ts';
import type { AskedPage } from './cursor-page.ts';

const LARGEST_PAGE = 100;

export const wholeNumber = z
  .string({ error: 'must be given once' })
  .regex(/^[1-9]\d{0,14}$/, { error: 'must be a positive whole number' })
  .transform(Number);

const cursor = z.string({ error: 'must be given once' }).max(64, { error: 'is no cursor' });

/** What a list with cursors takes, under the vendor's names; Express leaves the brackets in them. */
export const cursorQuery = {
  'page[size]': wholeNumber
    .refine((size) => size <= LARGEST_PAGE, { error: `must be ${LARGEST_PAGE} at the most` })
    .default(LARGEST_PAGE),
  'page[after]': cursor.optional(),
  'page[before]': cursor.optional(),
};

interface CursorQuery {
  'page[size]': number;
  'page[after]'?: string | undefined;
  'page[before]'?: string | undefined;
}

/** @throws InvalidRequestError for a page that would lie in both directions. */
export const readPage = (query: CursorQuery): AskedPage => {
  const { 'page[size]': size, 'page[after]': after, 'page[before]': before } = query;
  if (after !== undefined && before !== undefined)
    throw invalidField('page[before]', 'cannot be given together with page[after]');
  return { size, after, before };
};

/**
 * A filter that nobody knows is refused: an answer that looks filtered and is not would mislead.
 *
 * @param slips names that somebody may take for one.
 */
export const refuseUnknownFilters = (known: Record<string, unknown>, slips: readonly string[] = []) =>
  z.record(z.string(), z.unknown()).superRefine((query, context) => {
    for (const name of Object.keys(query))
      if ((/^(filter|page)\[?/.test(name) || slips.includes(name)) && !Object.hasOwn(known, name))
        context.addIssue({
          code: 'custom',
          path: [name],
          message: `is not known; there are ${Object.keys(known).join(', ')}`,
        });
  });
