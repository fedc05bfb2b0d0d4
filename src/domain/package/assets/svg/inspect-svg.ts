import { isCleanAttribute } from './attribute-rules.ts';
import { decodeReferences } from './character-references.ts';
import { svgElements } from './svg-allow-list.ts';
import { type SvgOpen, type SvgToken, tokenizeSvg } from './tokenize-svg.ts';

/** `bitmap`: shows an image; `edited`: has parts that are taken out; `clean`: neither. */
export type SvgVerdict = 'bitmap' | 'edited' | 'clean';

/** A declared prefix is no part of an element's name. */
const localName = (name: string, prefixes: ReadonlySet<string>): string => {
  const split = name.indexOf(':');
  return split > 0 && prefixes.has(name.slice(0, split)) ? name.slice(split + 1) : name;
};

const isCleanElement = (name: string, { attributes }: SvgOpen): boolean =>
  svgElements.has(name) &&
  attributes.every(([key, value]) => isCleanAttribute({ element: name, name: key, value: decodeReferences(value) }));

/** Follows which elements are open, and whether something stands where everything is dropped: behind an `svg`. */
const createOutline = () => {
  const open: string[] = [];
  let isBehindSvg = false;
  return {
    /** True when the token stands behind an `svg` element on its level. */
    isDropped: (token: SvgToken): boolean =>
      isBehindSvg && token.kind !== 'close' && (open.length > 0 || token.kind !== 'text' || token.value.trim() !== ''),
    push(name: string, isEmpty: boolean): void {
      if (!isEmpty) open.push(name);
      isBehindSvg = isEmpty && name === 'svg';
    },
    /** A closing tag that matches nothing is passed over. */
    pop(name: string): void {
      if (open.at(-1) === name) {
        open.pop();
        isBehindSvg = name === 'svg';
      }
    },
  };
};

/**
 * Says what the package rules of the reference validator 4.52 think of a drawing. They decide about the warning only:
 * what is stored is cleaned more thoroughly. Linear in the text.
 */
export const inspectSvg = (text: string): SvgVerdict => {
  const prefixes = new Set<string>();
  const outline = createOutline();
  let verdict: SvgVerdict = 'clean';
  for (const token of tokenizeSvg(text)) {
    if (outline.isDropped(token)) verdict = 'edited';
    switch (token.kind) {
      case 'open': {
        if (token.name === 'image') return 'bitmap';
        for (const [key] of token.attributes) if (key.startsWith('xmlns:')) prefixes.add(key.slice(6));
        const name = localName(token.name, prefixes);
        if (!isCleanElement(name, token)) verdict = 'edited';
        outline.push(name, token.isEmpty);
        break;
      }
      case 'close':
        outline.pop(localName(token.name, prefixes));
        break;
      case 'instruction':
        if (token.target !== 'xml') verdict = 'edited';
        break;
      case 'comment':
      case 'cdata':
        verdict = 'edited';
        break;
      case 'text':
      case 'doctype':
        break;
    }
  }
  return verdict;
};
