import type { Response } from 'express';
import { toWellFormed } from '../domain/storable-text.ts';

const HEADER = 'X-Appyard-Ignored';
const MOST_NAMES = 20;
const MOST_BYTES = 1_024;
const LONGEST_NAME = 60;
const SEPARATOR = ', ';

const escaped = (name: string): string => encodeURIComponent(toWellFormed(name.slice(0, LONGEST_NAME)));

/**
 * Returns the header that names the parts of a request that were ignored: percent-encoded, each once, at most 20 names
 * in 1 kB, never a value. Without names it returns no header.
 */
export const ignoredHeader = (names: Iterable<string>): Record<string, string> => {
  let text = '';
  for (const name of [...new Set(names)].slice(0, MOST_NAMES)) {
    const longer = text === '' ? escaped(name) : `${text}${SEPARATOR}${escaped(name)}`;
    if (longer.length > MOST_BYTES) break;
    text = longer;
  }
  return text === '' ? {} : { [HEADER]: text };
};

/** Sets the header that names what was ignored. */
export const setIgnored = (res: Response, names: Iterable<string>): void => {
  res.set(ignoredHeader(names));
};
