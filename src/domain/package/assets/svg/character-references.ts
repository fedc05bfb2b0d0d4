const named = new Map([
  ['amp', '&'],
  ['lt', '<'],
  ['gt', '>'],
  ['quot', '"'],
  ['apos', "'"],
]);

const maxCodePoint = 0x10_ff_ff;

const decodeOne = (name: string): string => {
  if (!name.startsWith('#')) return named.get(name) ?? '';
  const code = /^#x/i.test(name) ? Number.parseInt(name.slice(2), 16) : Number.parseInt(name.slice(1), 10);
  return Number.isNaN(code) || code > maxCodePoint ? '' : String.fromCodePoint(code);
};

/** Resolves the references that XML knows; others vanish, because nothing declares them. */
export const decodeReferences = (text: string): string =>
  text.replaceAll(/&(#?\w{1,32});/g, (_, name: string) => decodeOne(name));

/** Characters that no XML document may hold, not even as a reference. */
const forbidden = /[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu;

/** Gives the text without what no XML document may hold. */
export const stripForbidden = (text: string): string => text.replaceAll(forbidden, '');

const escapes = new Map([
  ['&', '&amp;'],
  ['<', '&lt;'],
  ['>', '&gt;'],
  ['"', '&quot;'],
]);

/** Gives text that is safe between tags and between double quotes. */
export const escapeXml = (text: string): string =>
  stripForbidden(text).replaceAll(/[&<>"]/g, (character) => escapes.get(character) ?? '');
