import { isStorable } from './storable-text.ts';

/** What an `Authorization` header holds. */
export type Credentials =
  | { kind: 'token'; token: string }
  | { kind: 'user-token'; email: string; token: string }
  | { kind: 'password'; email: string; password: string };

const HEADER = /^(basic|bearer)[ \t]+(\S+)[ \t]*$/i;

/**
 * Reads `Bearer TOKEN`, `Basic EMAIL/token:TOKEN` and `Basic EMAIL:PASSWORD`, the scheme in any letter case.
 *
 * @returns undefined when the header is none of these.
 */
export const readCredentials = (header: string): Credentials | undefined => {
  const [, scheme = '', value = ''] = HEADER.exec(header) ?? [];
  if (value === '') return undefined;
  if (scheme.toLowerCase() === 'bearer') return { kind: 'token', token: value };
  const text = Buffer.from(value, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  if (colon < 1 || !isStorable(text)) return undefined;
  const [name, secret] = [text.slice(0, colon), text.slice(colon + 1)];
  return name.endsWith('/token')
    ? { kind: 'user-token', email: name.slice(0, -'/token'.length), token: secret }
    : { kind: 'password', email: name, password: secret };
};
