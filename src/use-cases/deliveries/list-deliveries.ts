import {
  listDeliveryAttempts,
  listDeliveryRows,
  type Delivery,
  type DeliveryAttempt,
  type DeliveryFilter,
} from '../../db/deliveries.ts';
import type { Deps } from '../../deps.ts';

export interface DeliveryReport extends Delivery {
  /** In the order in which they were made; the last one may be under way. */
  attempts: DeliveryAttempt[];
}

/** Deliveries of an account with all their attempts, newest first. Two statements. */
export const listDeliveries = async ({ db }: Pick<Deps, 'db'>, filter: DeliveryFilter): Promise<DeliveryReport[]> => {
  const deliveries = await listDeliveryRows(db, filter);
  const ids = deliveries.map(({ id }) => id);
  const attempts = ids.length > 0 ? await listDeliveryAttempts(db, filter.accountId, ids) : [];
  return deliveries.map((delivery) => ({
    ...delivery,
    attempts: attempts.filter(({ deliveryId }) => deliveryId === delivery.id),
  }));
};
