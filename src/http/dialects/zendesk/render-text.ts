import { LRUCache } from 'lru-cache';
import MarkdownIt from 'markdown-it';

/**
 * HTML in the text is shown as text, and links lead to http, https and mail only. A line break stays one.
 */
const markdown = new MarkdownIt({ html: false, breaks: true });

/** In characters. Some texts take time that grows with the square of their length: 20 ms for one of this length. */
const LONGEST_RENDERED = 20_000;

/** 0.15 ms for a text of 1 kB, for each text of each app in a list, so each is rendered once. In characters. */
const rendered = new LRUCache<string, string>({
  maxSize: 16_000_000,
  sizeCalculation: (html, text) => html.length + text.length + 1,
});

/**
 * A text of a package as a page shows it: Markdown as HTML that is safe to put into it. One that is far too long for a
 * listing is shown as it is.
 */
export const renderText = (text: string): string => {
  const known = rendered.get(text);
  if (known !== undefined) return known;
  const html = text.length > LONGEST_RENDERED ? `<p>${markdown.utils.escapeHtml(text)}</p>\n` : markdown.render(text);
  rendered.set(text, html);
  return html;
};
