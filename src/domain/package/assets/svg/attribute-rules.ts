import { decodeReferences } from './character-references.ts';
import * as allowed from './svg-allow-list.ts';

export interface SvgAttribute {
  element: string;
  name: string;
  /** With its character references resolved. */
  value: string;
}

const colon = /:|&#0*58|&#x70|&#x0*3a|%3a|&#37;3a/i;

/** Whether an address uses a protocol, and for `data:` a type, that is on the list. */
const isAllowedAddress = (value: string): boolean => {
  const text = decodeReferences(value)
    .replaceAll(/[`\p{Cc} \u0080-\u0101]/gu, '')
    .toLowerCase();
  const [protocol = '', rest = ''] = text.split(colon, 2);
  if (/^[a-z0-9][-+.a-z0-9]*:/.test(text) && !allowed.protocols.has(protocol)) return false;
  return protocol !== 'data' || allowed.dataTypes.has(rest.split(/[;,]/, 1)[0] ?? '');
};

const shorthand = /^(?:background|border|margin|padding)(?:-|$)/;

/** One `property:value` in the form in which it is written out again. */
const isCleanDeclaration = (declaration: string): boolean => {
  const split = declaration.indexOf(':');
  const property = declaration.slice(0, Math.max(split, 0));
  const value = declaration.slice(split + 1);
  if (value === '' || value !== value.trim() || /\burl\(/i.test(value)) return false;
  const name = property.toLowerCase();
  if (!allowed.cssProperties.has(name) && !shorthand.test(name)) return false;
  return [...value.matchAll(/([\w-]{1,40})\(/g)].every(([, called = '']) =>
    allowed.cssFunctions.has(called.toLowerCase()),
  );
};

/** Styles are read and written again, so anything but `a:b;c:d;` comes out changed. */
const isCleanStyle = ({ element, value }: SvgAttribute): boolean => {
  const style = element === 'svg' ? value.replaceAll(/;\s+/g, ';') : value;
  return style.endsWith(';') && style.slice(0, -1).split(';').every(isCleanDeclaration);
};

/** Whether an attribute passes as it is. Package rules of the reference validator 4.52. */
export const isCleanAttribute = (attribute: SvgAttribute): boolean => {
  const { element, name, value } = attribute;
  if (name === 'xmlns' || name.startsWith('xmlns:')) return true;
  if (/^data-[\w-]*$/.test(name)) return true;
  if (!allowed.svgAttributes.has(name) && !/^aria-[a-z]+$/.test(name)) return false;
  if (value.trim() === '') return false;
  if (allowed.uriAttributes.has(name) && !isAllowedAddress(value)) return false;
  if (allowed.referenceAttributes.has(name) && /url\s*\(\s*[^#\s)]/i.test(value)) return false;
  if (name === 'xlink:href' && allowed.localElements.has(element) && !/^\s*#/.test(value)) return false;
  return name !== 'style' || isCleanStyle(attribute);
};
