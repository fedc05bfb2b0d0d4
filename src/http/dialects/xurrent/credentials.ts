import type { Request, RequestHandler } from 'express';
import { ForbiddenError } from '../../../errors.ts';
import { userOf } from '../../auth.ts';

const BASIC = /^basic[ \t]+([A-Za-z0-9+/_=-]+)[ \t]*$/i;

/** `Bearer TOKEN`; of old `Basic` with the token in place of the name and `x` in place of the password. */
export const tokenHeaderOf = (req: Request): string | undefined => {
  const header = req.get('authorization') ?? '';
  if (/^bearer[ \t]/i.test(header)) return header;
  const [, encoded = ''] = BASIC.exec(header) ?? [];
  const [, token] = /^(\S+):x$/.exec(Buffer.from(encoded, 'base64').toString('utf8')) ?? [];
  return token === undefined ? undefined : `Bearer ${token}`;
};

/** The vendor's name of old, and the one of today. */
const ACCOUNT_HEADERS = ['x-4me-account', 'x-xurrent-account'];
const SOURCE_HEADERS = ['x-4me-source', 'x-xurrent-source'];

/** Clients say which account they mean; here a token is good for one only, and none said is that one. */
export const checkAccount: RequestHandler = (req, res, next) => {
  const { subdomain } = userOf(res);
  for (const name of ACCOUNT_HEADERS) {
    const asked = req.get(name);
    if (asked !== undefined && asked.trim().toLowerCase() !== subdomain)
      throw new ForbiddenError(`These credentials are of the account "${subdomain}", not of the one in ${name}.`);
  }
  next();
};

/** What `source` is of a record that is made by this request and does not say it. */
export const sourceOf = (req: Request): string | undefined =>
  SOURCE_HEADERS.map((name) => req.get(name)).find((value) => value !== undefined && value !== '');
