import { secretPatterns, secretWords } from './secret-patterns.ts';

/** What every suspicious word begins with or holds, in lower case. */
const wordStems = ['password', 'secret', 'auth', 'api_key'];

const stems = [...new Set([...secretPatterns.map(({ hint }) => hint), ...wordStems])];
const anyStem = new RegExp(stems.join('|'), 'g');

/**
 * Which of all the stems occur in a text of lower case. One pass for three dozen of them: most texts have none, and
 * looking for each by itself took most of the time that checking a package takes.
 */
export const findStems = (lower: string): ReadonlySet<string> => {
  const found = new Set<string>();
  anyStem.lastIndex = 0;
  for (let match = anyStem.exec(lower); match && found.size < stems.length; match = anyStem.exec(lower)) {
    found.add(match[0]);
    // One may begin inside another: `attachment_token` holds `token`.
    anyStem.lastIndex = match.index + 1;
  }
  return found;
};

/** The first of the suspicious words, in their order, that the text holds. */
export const findWord = (text: string, found: ReadonlySet<string>): string | undefined =>
  wordStems.some((stem) => found.has(stem)) ? secretWords.find((word) => text.includes(word)) : undefined;
