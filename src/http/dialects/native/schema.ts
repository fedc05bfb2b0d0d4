import { z } from 'zod';
import { strictBody } from '../../parse.ts';
import { storable } from '../../storable.ts';
import { pageQuery, wholeNumber } from './page.ts';

export const appParams = z.object({ id: wholeNumber });

export const appsQuery = z.object({
  ...pageQuery,
  kind: storable(
    z.string({ error: 'must be given once' }).max(40, { error: 'must have 40 characters at the most' }),
  ).optional(),
  owned: z.enum(['true', 'false'], { error: 'must be true or false' }).optional(),
});

const visibility = z.enum(['private', 'public'], { error: 'must be "private" or "public"' });

export const visibilityBody = strictBody({ visibility });

const flag = z.boolean({ error: 'must be true or false' });
const MOST_CATEGORIES = 20;
const categoryName = storable(
  z
    .string({ error: 'must be a text' })
    .trim()
    .min(1, { error: 'must not be empty' })
    .max(100, { error: 'must have 100 characters at the most' }),
);

export const listingBody = strictBody({
  visibility: visibility.optional(),
  featured: flag.optional(),
  promoted: flag.optional(),
  obsolete: flag.optional(),
  categories: z
    .array(categoryName, { error: 'must be a list of names' })
    .max(MOST_CATEGORIES, { error: `must have ${MOST_CATEGORIES} names at the most` })
    .optional(),
}).refine((body) => Object.keys(body).length > 0, { error: 'must say what to change' });

const stars = { error: 'must be a whole number from 1 to 5' };

export const ratingBody = strictBody({
  stars: z.int(stars).min(1, stars).max(5, stars),
});

export const installationsQuery = z.object({
  ...pageQuery,
  kind: appsQuery.shape.kind,
  app_id: appParams.shape.id.optional(),
});

const shortText = storable(
  z
    .string({ error: 'must be a text' })
    .min(1, { error: 'must not be empty' })
    .max(255, { error: 'must have 255 characters at the most' }),
);

const notAnAppId = { error: 'must be the id of an app: a positive whole number' };
/** A number, or its digits as a text. */
const appId = z.union([z.int(notAnAppId).positive(notAnAppId), wholeNumber], {
  error: ({ input }) => (input === undefined ? 'is required: the id of the app to install' : notAnAppId.error),
});

export const installBody = strictBody({
  app_id: appId,
  version: shortText.optional(),
  product: shortText.optional(),
  /** Not a zod record: that drops `__proto__` without a word. */
  settings: z
    .custom<Record<string, unknown>>((value) => typeof value === 'object' && value !== null && !Array.isArray(value), {
      error: 'must be an object of setting names and values',
    })
    .optional(),
  enabled: flag.optional(),
});
