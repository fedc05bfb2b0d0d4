import type { AppAttributes } from './attributes.ts';

export interface LoginPlace {
  /** Of this server, with its port. */
  host: string;
  /** Short name of the organization. */
  organization: string;
}

/** What can stand in front of `://`. */
const SCHEME = /^[a-z][a-z0-9+.-]*$/i;

/**
 * Where a login leads back to. A mobile app's is made of its package name, or of its listing id where it has none; a web
 * app has one only with a package name. Null: it has none. Source: the vendor's page on `packageName`; the address of a
 * web app is our own.
 */
export const redirectUrlOf = (
  { type, packageName, listingId }: Pick<AppAttributes, 'type' | 'packageName' | 'listingId'>,
  { host, organization }: LoginPlace,
): string | null => {
  const name = packageName ?? (type === 'MOBILE' ? listingId : undefined);
  if (name === undefined || type === 'BACKEND') return null;
  const realm = `${host}/auth/realms/${organization}`;
  if (type === 'WEB') return `https://${realm}/web/${encodeURIComponent(name)}/callback`;
  return SCHEME.test(name) ? `${name}://${realm}/android/${name}/callback` : null;
};
