import { isIP } from 'node:net';
import { z } from 'zod';
import { parseDatabaseUrl } from './db/database-url.ts';
import { parseRedisUrl } from './queue/redis-url.ts';
import { errorText } from './error-text.ts';

const wholeNumber = (min: number, max: number) =>
  z.string().refine((text) => /^\d+$/.test(text) && Number(text) >= min && Number(text) <= max, {
    error: `must be a whole number from ${min}${max === Number.MAX_SAFE_INTEGER ? '' : ` to ${max}`}`,
  });

/** A whole number, inclusive at both ends. */
export const count = (fallback: number, min = 1, max = Number.MAX_SAFE_INTEGER) =>
  wholeNumber(min, max).default(String(fallback)).transform(Number);

/** The most there may be of something, inclusive. Unset: there is no limit. */
export const limit = (min = 1, max = Number.MAX_SAFE_INTEGER) => wholeNumber(min, max).transform(Number).optional();

/** As {@link limit}, with a default; `none` is no limit, as null. */
export const limitOrNone = (fallback: number) =>
  z
    .string()
    .refine((text) => text === 'none' || /^\d{1,15}$/.test(text), { error: 'must be a whole number from 0, or none' })
    .default(String(fallback))
    .transform((text) => (text === 'none' ? null : Number(text)));

/** Checked here and kept as it is: what becomes of it is for whoever connects. */
const checkedBy = (parse: (text: string) => unknown) =>
  z
    .string()
    .superRefine((text, context) => {
      try {
        parse(text);
      } catch (err) {
        context.addIssue({ code: 'custom', message: errorText(err) });
      }
    })
    .optional();

export const redisUrl = checkedBy(parseRedisUrl);
export const databaseUrl = checkedBy((text) => parseDatabaseUrl(text));

/** As {@link count}, for what may be left out. */
export const countOrNone = (min: number, max: number) =>
  z
    .string()
    .refine((text) => /^\d+$/.test(text) && Number(text) >= min && Number(text) <= max, {
      error: `must be a whole number from ${min} to ${max}`,
    })
    .transform(Number)
    .optional();

/** A part of the whole, from none (0) to all (1). */
export const share = (fallback: number) =>
  z
    .string()
    .default(String(fallback))
    .refine((text) => /^(0|1|[01]?\.\d+)$/.test(text) && Number(text) <= 1, { error: 'must be a number from 0 to 1' })
    .transform(Number);

export const urlOf = (...protocols: string[]) =>
  z
    .string()
    .refine((text) => URL.canParse(text) && protocols.includes(new URL(text).protocol), {
      error: `must be a URL that begins with ${protocols.map((protocol) => `${protocol}//`).join(' or ')}`,
    })
    .optional();

const splitList = (text: string): string[] =>
  text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');

/** Addresses and networks as the library behind Express reads them; anything else would fail at the first request. */
export const trustProxy = z
  .string()
  .default('')
  .transform((text) => (/^\d{1,2}$/.test(text) ? Number(text) : splitList(text)))
  .refine((proxies) => typeof proxies === 'number' || proxies.every(isNetwork), {
    error: 'must be the number of proxies in front, or their addresses (loopback, uniquelocal, 10.0.0.0/8 …)',
  });

/** Networks that deliveries may go to although they are not public. */
export const allowPrivate = z
  .string()
  .default('false')
  .transform((text) => (['true', 'false'].includes(text) ? text === 'true' : splitList(text)))
  .refine((allowed) => typeof allowed === 'boolean' || allowed.every(isAddressOrNetwork), {
    error: 'must be true, false, or addresses and networks with commas between (10.0.0.0/8, fd00::/8, 127.0.0.1)',
  });

const isNetwork = (text: string): boolean =>
  ['loopback', 'linklocal', 'uniquelocal'].includes(text) || isAddressOrNetwork(text);

const isAddressOrNetwork = (text: string): boolean => {
  const [address = '', bits, ...rest] = text.split('/');
  const family = isIP(address);
  return (
    family > 0 &&
    rest.length === 0 &&
    (bits === undefined || (/^\d+$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128)))
  );
};

export const secretsKeys = z
  .string()
  .default('')
  .transform((text) => splitList(text).map((key) => Buffer.from(key, /^[0-9a-f]{64}$/i.test(key) ? 'hex' : 'base64')))
  .refine((keys) => keys.every((key) => key.length === 32), {
    error: 'must be 32 random bytes in base64 or hex (openssl rand -base64 32); several are separated by commas',
  });
