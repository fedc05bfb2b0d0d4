import { allowedElements } from './allowed-html.ts';
import { isAllowedLink } from './allowed-link.ts';

/** Removes from HTML whatever is not allowed in a rendered text. */
export type SanitizeHtml = (html: string) => string;

/** Attributes by name, each with what its value must be. */
const allowedAttributes: Readonly<Record<string, (value: string) => boolean>> = {
  href: isAllowedLink,
  src: isAllowedLink,
  title: () => true,
  alt: () => true,
  start: (value) => /^\d{1,9}$/.test(value),
  // The language of a code block, and the alignment of a table's column.
  class: (value) => /^language-\S+$/.test(value),
  style: (value) => /^text-align:(left|center|right)$/.test(value),
};

/** A window keeps what it has parsed: 60 MB for this many characters of HTML. */
const CHARACTERS_PER_WINDOW = 256 * 1024;

const createSanitizer = async (): Promise<SanitizeHtml> => {
  const [{ JSDOM }, { default: createDOMPurify }] = await Promise.all([import('jsdom'), import('dompurify')]);

  const openWindow = () => {
    const { window } = new JSDOM('');
    const domPurify = createDOMPurify(window);
    domPurify.addHook('uponSanitizeAttribute', (_element, data) => {
      if (allowedAttributes[data.attrName]?.(data.attrValue) !== true) data.keepAttr = false;
    });
    return { window, domPurify };
  };

  let tools: ReturnType<typeof openWindow> | undefined;
  let characters = 0;
  return (html) => {
    if (characters > CHARACTERS_PER_WINDOW) {
      tools?.window.close();
      tools = undefined;
      characters = 0;
    }
    // A window whose work is interrupted is not used again.
    const { window, domPurify } = tools ?? openWindow();
    tools = undefined;
    const clean = domPurify.sanitize(html, {
      ALLOWED_TAGS: [...allowedElements],
      ALLOWED_ATTR: Object.keys(allowedAttributes),
      ALLOW_DATA_ATTR: false,
      ALLOW_ARIA_ATTR: false,
    });
    tools = { window, domPurify };
    characters += html.length;
    return clean;
  };
};

let sanitizer: Promise<SanitizeHtml> | undefined;

/** Loads DOMPurify and the DOM that it needs: about 1 s and 60 MB, so only for a text that needs it, and then kept. */
export const loadSanitizer = (): Promise<SanitizeHtml> => {
  sanitizer ??= createSanitizer();
  return sanitizer;
};
