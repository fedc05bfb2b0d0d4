import { deleteOldKeys } from '../../db/idempotency-keys.ts';
import type { Queryable } from '../../db/pool.ts';

/** In one statement: it holds their rows until it ends. */
const BATCH = 1_000;

/** Removes answers that were kept for 24 hours; from then on their keys mean new requests. @returns how many. */
export const removeOldKeys = async ({ db }: { db: Queryable }, batch = BATCH): Promise<number> => {
  let removed = 0;
  for (;;) {
    const some = await deleteOldKeys(db, batch);
    removed += some;
    if (some < batch) return removed;
  }
};
