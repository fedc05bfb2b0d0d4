/** A URI reference in its parts; a part that is not written is undefined, an empty one is ''. */
export interface Uri {
  scheme: string | undefined;
  host: string | undefined;
  path: string;
}

const maxLength = 8_192;
const userinfoPattern = /^(?:[A-Za-z0-9\-._~!$&'()*+,;=:]|%[0-9A-Fa-f]{2})*$/;
const hostPattern = /^(?:\[[0-9A-Za-z:.]+\]|(?:[A-Za-z0-9\-._~!$&'()*+,;=]|%[0-9A-Fa-f]{2})*)$/;
const pathPattern = /^(?:[A-Za-z0-9\-._~!$&'()*+,;=:@/]|%[0-9A-Fa-f]{2})*$/;
const fragmentPattern = /^(?:[A-Za-z0-9\-._~!$&'()*+,;=:@/?]|%[0-9A-Fa-f]{2})*$/;
const asciiPattern = /^[!-~]*$/;

const splitAt = (text: string, index: number): [before: string, after: string | undefined] =>
  index < 0 ? [text, undefined] : [text.slice(0, index), text.slice(index + 1)];

/** Gives the host, or undefined when the authority is malformed. */
const readAuthority = (authority: string): { host: string } | undefined => {
  const at = authority.lastIndexOf('@');
  const userinfo = authority.slice(0, Math.max(at, 0));
  const address = authority.slice(at + 1);
  const port = /:\d*$/.exec(address);
  const host = port ? address.slice(0, port.index) : address;
  return userinfoPattern.test(userinfo) && hostPattern.test(host) ? { host } : undefined;
};

/**
 * Parses by RFC 3986, with the one laxness of the reference validator 4.52: a query may hold any printable ASCII.
 * Not the WHATWG parser (`URL`), which repairs what these rules refuse.
 * Gives undefined for anything else. Linear in the text.
 */
export const parseUri = (text: string): Uri | undefined => {
  if (text.length > maxLength) return undefined;
  const [beforeFragment, fragment] = splitAt(text, text.indexOf('#'));
  const [beforeQuery, query] = splitAt(beforeFragment, beforeFragment.indexOf('?'));
  if (fragment !== undefined && !fragmentPattern.test(fragment)) return undefined;
  if (query !== undefined && !asciiPattern.test(query)) return undefined;

  const scheme = /^([A-Za-z][A-Za-z0-9+\-.]*):/.exec(beforeQuery)?.[1];
  let path = scheme === undefined ? beforeQuery : beforeQuery.slice(scheme.length + 1);
  let host: string | undefined;
  if (path.startsWith('//')) {
    const slash = path.indexOf('/', 2);
    const authority = readAuthority(path.slice(2, slash < 0 ? undefined : slash));
    if (!authority) return undefined;
    host = authority.host;
    path = slash < 0 ? '' : path.slice(slash);
  }
  if (!pathPattern.test(path)) return undefined;
  // Without a scheme a colon in the first part would be one.
  if (scheme === undefined && host === undefined && /^[^/]*:/.test(path)) return undefined;
  return { scheme, host, path };
};

/** An address that a browser can open: http or https, with a host. */
export const isWebUrl = (value: unknown): boolean => {
  if (typeof value !== 'string') return false;
  const uri = parseUri(value);
  return /^https?$/i.test(uri?.scheme ?? '') && (uri?.host ?? '') !== '';
};
