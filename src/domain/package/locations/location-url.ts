import type { PackageView } from '../package-view.ts';
import { parseUri } from '../uri.ts';
import { legacyUrl } from './read-locations.ts';

/** Why a location's address is refused. */
export interface UrlFault {
  key:
    | 'invalid_location_uri'
    | 'location_uri_outside_assets'
    | 'location_uri_scheme_refused'
    | 'location_uri_without_host';
  advice: string;
}

const advice = 'use an https address or the path of a file under assets/';

/** A browser runs `javascript:` where it expects a page, also with blanks in it and with a host behind it. */
const hasOddScheme = (url: string): boolean => {
  const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(url.slice(0, 1_000).replaceAll(/[\p{Cc} ]/gu, ''))?.[1];
  return scheme !== undefined && !/^https?$/i.test(scheme);
};

const oddScheme: UrlFault = { key: 'location_uri_scheme_refused', advice };

/**
 * Checks the address of a location: https anywhere, http too on localhost, or a file of the package under `assets/`.
 * Package rules of the reference validator 4.52, but an address without a host and a path with `..` are refused too,
 * and so is any scheme but http and https where that validator does not look.
 */
export const checkLocationUrl = (url: string, view: PackageView): UrlFault | undefined => {
  // A setting's value is put in at run time; what comes out cannot be known here.
  if (url === legacyUrl) return undefined;
  if (url.includes('{{setting.')) return hasOddScheme(url) ? oddScheme : undefined;
  const uri = parseUri(url);
  if (!uri) return { key: 'invalid_location_uri', advice: `it is not a valid address; ${advice}` };
  if (uri.scheme !== undefined) {
    if (uri.host === 'localhost') return hasOddScheme(url) ? oddScheme : undefined;
    if (uri.scheme.toLowerCase() !== 'https') return { key: 'invalid_location_uri', advice };
    if (!uri.host) return { key: 'location_uri_without_host', advice: 'write the host after https://' };
    return undefined;
  }
  if (uri.host !== undefined || !uri.path.startsWith('assets/')) return { key: 'invalid_location_uri', advice };
  if (uri.path.split('/').includes('..')) {
    return { key: 'location_uri_outside_assets', advice: 'write the path of the file under assets/ without ..' };
  }
  if (view.find(uri.path)) return undefined;
  return { key: 'invalid_location_uri', advice: 'there is no such file in the package' };
};
