import { deleteUnusedAttachments } from '../../db/attachments.ts';
import { doomSoon } from '../../db/blob-collection.ts';
import { withTransaction, type Queryable } from '../../db/pool.ts';
import { deleteOldUploads } from '../../db/uploads.ts';
import { removeDoomed, type BlobLimits } from './collect-blobs.ts';
import { inBatches } from './in-batches.ts';
import type { CollectDeps } from './tasks.ts';

/** No upload takes longer to get from its reservation to its row: its bytes are here by then. */
const QUIET_SECONDS = 600;

/** @returns the digests of what it deleted. */
type DeleteSome = (tx: Queryable, hours: number, limit: number) => Promise<string[]>;

export interface CollectedUploads {
  /** Uploads, attachments that nothing uses included. */
  removed: number;
  /** Blobs of the store, those of other tasks included. */
  blobs: number;
}

/**
 * Removes uploads that were built, or that are too old, attachments that nothing has used for as long, and the bytes of those that no version refers to: a package holds
 * more than the app's files. Bytes are removed once nobody has stored the same for ten minutes, without the two graces of
 * {@link collectBlobs}.
 *
 * @throws UnavailableError when the store is away; the next run goes on.
 */
export const collectUploads = async (deps: CollectDeps, limits: BlobLimits): Promise<CollectedUploads> => {
  const { db, config } = deps;
  const { graceSeconds } = limits;
  const quietSeconds = Math.min(QUIET_SECONDS, graceSeconds);
  const removeSome = (deleteSome: DeleteSome) => (limit: number) =>
    withTransaction(db, async (tx) => {
      const digests = await deleteSome(tx, config.retention.uploadsHours, limit);
      if (digests.length > 0) await doomSoon(tx, digests, { graceSeconds, quietSeconds });
      return digests.length;
    });
  const removed =
    (await inBatches(removeSome(deleteOldUploads), limits)) +
    (await inBatches(removeSome(deleteUnusedAttachments), limits));
  return { removed, blobs: (await removeDoomed(deps, limits)).removed };
};
