import { setImmediate } from 'node:timers/promises';

/** Cleans one well-formed drawing. */
export interface Purifier {
  /** `removed`: something was taken out. Rejects what is not well-formed. */
  purify(svg: string): Promise<{ svg: string; removed: boolean }>;
}

/** An address inside the drawing; for links also one of the web. */
const isSafeHref = (element: string, value: string): boolean =>
  /^\s*#/.test(value) || (element === 'a' && /^\s*https?:\/\//i.test(value));

/** Unknown to the library, but they only describe. */
const harmlessAttributes = [
  'href',
  'role',
  'baseProfile',
  'calcMode',
  'enable-background',
  'filterRes',
  'requiredExtensions',
  'requiredFeatures',
  'xml:lang',
  'zoomAndPan',
];

/**
 * Each document that a window parses, and each pass of the cleaner, leaves something behind that later ones go
 * through: a thousand drawings in one window take a hundred times as long as ten. A new window takes 10 ms.
 */
const drawingsPerWindow = 100;

const createPurifier = async (): Promise<Purifier> => {
  const [{ JSDOM }, { default: createDOMPurify }] = await Promise.all([import('jsdom'), import('dompurify')]);

  const openWindow = () => {
    const { window } = new JSDOM('');
    const domPurify = createDOMPurify(window);
    domPurify.addHook('uponSanitizeAttribute', (element, data) => {
      const isHref = data.attrName === 'href' || data.attrName === 'xlink:href';
      if (isHref && !isSafeHref(element.nodeName.toLowerCase(), data.attrValue)) data.keepAttr = false;
      // A url() elsewhere would load something from outside.
      if (/url\s*\(\s*(?:["']\s*)?[^#"'\s]/i.test(data.attrValue)) data.keepAttr = false;
    });
    return { window, domPurify };
  };

  let tools = openWindow();
  let drawings = 0;
  return {
    async purify(svg) {
      if (drawings === drawingsPerWindow) {
        tools.window.close();
        tools = openWindow();
        drawings = 0;
        // What weak references point to is kept until the event loop turns; without this, 70 kB a drawing.
        await setImmediate();
      }
      drawings += 1;
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
