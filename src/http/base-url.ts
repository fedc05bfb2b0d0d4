import type { Request } from 'express';
import type { Config } from '../config.ts';
import { subdomainOf } from './host.ts';

/** One label of a host name: accounts have no other subdomains. */
const LABEL = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

/**
 * Creates the function that returns the base URL of links in the answer to a request, without a slash at its end: the
 * host that the client asked when it is one of the service's own names (the host of `PUBLIC_URL` or a subdomain of it),
 * else `PUBLIC_URL`. Scheme, port and path are always those of `PUBLIC_URL`: a client can forge the `Host` header.
 */
export const createBaseUrl = ({ publicUrl }: Pick<Config, 'publicUrl'>): ((req: Pick<Request, 'get'>) => string) => {
  const { hostname } = new URL(publicUrl);
  return (req) => {
    const subdomain = subdomainOf(req.get('host'), hostname);
    if (subdomain === undefined || !LABEL.test(subdomain)) return publicUrl;
    const url = new URL(publicUrl);
    url.hostname = `${subdomain}.${hostname}`;
    return url.href.replace(/\/$/, '');
  };
};
