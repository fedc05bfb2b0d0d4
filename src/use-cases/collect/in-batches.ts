/** How much of its work a collection does at once, and for how long it may go on. */
export interface CollectLimits {
  /** Rows, or blobs, at the most; the next run does the rest. */
  most: number;
  /** Fires when the process has to stop: what is done is done. */
  signal?: AbortSignal;
}

/** In one statement: it holds their rows until it ends. */
export const BATCH = 500;

/**
 * Calls `deleteSome` until it finds no more, or enough is deleted.
 *
 * @param batch rows of one statement.
 * @returns how many were deleted.
 */
export const inBatches = async (
  deleteSome: (limit: number) => Promise<number>,
  { most, signal }: CollectLimits,
  batch = BATCH,
): Promise<number> => {
  let deleted = 0;
  while (deleted < most && signal?.aborted !== true) {
    const limit = Math.min(batch, most - deleted);
    const count = await deleteSome(limit);
    deleted += count;
    if (count < limit) break;
  }
  return deleted;
};
