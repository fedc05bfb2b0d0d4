/**
 * The subdomain that a Host header names below the domain of the public URL: `acme` for `acme.apps.example.com` when
 * that is `https://apps.example.com`. Undefined for every other host: an IP address, another name, the domain itself.
 */
export const subdomainOf = (host: string | undefined, publicUrl: string): string | undefined => {
  const name = host?.replace(/:\d*$/, '').toLowerCase();
  const suffix = `.${new URL(publicUrl).hostname}`;
  return name?.endsWith(suffix) ? name.slice(0, -suffix.length) : undefined;
};
