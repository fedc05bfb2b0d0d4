import { saveRenderedTexts, touchRenderedTexts } from '../../db/rendered-texts.ts';
import type { Deps } from '../../deps.ts';
import type { RenderedText } from '../../domain/texts/render-limits.ts';
import { RENDERER_VERSION } from '../../domain/texts/renderer-version.ts';
import { textDigest } from '../../domain/texts/text-digest.ts';

export type RenderDeps = Pick<Deps, 'db' | 'packages' | 'log'>;

export interface RenderedTexts {
  /** Of all texts. */
  digests: string[];
  /** How many were not stored yet. */
  rendered: number;
}

/**
 * Renders on a thread those of an app's texts whose HTML is not stored yet, and stores it; HTML that no app refers to is
 * kept for an hour. A text that ends its thread is stored as plain text: it is not tried again.
 *
 * @param texts each once.
 * @throws AbortError when the signal fires.
 */
export const renderTexts = async (
  deps: RenderDeps,
  texts: readonly string[],
  signal: AbortSignal,
): Promise<RenderedTexts> => {
  if (texts.length === 0) return { digests: [], rendered: 0 };
  const byDigest = new Map(texts.map((text) => [textDigest(text), text]));
  const digests = [...byDigest.keys()];
  const stored = await touchRenderedTexts(deps.db, digests, RENDERER_VERSION);
  const missing = [...byDigest].filter(([digest]) => !stored.has(digest)).map(([, text]) => text);
  if (missing.length > 0)
    await saveRenderedTexts(deps.db, await renderOnThread(deps, missing, signal), RENDERER_VERSION);
  return { digests, rendered: missing.length };
};

const renderOnThread = async (
  { packages, log }: RenderDeps,
  texts: readonly string[],
  signal: AbortSignal,
): Promise<RenderedText[]> => {
  try {
    return await packages.renderTexts(texts, { signal });
  } catch (err) {
    signal.throwIfAborted();
    log.error('texts are shown as plain text: their thread failed', { texts: texts.length, err });
    return texts.map((text) => ({ digest: textDigest(text), html: null }));
  }
};
