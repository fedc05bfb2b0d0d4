import { listUnrenderedApps, skipAppsWithoutTexts } from '../src/db/app-texts.ts';
import { withAdvisoryLock } from '../src/db/pool.ts';
import type { Deps } from '../src/deps.ts';
import { RENDERER_VERSION } from '../src/domain/texts/renderer-version.ts';

/** Any constant does that no other lock has; every process that sweeps must use the same one. */
const SWEEP_LOCK = 4_207_004;
/** They stand before other housekeeping: some 20 ms each, and 10 s where the texts are made to be slow. */
const MOST_ENQUEUED = 100;
const MOST_SKIPPED = 1_000;

export type TextSweepDeps = Pick<Deps, 'db' | 'textQueue' | 'metrics'>;

/**
 * Enqueues the rendering of apps whose current version is not rendered by this version of the renderer: another release
 * published it, an upgrade raised the version, or the job was lost. One process at a time.
 *
 * @returns how many it enqueued, or noted as having no texts.
 */
export const sweepTexts = async ({ db, textQueue, metrics }: TextSweepDeps): Promise<number> => {
  if (!textQueue.ready()) return 0;
  const swept = await withAdvisoryLock(db, SWEEP_LOCK, async () => {
    const skipped = await skipAppsWithoutTexts(db, RENDERER_VERSION, MOST_SKIPPED);
    const apps = await listUnrenderedApps(db, RENDERER_VERSION, MOST_ENQUEUED);
    for (const appId of apps) await textQueue.enqueue(appId);
    return { enqueued: apps.length, skipped };
  });
  if (swept) metrics.upkeep.swept('texts', swept);
  return swept ? swept.enqueued + swept.skipped : 0;
};
