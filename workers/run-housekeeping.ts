import type { Deps } from '../src/deps.ts';
import { readTask } from '../src/queue/housekeeping.ts';
import { readTextsPayload } from '../src/queue/texts.ts';
import { runTask } from '../src/use-cases/collect/run-task.ts';
import { renderAppTexts } from '../src/use-cases/texts/render-app-texts.ts';

/** Of one run: the next one comes soon, and meanwhile the worker may have to stop. */
const MOST = 10_000;

type HousekeepingDeps = Pick<Deps, 'db' | 'blobs' | 'packages' | 'config' | 'metrics' | 'log'>;

/** An entry of the queue. */
interface HousekeepingEntry {
  name: string;
  data: unknown;
}

/** Runs an entry of the housekeeping queue: the rendering of an app's texts, or one turn of a task. */
export const runHousekeeping = (
  deps: HousekeepingDeps,
  { name, data }: HousekeepingEntry,
  signal: AbortSignal,
): Promise<void> => {
  const appId = readTextsPayload(name, data);
  return appId === undefined ? runTurn(deps, name, signal) : runTexts(deps, appId, signal);
};

/** What fails is enqueued again by the sweep. */
const runTexts = async (deps: HousekeepingDeps, appId: number, signal: AbortSignal): Promise<void> => {
  const begun = performance.now();
  try {
    const rendered = await renderAppTexts(deps, appId, signal);
    deps.metrics.upkeep.housekept('texts.render', 'rendered', rendered);
    deps.log.debug('texts rendered', { appId, rendered, ms: Math.round(performance.now() - begun) });
  } catch (err) {
    if (!signal.aborted) deps.log.warn('texts not rendered', { appId, err });
  }
};

/**
 * One turn of a task of the housekeeping; says what it did in one line, for debugging where
 * that was nothing. A turn that fails is not tried again: the next
 * one does its work.
 */
const runTurn = async (deps: HousekeepingDeps, name: string, signal: AbortSignal): Promise<void> => {
  const task = readTask(name);
  // Of a newer release that is being rolled out: its own workers take the next turn.
  if (!task) return deps.log.warn('housekeeping unknown', { task: name });
  const begun = performance.now();
  const graceSeconds = deps.config.retention.blobGraceMinutes * 60;
  try {
    const counts = await runTask(deps, task, { most: MOST, graceSeconds, signal });
    if (!counts) return deps.log.debug('housekeeping done elsewhere', { task });
    for (const [what, count] of Object.entries(counts)) deps.metrics.upkeep.housekept(task, what, count);
    const fields = { task, ...counts, ms: Math.round(performance.now() - begun) };
    const idle = Object.values(counts).every((count) => count === 0);
    deps.log[idle ? 'debug' : 'info']('housekeeping', fields);
  } catch (err) {
    deps.log.warn('housekeeping failed', { task, err });
  }
};
