/** Characters that editors, chats and web pages put in the place of others. */
const replaced = new Map<string, string>([
  ...['\u201C', '\u201D', '\u201E', '\u201F', '\u00AB', '\u00BB'].map((one) => [one, 'a curly quote'] as const),
  ...['\u2018', '\u2019', '\u201A', '\u201B', '`', '\u00B4'].map((one) => [one, 'a quote of another kind'] as const),
]);
const inPlace = 'in place of a straight double quote';

/** Spaces that look like the plain one, or like nothing. */
const otherSpace = /^[\u00A0\u1680\u2000-\u200D\u202F\u205F\u2060\u3000\uFEFF\u0085\u2028\u2029]$/u;
const conflictMark = /^(<{7}|={7}|>{7}|\|{7})(?=[ \r\n]|$)/;

const named = (character: string): string =>
  `U+${character.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')}`;

/**
 * Tells what stands where JSON ends to be JSON, when it is something that people often have in their files without
 * knowing it; otherwise undefined.
 *
 * @param offset of the first character that does not fit.
 */
export const describeWhatStands = (text: string, offset: number): string | undefined => {
  const lineStart = Math.max(text.lastIndexOf('\n', offset - 1), text.lastIndexOf('\r', offset - 1)) + 1;
  const mark = conflictMark.exec(text.slice(lineStart, lineStart + 8))?.[1];
  if (mark !== undefined) return `this is a mark of a merge conflict (${mark})`;
  const character = String.fromCodePoint(text.codePointAt(offset) ?? 0);
  if (character === '\0') return 'this is a NUL character (U+0000), so the file is no text in UTF-8';
  if (character === "'") return `this is a single quote ${inPlace}`;
  const quote = replaced.get(character);
  if (quote !== undefined) return `this is ${quote} (${character}, ${named(character)}) ${inPlace}`;
  if (otherSpace.test(character)) return `this is another character than a plain space (${named(character)})`;
  if (character === '#') return 'JSON has no comments that begin with #';
  if ((character === '}' || character === ']') && /,\s*$/.test(withoutComments(text.slice(0, offset))))
    return `the comma before this ${character} is one too many`;
  return undefined;
};

/** How far back a comma is looked for. */
const maxBack = 2_000;

const withoutComments = (text: string): string =>
  text
    .slice(-maxBack)
    .replaceAll(/\/\*[^*]*(?:\*(?!\/)[^*]*)*\*\//g, '')
    .replaceAll(/\/\/[^\r\n]*/g, '');
