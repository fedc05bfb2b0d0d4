import type { z } from 'zod';
import { InvalidRequestError } from '../errors.ts';

/**
 * Reads something from outside by its schema.
 *
 * @throws InvalidRequestError whose description names every field, one a line; `details` has them by field.
 */
export const parse = <Schema extends z.ZodType>(schema: Schema, input: unknown): z.infer<Schema> => {
  const result = schema.safeParse(input);
  if (result.success) return result.data;
  const details: Record<string, string[]> = {};
  for (const { path, message } of result.error.issues) (details[path.join('.') || 'body'] ??= []).push(message);
  const lines = Object.entries(details).map(([field, messages]) => `${field}: ${messages.join('; ')}`);
  throw new InvalidRequestError(lines.join('\n'), details);
};
