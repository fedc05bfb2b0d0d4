import { z } from 'zod';
import { lenientBody } from '../../parse.ts';
import { id, product } from './schema.ts';

/** What a list of installations has in an answer may come back, so ids are numbers or texts here too. */
export const reorderBody = lenientBody({
  location_name: z
    .string({ error: 'is required: the name of a location, for example "nav_bar"' })
    .max(100, { error: 'must have 100 characters at the most' }),
  installations: z
    .array(id(), { error: 'is required: a list of ids of installations' })
    .min(1, { error: 'must name one installation at least' })
    .max(10_000, { error: 'must name 10000 installations at the most' })
    .superRefine((ids, context) => {
      const twice = ids.toSorted((a, b) => a - b).find((one, index, sorted) => one === sorted[index - 1]);
      if (twice !== undefined) context.addIssue({ code: 'custom', message: `must name ${twice} once only` });
    }),
  // Ours: which product is meant, where two have a location of that name.
  product: product.nullish(),
});
