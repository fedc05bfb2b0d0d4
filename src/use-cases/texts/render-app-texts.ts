import { findAppMarkdown, setAppTexts } from '../../db/app-texts.ts';
import { withTransaction } from '../../db/pool.ts';
import { RENDERER_VERSION } from '../../domain/texts/renderer-version.ts';
import { renderTexts, type RenderDeps } from './render-texts.ts';

/**
 * Renders what is not rendered yet of an app's current version, and notes that it is done. Changes nothing when the app
 * is gone or has another version by then.
 *
 * @returns how many texts it rendered.
 * @throws AbortError when the signal fires.
 */
export const renderAppTexts = async (deps: RenderDeps, appId: number, signal: AbortSignal): Promise<number> => {
  const found = await findAppMarkdown(deps.db, appId);
  if (!found) return 0;
  const { digests, rendered } = await renderTexts(deps, found.texts, signal);
  const app = { appId, versionId: found.versionId, rendererVersion: RENDERER_VERSION, digests };
  await withTransaction(deps.db, (tx) => setAppTexts(tx, app));
  return rendered;
};
