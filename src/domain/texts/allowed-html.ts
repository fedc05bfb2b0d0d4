/** Elements that Markdown has, and nothing else. */
export const allowedElements: readonly string[] = [
  'h1 h2 h3 h4 h5 h6 p br hr blockquote pre code'.split(' '),
  'strong em s a img ul ol li'.split(' '),
  'table thead tbody tr th td'.split(' '),
].flat();

const bareTag = new RegExp(`</?(?:${allowedElements.join('|')})>`, 'g');

/** Tells whether HTML has no tags but allowed ones without attributes: then there is nothing to remove from it. */
export const isBareHtml = (html: string): boolean => !html.replaceAll(bareTag, '').includes('<');
