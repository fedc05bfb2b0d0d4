import { beginRound, findDelivery } from '../../db/deliveries.ts';
import type { Deps } from '../../deps.ts';
import type { DeliveryRef } from '../../domain/delivery.ts';
import { AppError, NotFoundError } from '../../errors.ts';
import { dispatchDelivery } from './dispatch-delivery.ts';

/**
 * Sends a delivery once more, with the same claims and a full round of attempts, however it stands: delivered, failed,
 * or waiting for its next attempt. Numbers of attempts go on.
 *
 * @throws NotFoundError; AppError `delivery_under_way` while an attempt is.
 */
export const redeliver = async (
  deps: Pick<Deps, 'db' | 'deliveryQueue' | 'log'>,
  { accountId, id }: Pick<DeliveryRef, 'accountId' | 'id'>,
): Promise<DeliveryRef> => {
  const delivery = await findDelivery(deps.db, accountId, id);
  if (!delivery) throw new NotFoundError(`There is no delivery ${id}.`);
  if (!(await beginRound(deps.db, delivery)))
    throw new AppError('delivery_under_way', 409, 'It is being delivered right now; try again when that has ended.');
  const again = { id, accountId, round: delivery.round + 1 };
  await dispatchDelivery(deps, again);
  return again;
};
