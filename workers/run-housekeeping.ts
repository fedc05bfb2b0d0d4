import type { Deps } from '../src/deps.ts';
import { readTask } from '../src/queue/housekeeping.ts';
import { runTask } from '../src/use-cases/collect/run-task.ts';

/** Of one run: the next one comes soon, and meanwhile the worker may have to stop. */
const MOST = 10_000;

/**
 * One turn of a task of the housekeeping; says what it did in one line, for debugging where
 * that was nothing. A turn that fails is not tried again: the next
 * one does its work.
 */
export const runHousekeeping = async (
  deps: Pick<Deps, 'db' | 'blobs' | 'config' | 'metrics' | 'log'>,
  name: string,
  signal: AbortSignal,
): Promise<void> => {
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
