import type { RenderedText, RenderLimits } from '../domain/texts/render-limits.ts';
import { renderTexts } from '../domain/texts/render-texts.ts';

export interface TextRequest {
  texts: readonly string[];
  limits: RenderLimits;
}

/** Runs on a thread. */
// oxlint-disable-next-line import/no-default-export -- the shape piscina asks for
export default ({ texts, limits }: TextRequest): Promise<RenderedText[]> => renderTexts(texts, limits);
