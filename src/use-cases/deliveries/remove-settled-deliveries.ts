import { deleteSettledDeliveries } from '../../db/deliveries.ts';
import type { Deps } from '../../deps.ts';

/** So long it can be seen what was sent, and asked for once more. */
const KEPT_DAYS = 30;
/** In one statement: it holds their rows until it ends. */
const BATCH = 500;

/** Removes deliveries with their attempts, delivered or failed more than 30 days ago. */
export const removeSettledDeliveries = async ({ db }: Pick<Deps, 'db'>, batch = BATCH): Promise<void> => {
  while ((await deleteSettledDeliveries(db, KEPT_DAYS, batch)) === batch);
};
