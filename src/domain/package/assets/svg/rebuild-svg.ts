import { decodeReferences, escapeXml } from './character-references.ts';
import { isStoredElement, storedValue } from './stored-rules.ts';
import { type SvgOpen, type SvgToken, tokenizeSvg } from './tokenize-svg.ts';

/**
 * What the drawings of one package may cost together. The cleaning library takes some 60 µs an element, 30 µs an attribute, is
 * quadratic in the attributes of one element, and recursive in depth.
 */
export interface SvgBudget {
  elements: number;
  attributes: number;
}

/** Gives the budget of a package that has not used any of it. */
export const svgBudget = (): SvgBudget => ({ elements: 50_000, attributes: 100_000 });

const maxDepth = 200;
const maxAttributes = 64;
/** Of what is written: a `<` in a text grows to four characters, and the library goes through each. */
const maxWritten = 4 * 1024 * 1024;
/** The library parses styles; no drawing needs a longer one. */
const maxStyle = 8_192;

const attributePattern = /^(?:xlink:|xml:)?[A-Za-z_][A-Za-z0-9_.-]*$/;

const namespaces = 'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"';

/** Whether an id may not be stored. */
type IsReserved = (id: string) => boolean;

const writeAttributes = (
  element: string,
  { attributes }: SvgOpen,
  isReserved: IsReserved,
): { written: string; removed: boolean } => {
  const seen = new Set<string>();
  let written = '';
  let removed = false;
  for (const [name, source] of attributes) {
    if (seen.has(name) || name === 'xmlns' || !attributePattern.test(name)) continue;
    seen.add(name);
    const { value, isWhole } = storedValue(element, name, decodeReferences(source));
    const isTaken = value !== undefined && /^(?:id|name)$/i.test(name) && isReserved(value);
    if (!isWhole || isTaken) removed = true;
    if (value !== undefined && !isTaken) written += ` ${name}="${escapeXml(value)}"`;
  }
  return { written, removed };
};

/** Writes the first `svg` element again, well-formed whatever it was. */
const createWriter = (budget: SvgBudget, isReserved: IsReserved) => {
  const open: string[] = [];
  let written = '';
  let started = false;
  let removed = false;
  /** Name of the element that is being dropped, and how many of that name are open inside. */
  let dropping: { name: string; depth: number } | undefined;

  const begin = (token: SvgOpen): boolean => {
    const name = token.name.replace(/^svg:/, '');
    if (!started && name !== 'svg') return true;
    if (!isStoredElement(name)) {
      removed = true;
      if (!token.isEmpty) dropping = { name: token.name, depth: 1 };
      return true;
    }
    budget.elements -= 1;
    budget.attributes -= token.attributes.length;
    if (open.length >= maxDepth || token.attributes.length > maxAttributes) return false;
    if (token.attributes.some(([key, value]) => key === 'style' && value.length > maxStyle)) return false;
    const attributes = writeAttributes(name, token, isReserved);
    if (attributes.removed) removed = true;
    written += started ? `<${name}${attributes.written}` : `<${name} ${namespaces}${attributes.written}`;
    written += token.isEmpty ? '/>' : '>';
    started = true;
    if (!token.isEmpty) open.push(name);
    return true;
  };

  const end = (tagName: string): void => {
    const name = tagName.replace(/^svg:/, '');
    const index = open.lastIndexOf(name);
    if (index < 0) return;
    for (const left of open.splice(index).reverse()) written += `</${left}>`;
  };

  const drop = (token: SvgToken): void => {
    if (!dropping) return;
    if (token.kind === 'open' && !token.isEmpty && token.name === dropping.name) dropping.depth += 1;
    if (token.kind === 'close' && token.name === dropping.name) dropping.depth -= 1;
    if (dropping.depth === 0) dropping = undefined;
  };

  return {
    /** False when the drawing costs too much. */
    add(token: SvgToken): boolean {
      if (dropping) drop(token);
      else if (token.kind === 'open') return begin(token) && budget.elements >= 0 && budget.attributes >= 0;
      else if (token.kind === 'close') end(token.name);
      else if (started && token.kind === 'text') written += escapeXml(decodeReferences(token.value));
      else if (started && token.kind === 'cdata') written += escapeXml(token.value);
      return true;
    },
    isDone: (): boolean => started && open.length === 0,
    finish() {
      const closing = open.reverse().map((name) => `</${name}>`);
      return { svg: written + closing.join(''), removed };
    },
  };
};

/**
 * Gives the drawing as well-formed XML of its own making: one `svg` element, known namespaces, no comments, no
 * DOCTYPE. So what is cleaned and served is what was parsed here, and no second parser can read it otherwise.
 * Gives '' when there is no `svg` element, undefined when it costs more than `budget`, which it draws on.
 * Only elements and attributes that may be stored are written, because taking them out later costs the cleaning
 * library time that is quadratic in the drawing. `removed`: some were left out.
 */
export const rebuildSvg = (
  text: string,
  budget: SvgBudget,
  isReserved: IsReserved = () => false,
): { svg: string; removed: boolean } | undefined => {
  const writer = createWriter(budget, isReserved);
  for (const token of tokenizeSvg(text)) {
    if (!writer.add(token)) return undefined;
    if (writer.isDone()) break;
  }
  const rebuilt = writer.finish();
  return rebuilt.svg.length > maxWritten ? undefined : rebuilt;
};
