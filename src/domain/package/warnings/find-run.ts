import type { Run } from './secret-patterns.ts';

const asciiCodes = 128;
const tables = new Map<string, Uint8Array>();

/** Per code of ASCII: 1 if the character belongs to the class. */
const tableOf = (characters: string): Uint8Array => {
  const known = tables.get(characters);
  if (known) return known;
  const pattern = new RegExp(`[${characters}]`);
  const table = Uint8Array.from({ length: asciiCodes }, (_, code) => (pattern.test(String.fromCharCode(code)) ? 1 : 0));
  tables.set(characters, table);
  return table;
};

/**
 * Whether the run occurs between `from` and `end`. Looks at the last character that a run could have and then
 * backwards, so each character is looked at twice at the most, where `[…]{120}` could look at it 120 times.
 */
export const findRun = (text: string, { characters, count }: Run, from: number, end: number): boolean => {
  const table = tableOf(characters);
  let start = from;
  while (start + count <= end) {
    let at = start + count - 1;
    while (at >= start && table[text.charCodeAt(at)] === 1) at -= 1;
    if (at < start) return true;
    start = at + 1;
  }
  return false;
};
