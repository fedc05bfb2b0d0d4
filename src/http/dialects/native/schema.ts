import { z } from 'zod';
import { isStorable } from '../../../domain/storable-text.ts';
import { strictBody } from '../../parse.ts';
import { pageQuery } from './page.ts';

export const appParams = z.object({
  id: z
    .string()
    .regex(/^[1-9]\d{0,14}$/, { error: 'must be a positive whole number' })
    .transform(Number),
});

export const appsQuery = z.object({
  ...pageQuery,
  kind: z.string({ error: 'must be given once' }).max(40, { error: 'must have 40 characters at the most' }).optional(),
  owned: z.enum(['true', 'false'], { error: 'must be true or false' }).optional(),
});

const visibility = z.enum(['private', 'public'], { error: 'must be "private" or "public"' });

export const visibilityBody = strictBody({ visibility });

const flag = z.boolean({ error: 'must be true or false' });
const MOST_CATEGORIES = 20;
const categoryName = z
  .string({ error: 'must be a text' })
  .trim()
  .min(1, { error: 'must not be empty' })
  .max(100, { error: 'must have 100 characters at the most' })
  .refine(isStorable, { error: 'must hold neither NUL characters nor broken surrogate pairs' });

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

export const ratingBody = strictBody({
  stars: z.int({ error: 'must be a whole number from 1 to 5' }).min(1).max(5),
});

export const installationsQuery = z.object({
  ...pageQuery,
  kind: appsQuery.shape.kind,
  app_id: appParams.shape.id.optional(),
});

const shortText = z
  .string({ error: 'must be a text' })
  .min(1, { error: 'must not be empty' })
  .max(255, { error: 'must have 255 characters at the most' })
  .refine(isStorable, { error: 'must hold neither NUL characters nor broken surrogate pairs' });

export const installBody = strictBody({
  app_id: z.int({ error: 'is required: the id of the app to install' }).positive({ error: 'must be positive' }),
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
