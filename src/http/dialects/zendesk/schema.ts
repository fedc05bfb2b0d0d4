import { z } from 'zod';
import { productNames } from '../../../domain/package/definition.ts';
import { isStorable } from '../../../domain/storable-text.ts';
import { strictBody } from '../../parse.ts';

/** Ids are numbers here; clients send them as text too. Above this a number is not exact any more. */
const idText = z
  .string()
  .regex(/^[1-9]\d{0,15}$/, { error: 'must be a positive whole number' })
  .transform(Number)
  .refine(Number.isSafeInteger, { error: 'is too large' });

/** Null counts as missing, and missing is said in words of its own. */
const id = (whenMissing: string) =>
  z.union([z.int().positive(), idText], {
    error: ({ input }) => (input === undefined || input === null ? whenMissing : 'must be a positive whole number'),
  });

const text = (max: number) =>
  z
    .string({ error: 'must be a text' })
    .trim()
    .min(1, { error: 'must not be empty' })
    .max(max, { error: `must have ${max} characters at the most` })
    .refine(isStorable, { error: 'must hold neither NUL characters nor broken surrogate pairs' });

export const idParams = z.object({ id: idText });

export const buildBody = strictBody({
  upload_id: id('is required: the id that the upload was answered with'),
  name: text(255).nullish(),
  short_description: text(1_000).nullish(),
});

const product = z.enum(productNames, { error: `must be one of ${productNames.join(', ')}` });

/** Not a zod record: that drops `__proto__` without a word. */
const settings = z.custom<Record<string, unknown>>(
  (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
  { error: 'must be an object of setting names and values' },
);
const settingsObjects = z
  .array(strictBody({ name: z.string({ error: 'must be a text' }), value: z.unknown() }), {
    error: 'must be a list of objects with name and value',
  })
  .superRefine((list, context) => {
    const names = new Set<string>();
    for (const [index, { name }] of list.entries()) {
      if (names.has(name)) context.addIssue({ code: 'custom', path: [index, 'name'], message: 'is in the list twice' });
      names.add(name);
    }
  });
const restrictions = z.array(z.union([text(255), z.int()]), { error: 'must be a list of ids or names' }).max(1_000);

const changeable = {
  settings: settings.nullish(),
  settings_objects: settingsObjects.nullish(),
  enabled: z.boolean({ error: 'must be true or false' }).nullish(),
  group_restrictions: restrictions.nullish(),
  role_restrictions: restrictions.nullish(),
  // Nobody pays here: taken, and without effect.
  recurring_payment: z.boolean({ error: 'must be true or false' }).nullish(),
};

/**
 * What an installation has in our answers and nobody can change. Scripts read one, change a value and send all of it
 * back, or to another account.
 */
const readOnlyFields = [
  'id',
  'app',
  'collapsible',
  'created_at',
  'has_incomplete_subscription',
  'has_unpaid_subscription',
  'missing_settings',
  'paid',
  'pending_installation',
  'pending_job_id',
  'plan_information',
  'product',
  'redirect_path',
  'servable',
  'state',
  'stripe_account',
  'stripe_publishable_key',
  'stripe_subscription_id',
  'updated',
  'updated_at',
];

/** The flat form wins over the list, value by value. */
const mergeForms = (body: {
  settings?: Record<string, unknown> | null | undefined;
  settings_objects?: { name: string; value?: unknown }[] | null | undefined;
}): Record<string, unknown> => ({
  ...Object.fromEntries((body.settings_objects ?? []).map(({ name, value }) => [name, value ?? null])),
  ...body.settings,
});

export const installBody = strictBody(
  { app_id: id('is required: the id of the app to install'), product: product.nullish(), ...changeable },
  readOnlyFields,
)
  .transform((body) => ({ ...body, settings: mergeForms(body) }))
  .refine((body) => Object.keys(body.settings).length > 0, {
    path: ['settings'],
    error: 'must hold at least one value, for example {"name": "My installation"}',
  });

export const updateInstallationBody = strictBody(
  { app_id: id('must be the id of the app').nullish(), ...changeable },
  readOnlyFields,
).transform((body) => ({ ...body, settings: mergeForms(body) }));
