import { setImmediate } from 'node:timers/promises';
import { harmlessAttributes } from './stored-allow-list.ts';
import { isSafeHref, loadsSomething } from './stored-rules.ts';

/** What the library makes of a drawing. */
export interface Purified {
  svg: string;
  /** Something was taken out. */
  removed: boolean;
}

/** Cleans well-formed drawings. The second line of defence, behind what is not even written (`rebuild-svg.ts`). */
export interface Purifier {
  /** Cleans one drawing. Rejects one that is not well-formed. */
  purify(svg: string): Promise<Purified>;
  /**
   * Cleans many drawings, with the result that {@link purify} has for each of them; undefined where that rejects. A pass of the
   * library over one document with a thousand small drawings takes a fraction of a thousand passes.
   */
  purifyAll(svgs: readonly string[]): Promise<(Purified | undefined)[]>;
  /** Whether a page's scripts could mistake an id for something of the page, such as `title`: it is taken out. */
  isReserved: (id: string) => boolean;
}

/**
 * Each document that a window parses, and each pass of the cleaner, leaves something behind that later ones go
 * through: a thousand passes in one window take a hundred times as long as ten. A new window takes 10 ms.
 */
const passesPerWindow = 100;
/** A window holds on to what it parsed: some 4 kB an element, which is written in four characters or more. */
const charactersPerWindow = 256 * 1024;

const svgNamespace = 'http://www.w3.org/2000/svg';

const cleaning = {
  IN_PLACE: true,
  USE_PROFILES: { svg: true, svgFilters: true },
  ADD_TAGS: ['use'],
  ADD_ATTR: harmlessAttributes,
  FORBID_TAGS: ['style', 'image', 'foreignobject', 'feimage'],
} as const;

const createWindow = async () => {
  const [{ JSDOM }, { default: createDOMPurify }] = await Promise.all([import('jsdom'), import('dompurify')]);
  return () => {
    const { window } = new JSDOM('');
    const domPurify = createDOMPurify(window);
    domPurify.addHook('uponSanitizeAttribute', (element, data) => {
      const isHref = data.attrName === 'href' || data.attrName === 'xlink:href';
      if (isHref && !isSafeHref(element.nodeName.toLowerCase(), data.attrValue)) data.keepAttr = false;
      if (loadsSomething(data.attrName, data.attrValue)) data.keepAttr = false;
    });
    const { document } = window;
    const form = document.createElement('form');
    const isReserved = (name: string): boolean => name in document || name in form;
    /** The cleaned root of a document. */
    const clean = (xml: string): { root: Element; removed: boolean } => {
      const root = new window.DOMParser().parseFromString(xml, 'image/svg+xml').documentElement;
      domPurify.sanitize(root, {
        ...cleaning,
        ADD_TAGS: [...cleaning.ADD_TAGS],
        FORBID_TAGS: [...cleaning.FORBID_TAGS],
      });
      return { root, removed: domPurify.removed.length > 0 };
    };
    const write = (node: Node): string => new window.XMLSerializer().serializeToString(node);
    return { close: () => window.close(), isReserved, clean, write };
  };
};

const createPurifier = async (): Promise<Purifier> => {
  const openWindow = await createWindow();
  let tools = openWindow();
  let passes = 0;
  let characters = 0;

  const cleanDocument = async (xml: string) => {
    if (passes === passesPerWindow || characters > charactersPerWindow) {
      tools.close();
      tools = openWindow();
      passes = 0;
      characters = 0;
      // What weak references point to is kept until the event loop turns; without this, 70 kB a drawing.
      await setImmediate();
    }
    passes += 1;
    characters += xml.length;
    return { ...tools.clean(xml), write: tools.write };
  };

  const purify = async (svg: string): Promise<Purified> => {
    const { root, removed, write } = await cleanDocument(svg);
    return { svg: write(root), removed };
  };

  /** All in one document. Undefined when anything in it is not as it was written: then each is looked at by itself. */
  const purifyTogether = async (svgs: readonly string[]): Promise<Purified[] | undefined> => {
    const { root, removed, write } = await cleanDocument(`<svg xmlns="${svgNamespace}">${svgs.join('')}</svg>`);
    if (removed || root.childNodes.length !== svgs.length) return undefined;
    return Array.from(root.childNodes, (node) => ({ svg: write(node), removed: false }));
  };

  return {
    isReserved: (name) => tools.isReserved(name),
    purify,
    async purifyAll(svgs) {
      const together = svgs.length > 1 ? await purifyTogether(svgs).catch(() => undefined) : undefined;
      if (together) return together;
      const results: (Purified | undefined)[] = [];
      // What upsets the library is refused, and nothing else happens.
      for (const svg of svgs) results.push(await purify(svg).catch(() => undefined));
      return results;
    },
  };
};

let purifier: Promise<Purifier> | undefined;

/**
 * Loads DOMPurify and the DOM that it needs: about 0.8 s and 60 MB, so only once a package has a drawing, and then
 * kept.
 */
export const loadPurifier = (): Promise<Purifier> => {
  purifier ??= createPurifier();
  return purifier;
};
