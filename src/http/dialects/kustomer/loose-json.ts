import { isStorable } from '../../../domain/storable-text.ts';
import { ruleError } from './rule-error.ts';
import { beginningOf } from './shortened.ts';

/** Real definitions nest some ten levels; whatever reads them again has to go down and up. */
const MAX_DEPTH = 40;

/**
 * What must be true of JSON of which nothing is known: it can be kept, and be written again. Goes through it without
 * recursion: a mebibyte has room for more levels than the stack.
 *
 * @throws AppError `bad_request` that names the member.
 */
export const checkLooseJson = (value: Record<string, unknown>): void => {
  const open: { at: string; depth: number; value: unknown }[] = [{ at: '', depth: 0, value }];
  for (let one = open.pop(); one !== undefined; one = open.pop()) {
    if (typeof one.value === 'string') checkText(one.at, one.value);
    if (typeof one.value !== 'object' || one.value === null) continue;
    if (one.depth > MAX_DEPTH)
      throw ruleError(beginningOf(one.at, LONGEST_SHOWN), `must not be nested deeper than ${MAX_DEPTH} levels`);
    for (const [key, member] of Object.entries(one.value)) {
      const at = one.at === '' ? key : `${one.at}.${key}`;
      checkText(one.at, key);
      open.push({ at: one.depth < 4 ? at : one.at, depth: one.depth + 1, value: member });
    }
  }
};

const LONGEST_SHOWN = 200;

const checkText = (at: string, text: string): void => {
  if (!isStorable(text))
    throw ruleError(beginningOf(at, LONGEST_SHOWN), 'must hold neither NUL characters nor broken surrogate pairs');
};
