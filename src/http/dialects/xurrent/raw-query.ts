import { assertParameterCount } from '../../read-query.ts';

/** One parameter of a query, its value as it was sent. */
export interface RawPair {
  name: string;
  /** Written as `name!=value`. */
  negated: boolean;
  raw: string;
}

const decoded = (text: string): string | undefined => {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
};

/**
 * Takes a query apart: values begin with operators here, so a name ends at the first `=`, and an exclamation mark at
 * its end belongs to the operator. Names that cannot be decoded stay as they are: nothing is called like that.
 *
 * @param url with the query, as it stands in the request.
 * @throws MalformedRequestError for too many parameters.
 */
export const readRawQuery = (url: string): RawPair[] => {
  const at = url.indexOf('?');
  if (at === -1) return [];
  const parts = url.slice(at + 1).split('&');
  assertParameterCount(parts.length);
  return parts
    .filter((part) => part !== '')
    .map((part) => {
      const equals = part.indexOf('=');
      const [rawName, raw] = equals === -1 ? [part, ''] : [part.slice(0, equals), part.slice(equals + 1)];
      const name = decoded(rawName) ?? rawName;
      return name.endsWith('!') ? { name: name.slice(0, -1), negated: true, raw } : { name, negated: false, raw };
    });
};

/** A value as a text; undefined when its escapes are broken. */
export const textOfRaw = (raw: string): string | undefined => decoded(raw.replaceAll('+', ' '));

/** The same of a moment, where a plus that was not escaped belongs to a zone. */
export const momentOfRaw = (raw: string): string | undefined => decoded(raw);

/** Parts of a query as they fit a `Link` header: clients split that at commas and semicolons, escaped or not. */
export const escapeRaw = (raw: string): string =>
  raw.replace(/[^\w.~%+!-]/gu, (character) =>
    /\p{Surrogate}/u.test(character) ? '%EF%BF%BD' : encodeURIComponent(character),
  );

export const writeRawQuery = (pairs: readonly RawPair[]): string =>
  pairs.map(({ name, negated, raw }) => `${encodeURIComponent(name)}${negated ? '!' : ''}=${escapeRaw(raw)}`).join('&');
