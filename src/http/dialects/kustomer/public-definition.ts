import { isAbsoluteUrl, withoutUrlSecrets, withoutUserinfo } from '../../../domain/public-url.ts';
import { componentKeys, type ComponentKey } from './components.ts';
import type { Definition } from './definition.ts';
import { isObject } from './json.ts';

/** Other organisations open these in a browser, and need the query for it. */
const shownPages: readonly ComponentKey[] = ['klasses', 'kviews', 'widgets'];

/** Members that name servers or their credentials: commands and webhooks, and where the vendor's servers are called. */
const serverSide = new Set<string>([
  ...componentKeys.filter((key) => !shownPages.includes(key)),
  'auth',
  'inboundHookUris',
  'meta',
  'redirectUris',
]);

/** Of a command, or of an outbound webhook. */
const HEADERS = /headers$/i;
const SECRET = /secret|password|passwd|credential|authorization|(token|api[-_]?key)$/i;
const HIDDEN = '(hidden)';

/**
 * Returns a published definition as other organisations see it: without user names and passwords in URLs, and without
 * queries, header values and secrets in what only servers use.
 *
 * @param definition with a depth that was checked when it was registered.
 */
export const publicDefinition = (definition: Definition): Definition =>
  Object.fromEntries(
    Object.entries(definition).map(([name, value]) => [
      name,
      mapTexts(value, serverSide.has(name) ? urlWithoutSecrets : withoutUserinfo, serverSide.has(name)),
    ]),
  ) as Definition;

const urlWithoutSecrets = (text: string): string => (isAbsoluteUrl(text) ? withoutUrlSecrets(text) : text);

const mapTexts = (value: unknown, map: (text: string) => string, hides: boolean): unknown => {
  if (typeof value === 'string') return map(value);
  if (Array.isArray(value)) return value.map((one) => mapTexts(one, map, hides));
  if (!isObject(value)) return value;
  const entries = Object.entries(value).map(([name, member]): [string, unknown] => {
    if (hides && HEADERS.test(name)) return [name, withoutValues(member)];
    if (hides && SECRET.test(name) && typeof member === 'string') return [name, HIDDEN];
    return [name, mapTexts(member, map, hides)];
  });
  // Not by assignment: a member may be called `__proto__`.
  return Object.fromEntries(entries);
};

/** `{name: value}`, or a list of `{name, value}`. */
const withoutValues = (headers: unknown): unknown => {
  if (Array.isArray(headers)) return headers.map(withoutValue);
  if (!isObject(headers)) return HIDDEN;
  return Object.fromEntries(Object.keys(headers).map((name) => [name, HIDDEN]));
};

const withoutValue = (header: unknown): unknown =>
  isObject(header)
    ? Object.fromEntries(
        Object.entries(header).map(([name, member]) => [name, /^(name|key)$/i.test(name) ? member : HIDDEN]),
      )
    : HIDDEN;
