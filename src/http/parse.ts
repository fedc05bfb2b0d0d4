import { z } from 'zod';
import { InvalidRequestError, MOST_PROBLEMS, problemLines } from '../errors.ts';

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

/** A schema that drops unknown fields, with the names of those that it knows. */
export interface LenientBody<Schema extends z.ZodType> {
  schema: Schema;
  known: ReadonlySet<string>;
}

/** An object with these fields. Unknown ones are ignored: for vendors whose servers do so. Answers name them. */
export const lenientBody = <Shape extends z.ZodRawShape>(shape: Shape) => ({
  schema: z.object(shape, { error: `must be an object; known are ${Object.keys(shape).join(', ')}` }),
  known: new Set(Object.keys(shape)) as ReadonlySet<string>,
});

/** Returns the names of the fields of a body that its schema ignores. */
export const ignoredFields = ({ known }: Pick<LenientBody<z.ZodType>, 'known'>, body: object): string[] =>
  Object.keys(body).filter((name) => !known.has(name));

/**
 * Reads something from outside by its schema. A list in it needs a `max`: what is in a list that is too long is not
 * looked at.
 *
 * @throws InvalidRequestError whose description names fields, one a line, and says how many more there are; `details` has
 * the same by field.
 */
export const parse = <Schema extends z.ZodType>(schema: Schema, input: unknown): z.infer<Schema> => {
  const result = schema.safeParse(input);
  if (result.success) return result.data;
  const problems = withoutFollowers(result.error.issues.flatMap(problemsOf));
  // A map: a field may be called like a member of every object.
  const details = new Map<string, string[]>();
  const add = (field: string, message: string): unknown => details.set(field, [...(details.get(field) ?? []), message]);
  for (const { path, message } of problems.slice(0, MOST_PROBLEMS)) add(fieldAt(path), message);
  const lines = [...details].map(([field, messages]) => `${field}: ${messages.join('; ')}`);
  const more = problems.length - MOST_PROBLEMS;
  if (more > 0) add('body', `has ${more} more problems`);
  throw new InvalidRequestError(problemLines(lines, problems.length), Object.fromEntries(details));
};

interface Problem {
  path: PropertyKey[];
  code: string | undefined;
  message: string;
}

/** The length of what should be a text and is a list says nothing more. */
const withoutFollowers = (problems: Problem[]): Problem[] => {
  const wrongType = new Set<string>();
  return problems.filter(({ path, code }) => {
    const place = path.map(String).join('\0');
    if (wrongType.has(place)) return false;
    if (code === 'invalid_type') wrongType.add(place);
    return true;
  });
};

/** Fields that are unknown come all in one. */
const problemsOf = (issue: z.core.$ZodIssue): Problem[] => {
  const { path, code, message } = issue;
  return code === 'unrecognized_keys'
    ? issue.keys.map((key) => ({ path: [...path, key], code, message }))
    : [{ path, code, message }];
};

const fieldAt = (path: PropertyKey[]): string => path.map(shown).join('.') || 'body';

/** As it is, where it cannot break a line or fill a screen. */
const shown = (part: PropertyKey): string => {
  const name = String(part);
  return /^[\w[\]-]{1,60}$/.test(name) ? name : JSON.stringify(name.slice(0, LONGEST_NAME));
};
