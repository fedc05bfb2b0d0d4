import { setImmediate as nextTurn } from 'node:timers/promises';
import MarkdownIt from 'markdown-it';
import { isBareHtml } from './allowed-html.ts';
import { isAllowedLink } from './allowed-link.ts';
import { loadSanitizer } from './html-sanitizer.ts';
import type { RenderedText, RenderLimits } from './render-limits.ts';
import { runLimited } from './run-limited.ts';
import { textDigest } from './text-digest.ts';

/** HTML in a text is shown as text. A line break stays one. */
const createMarkdown = () => {
  const markdown = new MarkdownIt({ html: false, breaks: true });
  markdown.validateLink = isAllowedLink;
  return markdown;
};

/**
 * Renders the Markdown of an app's texts as HTML that is safe on any page. Blocks its thread for as long as `limits` say,
 * so it belongs on a thread of its own.
 *
 * @param texts each different from the others.
 * @returns one result for each text, in their order.
 */
export const renderTexts = async (texts: readonly string[], limits: RenderLimits): Promise<RenderedText[]> => {
  const work = { markdown: createMarkdown(), leftMs: limits.allMs, leftCharacters: limits.maxHtmlCharacters };
  const rendered: RenderedText[] = [];
  for (const text of texts) {
    const html = await renderOne(text, work, limits);
    work.leftCharacters -= html?.length ?? 0;
    rendered.push({ digest: textDigest(text), html });
  }
  return rendered;
};

interface Work {
  markdown: ReturnType<typeof createMarkdown>;
  leftMs: number;
  leftCharacters: number;
}

const renderOne = async (text: string, work: Work, limits: RenderLimits): Promise<string | null> => {
  if (text.length > limits.maxCharacters) return null;
  const longest = Math.min(limits.maxGrowth * text.length + limits.spareCharacters, work.leftCharacters);
  const html = limited(work, limits, () => work.markdown.render(text));
  if (html === undefined) work.markdown = createMarkdown();
  if (html === undefined || html.length > longest) return null;
  if (isBareHtml(html)) return html;
  const sanitize = await loadSanitizer();
  const clean = limited(work, limits, () => sanitize(html));
  // What the sanitizer's weak references point to is kept until the event loop turns.
  await nextTurn();
  return clean === undefined || clean.length > longest ? null : clean;
};

/** Runs a step within what is left of the time. @returns undefined when there was not enough. */
const limited = (work: Work, { textMs }: RenderLimits, step: () => string): string | undefined => {
  const ms = Math.floor(Math.min(textMs, work.leftMs));
  if (ms < 1) return undefined;
  const begun = performance.now();
  const done = runLimited(ms, step);
  work.leftMs -= performance.now() - begun;
  return done?.result;
};
