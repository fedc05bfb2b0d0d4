import { z } from 'zod';
import { isStorable } from '../../../domain/storable-text.ts';
import { lenientBody } from '../../parse.ts';
import { productCalled, productWords } from './prefixes.ts';

const wholeNumber = { error: 'must be a positive whole number' };

/** Ids are numbers here; clients send them as text too. Above this a number is not exact any more. */
const idText = z
  .string()
  .regex(/^[1-9]\d{0,15}$/, wholeNumber)
  .transform(Number)
  .refine(Number.isSafeInteger, { error: 'is too large' });

/** An id in a body. Null counts as missing, and missing is said in words of its own. */
export const id = (whenMissing: string = wholeNumber.error) =>
  z.union([z.int(wholeNumber).positive(wholeNumber), idText], {
    error: ({ input }) => (input === undefined || input === null ? whenMissing : wholeNumber.error),
  });

const text = (max: number) =>
  z
    .string({ error: 'must be a text' })
    .trim()
    .min(1, { error: 'must not be empty' })
    .max(max, { error: `must have ${max} characters at the most` })
    .refine(isStorable, { error: 'must hold neither NUL characters nor broken surrogate pairs' });

export const idParams = z.object({ id: idText });

export const buildBody = lenientBody({
  upload_id: id('is required: the id that the upload was answered with'),
  name: text(255).nullish(),
  short_description: text(1_000).nullish(),
});

/** By its name of today or the one before, as in a path. */
export const product = z
  .enum(productWords, { error: `must be one of ${productWords.join(', ')}` })
  .transform(productCalled);

/** Not a zod record: that drops `__proto__` without a word. */
const settingsObject = z.custom<Record<string, unknown>>(
  (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
  { error: 'must be an object of setting names and values' },
);
/** A shown installation has its settings as a list of one object. */
const settings = z.preprocess(
  (value) => (Array.isArray(value) && value.length === 1 ? (value[0] as unknown) : value),
  settingsObject.nullish(),
);
/** More than any app has. */
const MOST_SETTINGS = 1_000;
const settingsObjects = z
  .array(lenientBody({ name: z.string({ error: 'must be a text' }), value: z.unknown().optional() }).schema, {
    error: 'must be a list of objects with name and value',
  })
  .max(MOST_SETTINGS, { error: `must have ${MOST_SETTINGS} settings at the most` })
  .superRefine((list, context) => {
    const names = new Set<string>();
    for (const [index, { name }] of list.entries()) {
      if (names.has(name)) context.addIssue({ code: 'custom', path: [index, 'name'], message: 'is in the list twice' });
      names.add(name);
    }
  });

const idOrName = { error: 'must be an id or a name' };
const MOST_RESTRICTIONS = 1_000;
/** As texts, each once. */
const restrictions = z
  .array(z.union([text(255), z.int(idOrName)], idOrName), { error: 'must be a list of ids or names' })
  .max(MOST_RESTRICTIONS, { error: `must have ${MOST_RESTRICTIONS} entries at the most` })
  .transform((list) => [...new Set(list.map(String))]);

const changeable = {
  settings,
  settings_objects: settingsObjects.nullish(),
  enabled: z.boolean({ error: 'must be true or false' }).nullish(),
  group_restrictions: restrictions.nullish(),
  // None at all is null in one answer and an empty list in another: here it is null.
  role_restrictions: restrictions.transform((list) => (list.length === 0 ? null : list)).nullish(),
  // Nobody pays here: taken, and without effect.
  recurring_payment: z.boolean({ error: 'must be true or false' }).nullish(),
};

/** The flat form wins over the list, value by value. */
const mergeForms = (body: {
  settings?: Record<string, unknown> | null | undefined;
  settings_objects?: { name: string; value?: unknown }[] | null | undefined;
}): Record<string, unknown> => ({
  ...Object.fromEntries((body.settings_objects ?? []).map(({ name, value }) => [name, value ?? null])),
  ...body.settings,
});

const installFields = lenientBody({
  app_id: id('is required: the id of the app to install'),
  product: product.nullish(),
  ...changeable,
});

export const installBody = {
  ...installFields,
  schema: installFields.schema
    .transform((body) => ({ ...body, settings: mergeForms(body) }))
    .refine((body) => Object.keys(body.settings).length > 0, {
      path: ['settings'],
      error: 'must hold at least one value, for example {"name": "My installation"}',
    }),
};

export const notifyBody = lenientBody({
  app_id: id('is required: the id of the app to notify'),
  event: text(255),
  body: z.unknown().optional(),
  agent_id: id('must be the id of an agent').nullish(),
});

const updateFields = lenientBody({ app_id: id('must be the id of the app').nullish(), ...changeable });

/** Scripts read an installation, change a value and send all of it back, or to another account. */
export const updateInstallationBody = {
  ...updateFields,
  schema: updateFields.schema.transform((body) => ({ ...body, settings: mergeForms(body) })),
};
