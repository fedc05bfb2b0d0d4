import { z } from 'zod';
import type { DisplayMode } from './custom-app.ts';
import { fields, type RoleReference } from './fields.ts';

/** One step of a change, in the order of the body. */
export type Operation =
  | { op: 'replace'; property: 'name' | 'codename' | 'source_url'; value: string }
  | { op: 'replace'; property: 'config'; value: string | null }
  | { op: 'replace'; property: 'display_mode'; value: DisplayMode }
  | { op: 'replace' | 'addInto' | 'remove'; property: 'allowed_roles'; value: RoleReference[] };

/** Only whether it is a text: how long it may be is asked of what all steps together lead to. */
const text = z.string({ error: 'must be a text' });
const roles = fields.allowed_roles;
/** The vendor's .NET client sends the one role to add or remove without a list around it. */
const oneOrMore = z.preprocess(
  (value) => (typeof value === 'object' && value !== null && !Array.isArray(value) ? [value] : value),
  roles,
);

const valueSchemas: Record<string, Record<string, z.ZodType>> = {
  replace: {
    name: text,
    codename: text,
    source_url: text,
    // The vendor's .NET client leaves a null out.
    config: text.nullable().default(null),
    display_mode: fields.display_mode,
    allowed_roles: roles,
  },
  addInto: { allowed_roles: oneOrMore },
  remove: { allowed_roles: oneOrMore },
};

const member = <T>(record: Record<string, T>, name: string): T | undefined =>
  Object.hasOwn(record, name) ? record[name] : undefined;

const operation = z
  .strictObject(
    {
      op: z.string({ error: 'must be addInto, remove or replace' }),
      property_name: z.string({ error: 'must be a text' }),
      value: z.unknown().optional(),
    },
    {
      error: ({ code }) =>
        code === 'unrecognized_keys' ? 'is unknown; known are op, property_name, value' : 'must be an object',
    },
  )
  .transform(({ op, property_name, value }, ctx): Operation => {
    const fault = (path: PropertyKey[], message: string): typeof z.NEVER => {
      ctx.addIssue({ code: 'custom', path, message });
      return z.NEVER;
    };
    const properties = member(valueSchemas, op);
    if (!properties) return fault(['op'], 'must be addInto, remove or replace');
    // The same client writes `Config`.
    const property = property_name.toLowerCase();
    const schema = member(properties, property);
    if (!schema) return fault(['property_name'], `must be one of ${Object.keys(properties).join(', ')} for ${op}`);
    const read = schema.safeParse(value);
    if (read.success) return { op, property, value: read.data } as Operation;
    for (const { path, ...issue } of read.error.issues) ctx.addIssue({ ...issue, path: ['value', ...path] } as never);
    return z.NEVER;
  });

/** Each may name a thousand roles: more of them would keep the process busy for seconds. */
const MOST_OPERATIONS = 100;

/** The body of a change: a list of steps, perhaps of none. */
export const operations = z
  .array(operation, { error: 'must be a list of operations' })
  .max(MOST_OPERATIONS, { error: `must have ${MOST_OPERATIONS} operations at the most` });
