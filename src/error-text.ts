import { inspect } from 'node:util';

/** Returns the message of an error. Anything can be thrown, also a value that has no conversion to text. */
export const errorText = (err: unknown): string => {
  if (err instanceof Error) return err.message;
  return typeof err === 'string' ? err : inspect(err, { depth: 1 });
};
