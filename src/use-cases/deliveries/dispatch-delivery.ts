import { afterCommit } from '../../db/stand-in.ts';
import type { Deps } from '../../deps.ts';
import type { DeliveryRef } from '../../domain/delivery.ts';

/**
 * Enqueues a delivery whose row is committed. The row is the truth: when the queue is away the caller is not failed,
 * and the sweep enqueues the delivery later. One round trip, 2 s at the most.
 */
export const dispatchDelivery = (
  { db, deliveryQueue, log }: Pick<Deps, 'db' | 'deliveryQueue' | 'log'>,
  delivery: DeliveryRef,
): Promise<void> =>
  afterCommit(db, () =>
    deliveryQueue.enqueue(delivery).catch((err: unknown) => {
      log.warn('enqueue left to the sweep', { deliveryId: delivery.id, accountId: delivery.accountId, err });
    }),
  );
