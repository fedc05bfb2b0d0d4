/**
 * The subdomain that a Host header names below a domain: `acme` for `acme.apps.example.com` below `apps.example.com`.
 * Undefined for every other host: an IP address, another name, the domain itself.
 */
export const subdomainOf = (host: string | undefined, domain: string): string | undefined => {
  const name = host?.replace(/:\d*$/, '').toLowerCase();
  return name?.endsWith(`.${domain}`) ? name.slice(0, -domain.length - 1) : undefined;
};
