/** Of a receiver's address. */
export const MAX_URL_LENGTH = 2_048;
const MAX_HEADERS = 32;
const MAX_HEADER_LENGTH = 2_048;

/** Stands for the delivery's id in the values of headers. */
const PLACEHOLDER = '{delivery}';

/** RFC 9110's token, in lower case. */
const NAME = /^[!#$%&'*+.^_`|~0-9a-z-]+$/;
/** Printable ASCII: everything that every receiver reads alike. */
const VALUE = /^[\x20-\x7e]*$/;

/** Ours to set, or about the connection. */
const RESERVED = new Set([
  'connection',
  'content-length',
  'content-type',
  'content-encoding',
  'expect',
  'host',
  'keep-alive',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/** Why nothing can be delivered to this address; undefined: it can, as far as the address tells. */
export const problemOfUrl = (text: string): string | undefined => {
  if (text.length > MAX_URL_LENGTH) return `must have at most ${MAX_URL_LENGTH} characters`;
  if (!URL.canParse(text)) return 'must be a complete URL';
  const url = new URL(text);
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return 'must begin with https:// or http://';
  if (url.username !== '' || url.password !== '') return 'must not have a user name or password in it';
  return undefined;
};

/** As it is sent: without the fragment, which is the browser's own business. */
export const receiverOf = (text: string): string => {
  const url = new URL(text);
  url.hash = '';
  return url.href;
};

/** What logs may say of a receiver's address: paths and queries hold the secrets of many webhooks. */
export const hostOf = (text: string): string => new URL(text).host;

/** Why these headers cannot be sent; undefined: they can. */
export const problemOfHeaders = (headers: Record<string, string>): string | undefined => {
  const entries = Object.entries(headers);
  if (entries.length > MAX_HEADERS) return `must be at most ${MAX_HEADERS}`;
  for (const [given, value] of entries) {
    const name = given.toLowerCase();
    if (!NAME.test(name)) return 'must have names that HTTP allows';
    if (RESERVED.has(name)) return `must not set "${name}"`;
    if (!VALUE.test(value) || value.length > MAX_HEADER_LENGTH)
      return `must have printable ASCII of at most ${MAX_HEADER_LENGTH} characters in "${name}"`;
  }
  return undefined;
};

/** Names in lower case, and the delivery's id where a value asks for it. */
export const headersOf = (headers: Record<string, string>, id: string): Record<string, string> =>
  Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value.replaceAll(PLACEHOLDER, id)]),
  );
