import qs from 'qs';
import { InvalidRequestError, MalformedRequestError } from '../errors.ts';
import { FORM_LIMITS } from './body-limits.ts';

/** Fields with brackets in their names, nested: `settings[name]=x`. Lists are objects with the indexes as names. */
export type Form = Record<string, unknown>;

/**
 * Parses a form, urlencoded.
 *
 * @throws MalformedRequestError for JSON that is sent as a form, as `curl -d` does without a content type.
 * @throws InvalidRequestError for too many fields, long names, or names with too many brackets.
 */
export const parseForm = (text: string): Form => {
  if (/^\s*[{[]/.test(text))
    throw new MalformedRequestError('The body looks like JSON. Send it with "Content-Type: application/json".');
  const parts = text.split('&', FORM_LIMITS.maxFields + 1);
  if (parts.length > FORM_LIMITS.maxFields)
    throw new InvalidRequestError(`The form must have at most ${FORM_LIMITS.maxFields} fields.`);
  // Brackets in a name are searched for again and again.
  if (parts.some((part) => nameLength(part) > FORM_LIMITS.maxNameLength))
    throw new InvalidRequestError(`A field name must have at most ${FORM_LIMITS.maxNameLength} characters.`);
  try {
    return qs.parse(text, FORM_LIMITS.qs);
  } catch (err) {
    if (!(err instanceof RangeError)) throw err;
    throw new InvalidRequestError(`Field names must have at most ${FORM_LIMITS.qs.depth} pairs of brackets.`);
  }
};

/** Of the part up to the first equals sign, percent-encoded. */
const nameLength = (part: string): number => {
  const end = part.indexOf('=');
  return end === -1 ? part.length : end;
};
