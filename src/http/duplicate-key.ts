import { createScanner } from 'jsonc-parser';

/**
 * The first key that an object of a JSON text has twice. `JSON.parse` takes the last one and says nothing, and whoever
 * looked at the first one has looked at something else than what is done. Linear in the text, whatever its depth.
 *
 * @param json what `JSON.parse` can read.
 */
export const findDuplicateKey = (json: string): string | undefined => {
  const scanner = createScanner(json, true);
  // Of every object that is open; undefined for a list.
  const open: (Set<string> | undefined)[] = [];
  let isKey = false;
  for (;;) {
    scanner.scan();
    const first = json[scanner.getTokenOffset()];
    if (first === undefined) return undefined;
    if (first === '"' && isKey) {
      const key = scanner.getTokenValue();
      const keys = open.at(-1)!;
      if (keys.has(key)) return key;
      keys.add(key);
    }
    if (first === '{') open.push(new Set());
    else if (first === '[') open.push(undefined);
    else if (first === '}' || first === ']') open.pop();
    isKey = (first === '{' || first === ',') && open.at(-1) !== undefined;
  }
};
