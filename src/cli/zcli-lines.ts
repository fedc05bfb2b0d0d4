import { X509Certificate } from 'node:crypto';
import type { Config } from '../config.ts';
import { hostOf, localUrl } from './addresses.ts';
import { coversHost } from './development-certificate.ts';

export interface ZcliAccess {
  /** The certificate that is served, in PEM. */
  certificate: string;
  /** Undefined: the first account was made elsewhere, and nobody here knows how to sign in. */
  credentials: { email: string; token: string } | undefined;
}

/**
 * What points the vendor's command-line tool at this server, for a shell. The tool knows no addresses, only a subdomain
 * and a domain, and puts a dot between them; that goes well with an address of four numbers too.
 *
 * @returns no lines where no address of the server is covered by its certificate and has a dot.
 */
export const zcliLines = (
  config: Pick<Config, 'host' | 'port' | 'publicUrl' | 'tls'>,
  { certificate, credentials }: ZcliAccess,
): string[] => {
  const served = new X509Certificate(certificate);
  const address = [localUrl(config), config.publicUrl].find(
    (url) => /^https:\/\/[^[/]+\.[^/]+$/.test(url) && coversHost(served, hostOf(url)),
  );
  if (address === undefined || config.tls === undefined) return [];
  const [subdomain = '', ...domain] = new URL(address).host.split('.');
  // One that somebody else signed is trusted for that somebody's sake, or needs another file than this.
  const isItsOwnAuthority = served.verify(served.publicKey);
  return [
    exportLine({ ZENDESK_SUBDOMAIN: subdomain, ZENDESK_DOMAIN: domain.join('.') }),
    ...(credentials ? [exportLine({ ZENDESK_EMAIL: credentials.email, ZENDESK_API_TOKEN: credentials.token })] : []),
    ...(isItsOwnAuthority ? [exportLine({ NODE_EXTRA_CA_CERTS: config.tls.certFile })] : []),
  ];
};

const exportLine = (variables: Record<string, string>): string =>
  ['export', ...Object.entries(variables).map(([name, value]) => `${name}=${shellWord(value)}`)].join(' ');

/** As it stands where every shell takes it as it stands, quoted otherwise. */
const shellWord = (text: string): string =>
  /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
