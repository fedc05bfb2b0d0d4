const allowedSchemes: ReadonlySet<string> = new Set(['http:', 'https:', 'mailto:']);

/** A relative address takes its scheme from the page that shows it. */
const anyPage = 'https://page.invalid/';

/**
 * Tells whether an address leads to http, https or mailto. It is parsed as browsers parse it: they skip white space and
 * control characters, ignore tabs and line breaks inside a scheme, and do not care about its case.
 */
export const isAllowedLink = (address: string): boolean => {
  try {
    return allowedSchemes.has(new URL(address, anyPage).protocol);
  } catch {
    return false;
  }
};
