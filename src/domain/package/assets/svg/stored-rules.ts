import { stripForbidden } from './character-references.ts';
import { namingAttributes, storedAttributes, storedElements, textAttributes } from './stored-allow-list.ts';

/** Whether an element is stored; one that is not goes with all that is in it. */
export const isStoredElement = (name: string): boolean => storedElements.has(name.toLowerCase());

/** An address inside the drawing; for links also one of the web. */
export const isSafeHref = (element: string, value: string): boolean =>
  /^\s*#/.test(value) || (element === 'a' && /^\s*https?:\/\//i.test(value));

const isText = (name: string): boolean =>
  namingAttributes.has(name) || textAttributes.has(name) || /^(?:aria|data)-/.test(name);

/** What loads something from outside, when it is read as CSS. */
const loadingCss = /url\s*\((?!\s*(?:"\s*|'\s*)?#)|(?:image-set|image|src|cross-fade)\s*\(|@import/i;

/**
 * Whether an attribute would load something from elsewhere. Attributes are read as CSS, `style` or not; an escape may
 * spell any of the words, and no drawing needs one.
 */
export const loadsSomething = (name: string, value: string): boolean =>
  !isText(name) && (value.includes('\\') || loadingCss.test(value));

/** The declarations that load nothing. */
const storedStyle = (value: string): string =>
  loadsSomething('style', value)
    ? value
        .split(';')
        .filter((declaration) => !loadsSomething('style', declaration))
        .join(';')
        .trim()
    : value;

/** Ends a comment or an element, should the drawing be put into a page as it is. DOMPurify removes it too. */
const breakout = /(?:--!?|\])>|<\/(?:style|script|title|xmp|textarea|noscript|iframe|noembed|noframes)/i;

/** A protocol that DOMPurify does not know as harmless. */
const foreignProtocol = /^(?!(?:(?:f|ht)tps?|mailto|tel|callto|sms|cid|xmpp|matrix):)[a-z][a-z+.-]*:/i;
const blanks = /[\0- \u00A0\u1680\u180E\u2000-\u2029\u205F\u3000]/g;

const isStored = (element: string, name: string, value: string): boolean => {
  if (!storedAttributes.has(name) && !/^(?:data-[\w.-]+|aria-[\w-]+)$/.test(name)) return false;
  if (breakout.test(value) || (name === 'attributename' && value.includes('href'))) return false;
  if ((name === 'href' || name === 'xlink:href') && !isSafeHref(element, value)) return false;
  if (name === 'style' || namingAttributes.has(name) || /^(?:aria|data)-/.test(name)) return true;
  return !loadsSomething(name, value) && !foreignProtocol.test(value.replaceAll(blanks, ''));
};

/**
 * What of an attribute is stored: undefined means nothing, and `isWhole` that nothing is lost. Lets through nothing
 * that DOMPurify would remove, except for ids that are reserved.
 */
export const storedValue = (
  element: string,
  attribute: string,
  source: string,
): { value: string | undefined; isWhole: boolean } => {
  const name = attribute.toLowerCase();
  const value = stripForbidden(source).trim();
  if (!isStored(element.toLowerCase(), name, value)) return { value: undefined, isWhole: false };
  const kept = name === 'style' ? storedStyle(value) : value;
  return { value: kept === '' && value !== '' ? undefined : kept, isWhole: kept === value };
};
