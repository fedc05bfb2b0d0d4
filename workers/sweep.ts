import { withAdvisoryLock } from '../src/db/pool.ts';
import type { Deps } from '../src/deps.ts';
import { sealPlainDefaults } from '../src/use-cases/secret-defaults.ts';
import { sweepDeliveries, type DeliverySweepDeps } from './sweep-deliveries.ts';
import { endOverdue, enqueueLost, giveTurns } from './sweep-jobs.ts';
import { sweepTexts, type TextSweepDeps } from './sweep-texts.ts';

/** Any constant does; every process that sweeps must use the same one. */
const SWEEP_LOCK = 4_207_002;
const INTERVAL_MS = 15_000;
/** A job is looked at once nothing has touched its row for that long, in seconds. */
const QUIET_SECONDS = 10;

type SweepDeps = Pick<Deps, 'db' | 'producer' | 'log' | 'config' | 'metrics'>;

/** How many jobs were mended, by what had to be done. */
export interface Swept {
  /** Attempts ended at their deadline. */
  overdue: number;
  /** Enqueued again. */
  enqueued: number;
  /** Given their turn. */
  turns: number;
}

/**
 * Sees that every job goes on or ends, one process at a time. While the queue is away only what needs none is done.
 *
 * @returns undefined when another process is at it.
 */
export const sweep = async (deps: SweepDeps, quietSeconds = QUIET_SECONDS): Promise<Swept | undefined> => {
  let whole = deps.producer.ready();
  const swept = await withAdvisoryLock(deps.db, SWEEP_LOCK, async () => {
    // What fails keeps the others from nothing; the next sweep tries it again.
    const counted = (step: Promise<number>): Promise<number> =>
      step.catch((err: unknown) => {
        deps.log.warn('sweep failed', { err });
        whole = false;
        return 0;
      });
    const overdue = await counted(endOverdue(deps));
    if (!deps.producer.ready()) return { overdue, enqueued: 0, turns: 0 };
    const enqueued = await counted(enqueueLost(deps, quietSeconds));
    return { overdue, enqueued, turns: await counted(giveTurns(deps)) };
  });
  // One that could not look at everything is none: operators hear of sweeps that stop.
  if (swept && whole) deps.metrics.upkeep.swept('jobs', { ...swept });
  return swept;
};

/** Batches of 100 defaults that one sweep encrypts at most; the next sweep goes on. */
const BATCHES_OF_DEFAULTS = 20;

/** Sweeps now and every 15 s: jobs, deliveries, texts, and defaults that are not encrypted yet. */
export const startSweep = (
  deps: SweepDeps & DeliverySweepDeps & TextSweepDeps & Pick<Deps, 'cipher'>,
  intervalMs = INTERVAL_MS,
): { close(): Promise<void> } => {
  let running: Promise<unknown> = Promise.resolve();
  const run = (): void => {
    const failed = (err: unknown): void => deps.log.warn('sweep failed', { err });
    running = running
      .then(() => sweep(deps))
      .catch(failed)
      .then(() => sweepDeliveries(deps))
      .catch(failed)
      .then(() => sweepTexts(deps))
      .catch(failed)
      .then(() => sealPlainDefaults(deps, BATCHES_OF_DEFAULTS))
      .catch(failed);
  };
  run();
  const timer = setInterval(run, intervalMs);
  return {
    async close() {
      clearInterval(timer);
      await running;
    },
  };
};
