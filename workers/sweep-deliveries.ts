import { takeDueDeliveries } from '../src/db/deliveries.ts';
import { withAdvisoryLock } from '../src/db/pool.ts';
import type { Deps } from '../src/deps.ts';

/** Any constant does that no other lock has; every process that sweeps must use the same one. */
const SWEEP_LOCK = 4_207_003;
/** A delivery is looked at once it is due, and nothing has touched its row, for that long, in seconds. */
const QUIET_SECONDS = 10;
const MOST_DELIVERIES = 1_000;

export type DeliverySweepDeps = Pick<Deps, 'db' | 'deliveryQueue' | 'metrics' | 'log'>;

/**
 * Enqueues deliveries that are due and not in the queue: the enqueue after the commit failed, the queue lost them, or
 * the worker of an attempt never came back. One process at a time.
 *
 * @returns how many it enqueued.
 */
export const sweepDeliveries = async (deps: DeliverySweepDeps, quietSeconds = QUIET_SECONDS): Promise<number> => {
  const { db, deliveryQueue, metrics, log } = deps;
  if (!deliveryQueue.ready()) return 0;
  const mended = await withAdvisoryLock(db, SWEEP_LOCK, async () => {
    let count = 0;
    for (const delivery of await takeDueDeliveries(db, quietSeconds, MOST_DELIVERIES)) {
      if (!(await deliveryQueue.enqueueIfLost(delivery))) continue;
      log.warn('delivery enqueued again', { deliveryId: delivery.id, accountId: delivery.accountId });
      count += 1;
    }
    return count;
  });
  if (mended !== undefined) metrics.upkeep.swept('deliveries', { enqueued: mended });
  return mended ?? 0;
};
