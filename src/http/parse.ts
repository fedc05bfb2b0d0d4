import { z } from 'zod';
import { InvalidRequestError } from '../errors.ts';

/** Unknown fields that are named one by one; whoever sends more of them has sent something else altogether. */
const MOST_UNKNOWN = 20;
const LONGEST_NAME = 60;

/**
 * An object with these fields and no others: one that is unknown would be dropped without a word, and its sender would
 * never hear of it.
 *
 * @param ignored names of fields that may be there and mean nothing: what our own answers have and nobody can change.
 */
export const strictBody = <Shape extends z.ZodRawShape>(shape: Shape, ignored: readonly string[] = []) => {
  const known = `known are ${Object.keys(shape).join(', ')}`;
  const allowed: Record<string, z.ZodOptional<z.ZodUnknown>> = {};
  for (const name of ignored) allowed[name] = z.unknown().optional();
  return z.strictObject({ ...allowed, ...shape } as Shape, {
    error: ({ code }) => (code === 'unrecognized_keys' ? `is unknown; ${known}` : `must be an object; ${known}`),
  });
};

/**
 * Reads something from outside by its schema.
 *
 * @throws InvalidRequestError whose description names every field, one a line; `details` has them by field.
 */
export const parse = <Schema extends z.ZodType>(schema: Schema, input: unknown): z.infer<Schema> => {
  const result = schema.safeParse(input);
  if (result.success) return result.data;
  // A map: a field may be called like a member of every object.
  const details = new Map<string, string[]>();
  for (const { field, message } of result.error.issues.flatMap(problemsOf))
    details.set(field, [...(details.get(field) ?? []), message]);
  const lines = [...details].map(([field, messages]) => `${field}: ${messages.join('; ')}`);
  throw new InvalidRequestError(lines.join('\n'), Object.fromEntries(details));
};

const problemsOf = (issue: z.core.$ZodIssue): { field: string; message: string }[] => {
  const { path, message } = issue;
  if (issue.code !== 'unrecognized_keys') return [{ field: fieldAt(path), message }];
  const listed = issue.keys.slice(0, MOST_UNKNOWN).map((key) => ({ field: fieldAt([...path, key]), message }));
  const more = issue.keys.length - listed.length;
  return more > 0 ? [...listed, { field: fieldAt(path), message: `has ${more} more unknown fields` }] : listed;
};

const fieldAt = (path: PropertyKey[]): string => path.map(shown).join('.') || 'body';

/** As it is, where it cannot break a line or fill a screen. */
const shown = (part: PropertyKey): string => {
  const name = String(part);
  return /^[\w[\]-]{1,60}$/.test(name) ? name : JSON.stringify(name.slice(0, LONGEST_NAME));
};
