import type { Deps } from '../../deps.ts';
import type { DeliveryRef } from '../../domain/delivery.ts';

/**
 * Enqueues a delivery whose row is committed. The row is the truth: when the queue is away the caller is not failed,
 * and the sweep enqueues the delivery later. One round trip, 2 s at the most.
 */
export const dispatchDelivery = async (
  { deliveryQueue, log }: Pick<Deps, 'deliveryQueue' | 'log'>,
  delivery: DeliveryRef,
): Promise<void> => {
  await deliveryQueue.enqueue(delivery).catch((err: unknown) => {
    log.warn('enqueue left to the sweep', { deliveryId: delivery.id, accountId: delivery.accountId, err });
  });
};
