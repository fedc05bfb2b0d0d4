/** URL parsers ignore these in front of a URL, and tabs and line breaks inside. */
// oxlint-disable-next-line no-control-regex -- these are control characters
const IGNORED = /^[\0-\x20]+|[\t\n\r]+/g;

/** Scheme and slashes, then everything up to the last `@` of the host. Parsers read `https:user@host` as `https://user@host`. */
const USERINFO = /^((?:https?|wss?|ftp):[\\/]*|[a-z][a-z\d+.-]*:[\\/]{2,}|[\\/]{2,})[^\\/?#]*@/i;

/** Removes user name and password from a URL. Returns any other text unchanged. */
export const withoutUserinfo = (url: string): string => {
  if (!url.includes('@')) return url;
  const plain = url.replace(IGNORED, '');
  return USERINFO.test(plain) ? plain.replace(USERINFO, '$1') : url;
};

/** Removes user name, password, query and fragment from a URL: each of them may hold a token. */
export const withoutUrlSecrets = (url: string): string => withoutUserinfo(url).split(/[?#]/, 1)[0]!;

/** Whether a text is an absolute URL with a host, or one that takes its scheme from the page. */
export const isAbsoluteUrl = (text: string): boolean => /^[\0-\x20]*([a-z][a-z\d+.-]*:)?[\\/]{2}/i.test(text);
