import type { Request } from 'express';
import { ForbiddenError } from '../errors.ts';
import { hostnameOf } from './host.ts';

const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS']);
/** What browsers send for requests of other sites, and of other hosts of the same site. */
const FOREIGN = new Set(['cross-site', 'same-site']);

/**
 * Refuses a write that a page of another origin makes a browser send. Browsers add passwords that they remember
 * (`Authorization: Basic`) to such requests; an access token they do not know, so requests with one pass. No route takes
 * a cookie as a credential: one that does must call this too.
 *
 * @param publicUrl the address that users know this server by.
 * @throws ForbiddenError
 */
export const refuseCrossSiteWrite = (req: Request, publicUrl: string): void => {
  if (SAFE_METHODS.has(req.method) || !/^basic\b/i.test(req.get('authorization')?.trim() ?? '')) return;
  const site = req.get('sec-fetch-site')?.trim().toLowerCase();
  const origin = req.get('origin');
  const isForeign =
    site === undefined ? origin !== undefined && !isOwnOrigin(req, origin, publicUrl) : FOREIGN.has(site);
  if (isForeign)
    throw new ForbiddenError(
      'Pages of other sites cannot make changes with a password that the browser remembers. Send an access token ("Authorization: Bearer TOKEN").',
    );
};

/** Compares scheme, host and port: with those of the request, and where a proxy has changed these, of the public address. */
const isOwnOrigin = (req: Request, origin: string, publicUrl: string): boolean => {
  // `null` for a page without an origin, e.g. in a sandboxed frame.
  if (!URL.canParse(origin)) return false;
  const known = new URL(publicUrl);
  const host = req.get('host') ?? '';
  const name = hostnameOf(host);
  const isKnown = name === known.hostname || name?.endsWith(`.${known.hostname}`) === true;
  const own = isKnown ? [`${known.protocol}//${host}`] : [`${req.protocol}://${host}`, known.origin];
  return own.some((one) => URL.canParse(one) && new URL(one).origin === new URL(origin).origin);
};
