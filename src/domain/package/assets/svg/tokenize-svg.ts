export interface SvgOpen {
  kind: 'open';
  name: string;
  /** Values as they are written, with their character references. */
  attributes: [name: string, value: string][];
  isEmpty: boolean;
}

export type SvgToken =
  | SvgOpen
  | { kind: 'close'; name: string }
  | { kind: 'text'; value: string }
  | { kind: 'cdata'; value: string }
  | { kind: 'instruction'; target: string }
  | { kind: 'comment' }
  | { kind: 'doctype' };

const namePattern = /[\p{L}_:][\p{L}\p{N}_:.-]*/uy;
const markupPattern = /<[!?/\p{L}_:]/uy;
const blanksPattern = /\s*/y;
const attributePattern = /([^\s=<>"'/]+)(?:\s*=\s*(?:"([^"<]*)"|'([^'<]*)'))?/y;
const tagEndPattern = /(\/?)>/y;

const matchAt = (pattern: RegExp, text: string, index: number): RegExpExecArray | null => {
  pattern.lastIndex = index;
  return pattern.exec(text);
};

/** The text up to `mark`, or all that is left; `next` is the index behind the mark. */
const until = (text: string, from: number, mark: string): { value: string; next: number } => {
  const end = text.indexOf(mark, from);
  return end < 0
    ? { value: text.slice(from), next: text.length }
    : { value: text.slice(from, end), next: end + mark.length };
};

/** A DOCTYPE may hold declarations in brackets, and those the character `>`. */
const endOfDoctype = (text: string, from: number): number => {
  const { value, next } = until(text, from, '>');
  if (!value.includes('[')) return next;
  return until(text, until(text, from + value.indexOf('['), ']').next, '>').next;
};

const readOpenTag = (text: string, name: string, from: number): { token: SvgOpen; next: number } => {
  const token: SvgOpen = { kind: 'open', name, attributes: [], isEmpty: false };
  const skipBlanks = (index: number): number => index + (matchAt(blanksPattern, text, index)?.[0].length ?? 0);
  let index = skipBlanks(from);
  while (index < text.length && text[index] !== '<') {
    const end = matchAt(tagEndPattern, text, index);
    if (end) {
      token.isEmpty = end[1] === '/';
      return { token, next: index + end[0].length };
    }
    const attribute = matchAt(attributePattern, text, index);
    const [all = '', key, double, single] = attribute ?? [];
    const value = double ?? single;
    // A name without a value is no XML: it is passed over, as is any other character that does not belong here.
    if (key !== undefined && value !== undefined) token.attributes.push([key, value]);
    index = skipBlanks(index + Math.max(all.length, 1));
  }
  return { token, next: index };
};

const readMarkup = (text: string, index: number): { token: SvgToken; next: number } => {
  if (text.startsWith('<!--', index)) return { token: { kind: 'comment' }, next: until(text, index + 4, '-->').next };
  if (text.startsWith('<![CDATA[', index)) {
    const { value, next } = until(text, index + 9, ']]>');
    return { token: { kind: 'cdata', value }, next };
  }
  if (text.startsWith('<!', index)) return { token: { kind: 'doctype' }, next: endOfDoctype(text, index) };
  if (text.startsWith('<?', index)) {
    const { value, next } = until(text, index + 2, '?>');
    return { token: { kind: 'instruction', target: /^\S*/.exec(value)?.[0] ?? '' }, next };
  }
  if (text.startsWith('</', index)) {
    const name = matchAt(namePattern, text, index + 2)?.[0] ?? '';
    return { token: { kind: 'close', name }, next: until(text, index, '>').next };
  }
  const name = matchAt(namePattern, text, index + 1)?.[0] ?? '';
  return readOpenTag(text, name, index + 1 + name.length);
};

/** Where the next markup begins, or -1; a `<` that begins none is text. */
const findMarkup = (text: string, from: number): number => {
  let index = text.indexOf('<', from);
  while (index >= 0 && !matchAt(markupPattern, text, index)) index = text.indexOf('<', index + 1);
  return index;
};

/**
 * Splits a drawing into tokens; never fails, like the recovering parser of the reference validator 4.52.
 * Linear in the text.
 */
export const tokenizeSvg = function* (text: string): Generator<SvgToken> {
  let index = 0;
  while (index < text.length) {
    const next = findMarkup(text, index);
    if (next !== index) {
      yield { kind: 'text', value: text.slice(index, next < 0 ? undefined : next) };
      if (next < 0) return;
    }
    const markup = readMarkup(text, next);
    yield markup.token;
    index = markup.next;
  }
};
