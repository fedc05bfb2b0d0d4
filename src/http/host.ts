/** What most clients send; anything else goes through a URL parser. */
const PLAIN = /^([a-z0-9-]+(?:\.[a-z0-9-]+)*)\.?(?::\d*)?$/i;

/**
 * The hostname in a Host header, in lower case, without its port and without the dot that may end a DNS name.
 * Undefined when the header holds no hostname.
 */
export const hostnameOf = (host: string): string | undefined => {
  const [, plain] = PLAIN.exec(host) ?? [];
  if (plain !== undefined) return plain.toLowerCase();
  if (/[/?#@\\]/.test(host) || !URL.canParse(`http://${host}`)) return undefined;
  const name = new URL(`http://${host}`).hostname.replace(/\.$/, '');
  return name.endsWith('.') ? undefined : name;
};

/**
 * The subdomain that a Host header names below a domain: `acme` for `acme.apps.example.com` below `apps.example.com`.
 * Undefined for every other host: an IP address, another name, the domain itself. What is no hostname but ends like one
 * below the domain names a subdomain that no account has.
 */
export const subdomainOf = (host: string | undefined, domain: string): string | undefined => {
  const name = host === undefined ? undefined : (hostnameOf(host) ?? host.toLowerCase().replace(/\.?(:\d*)?$/, ''));
  return name?.endsWith(`.${domain}`) ? name.slice(0, -domain.length - 1) : undefined;
};
