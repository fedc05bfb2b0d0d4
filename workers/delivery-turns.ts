import { postponeSweep } from '../src/db/deliveries.ts';
import { MAX_UNDER_WAY, type DeliveryRef } from '../src/domain/delivery.ts';
import { runDelivery, type DeliveryDeps, type NextWake } from './run-delivery.ts';

export interface DeliveryTurns {
  /** As {@link runDelivery}, or nothing but when to come back, when its account has enough of them under way here. */
  run(delivery: DeliveryRef, stop: AbortSignal): Promise<NextWake>;
}

const WAIT_MS = 1_000;
/** Between two of an account that come back: thousands at once would leave the queue and the database no time. */
const APART_MS = 10;

/**
 * Turns those of an account away of which as many are under way in this worker as may be. The claim decides that for all
 * workers; but a burst of one account would then stand in line for its lock, with every connection to the database.
 */
export const createDeliveryTurns = (deps: DeliveryDeps): DeliveryTurns => {
  const underWay = new Map<number, number>();
  /** When the one turned away last comes back, of each account that has some under way. */
  const lastTurn = new Map<number, number>();

  const turnAway = async (delivery: DeliveryRef): Promise<NextWake> => {
    const now = Date.now();
    const turn = Math.max(now + WAIT_MS, (lastTurn.get(delivery.accountId) ?? 0) + APART_MS);
    lastTurn.set(delivery.accountId, turn);
    return (await postponeSweep(deps.db, delivery, turn - now)) ? turn - now : undefined;
  };

  return {
    async run(delivery, stop) {
      const { accountId } = delivery;
      const others = underWay.get(accountId) ?? 0;
      if (others >= MAX_UNDER_WAY) return turnAway(delivery);
      underWay.set(accountId, others + 1);
      try {
        return await runDelivery(deps, delivery, stop);
      } finally {
        const left = underWay.get(accountId)! - 1;
        if (left > 0) underWay.set(accountId, left);
        else {
          underWay.delete(accountId);
          lastTurn.delete(accountId);
        }
      }
    },
  };
};
