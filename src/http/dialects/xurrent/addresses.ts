import { isIP } from 'node:net';
import type { Request } from 'express';
import type { Deps } from '../../../deps.ts';
import { createBaseUrl } from '../../base-url.ts';
import { subdomainOf } from '../../host.ts';

type WithConfig = Pick<Deps, 'config'>;

/** The domain that stands in node ids. */
export const domainOf = ({ config }: WithConfig): string => new URL(config.publicUrl).hostname;

/** Subdomains of an address or of the machine's own name lead nowhere. */
const hasSubdomains = (hostname: string): boolean =>
  hostname.includes('.') && isIP(hostname.replace(/^\[|\]$/g, '')) === 0;

/** Where an account is at home: `https://ACCOUNT.DOMAIN`; where there can be no subdomains, `…/accounts/ACCOUNT`. */
export const accountUrl = ({ config }: WithConfig, subdomain: string): string => {
  const url = new URL(config.publicUrl);
  if (!hasSubdomains(url.hostname)) return `${config.publicUrl}/accounts/${subdomain}`;
  url.hostname = `${subdomain}.${url.hostname}`;
  return url.href.replace(/\/$/, '');
};

/** Where an account's records are: its home, or where there can be no subdomains, the one place that all share. */
export const recordsUrl = ({ config }: WithConfig, subdomain: string): string =>
  hasSubdomains(new URL(config.publicUrl).hostname) ? accountUrl({ config }, subdomain) : config.publicUrl;

export const policyUrl = (deps: WithConfig, subdomain: string, id: number): string =>
  `${recordsUrl(deps, subdomain)}/webhook_policies/${id}`;

/** The account that a request names by its host. */
export const hostAccountOf = (deps: WithConfig, req: Request): string | undefined =>
  subdomainOf(req.get('host'), domainOf(deps));

/** `/v1` where the path has it: routers are mounted behind it. */
const versionOf = ({ originalUrl }: Request): string => (originalUrl.startsWith('/v1/') ? '/v1' : '');

/** The `Location` of a record in the collection that a router is mounted at. */
export const recordLocation = (deps: WithConfig, req: Request, id: number | string): Record<string, string> => ({
  Location: `${createBaseUrl(deps.config)(req)}${versionOf(req)}${req.baseUrl}/${id}`,
});

/** The address that a request was sent to, without its query: links lead to where the client is. */
export const addressOf = ({ config }: WithConfig, req: Request): string =>
  `${createBaseUrl(config)(req)}${req.originalUrl.split('?')[0]!}`;
