import { setImmediate } from 'node:timers/promises';
import { harmlessAttributes } from './stored-allow-list.ts';
import { isSafeHref, loadsSomething } from './stored-rules.ts';

/** Cleans one well-formed drawing. The second line of defence, behind what is not even written (`rebuild-svg.ts`). */
export interface Purifier {
  /** `removed`: something was taken out. Rejects what is not well-formed. */
  purify(svg: string): Promise<{ svg: string; removed: boolean }>;
  /** Whether a page's scripts could mistake an id for something of the page, such as `title`: it is taken out. */
  isReserved: (id: string) => boolean;
}

/**
 * Each document that a window parses, and each pass of the cleaner, leaves something behind that later ones go
 * through: a thousand drawings in one window take a hundred times as long as ten. A new window takes 10 ms.
 */
const drawingsPerWindow = 100;
/** A window holds on to what it parsed: some 4 kB an element, which is written in four characters or more. */
const charactersPerWindow = 256 * 1024;

const createPurifier = async (): Promise<Purifier> => {
  const [{ JSDOM }, { default: createDOMPurify }] = await Promise.all([import('jsdom'), import('dompurify')]);

  const openWindow = () => {
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
    return { window, domPurify, isReserved };
  };

  let tools = openWindow();
  let drawings = 0;
  let characters = 0;
  return {
    isReserved: (name) => tools.isReserved(name),
    async purify(svg) {
      if (drawings === drawingsPerWindow || characters > charactersPerWindow) {
        tools.window.close();
        tools = openWindow();
        drawings = 0;
        characters = 0;
        // What weak references point to is kept until the event loop turns; without this, 70 kB a drawing.
        await setImmediate();
      }
      drawings += 1;
      characters += svg.length;
      const { window, domPurify } = tools;
      const root = new window.DOMParser().parseFromString(svg, 'image/svg+xml').documentElement;
      domPurify.sanitize(root, {
        IN_PLACE: true,
        USE_PROFILES: { svg: true, svgFilters: true },
        ADD_TAGS: ['use'],
        ADD_ATTR: harmlessAttributes,
        FORBID_TAGS: ['style', 'image', 'foreignobject', 'feimage'],
      });
      return { svg: new window.XMLSerializer().serializeToString(root), removed: domPurify.removed.length > 0 };
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
