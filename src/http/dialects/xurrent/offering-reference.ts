/** Of a reference, in characters. */
export const MAX_REFERENCE = 161;

/**
 * What an offering is called where nobody says it: its account and its name, in small letters, white space as
 * underscores. Cut to what a reference may have.
 */
export const defaultReference = (account: string, name: string): string =>
  Array.from(`${account}_${name.toLowerCase().replace(/\s/gu, '_')}`)
    .slice(0, MAX_REFERENCE)
    .join('');
