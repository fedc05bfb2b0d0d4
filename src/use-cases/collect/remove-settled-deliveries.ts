import { deleteSettledDeliveries } from '../../db/deliveries.ts';
import type { Deps } from '../../deps.ts';
import { BATCH, inBatches, type CollectLimits } from './in-batches.ts';

/** So long it can be seen what was sent, and asked for once more. */
const KEPT_DAYS = 30;

/** Removes deliveries with their attempts, delivered or failed more than 30 days ago. @returns how many. */
export const removeSettledDeliveries = (
  { db }: Pick<Deps, 'db'>,
  limits: CollectLimits,
  batch = BATCH,
): Promise<number> => inBatches((limit) => deleteSettledDeliveries(db, KEPT_DAYS, limit), limits, batch);
