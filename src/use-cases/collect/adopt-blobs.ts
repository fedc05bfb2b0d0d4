import { adoptBlobs as adoptRows, listUnknown } from '../../db/blob-collection.ts';
import type { Blob } from '../../db/blobs.ts';
import type { Deps } from '../../deps.ts';
import type { CollectLimits } from './in-batches.ts';

/**
 * Takes into the table what the store has and the table lacks, so that it is collected too unless something refers to
 * it: left by a writer that was stopped for hours, by a release of long ago, or by a database that was restored from an
 * older copy. Lists the whole store.
 *
 * @returns how many it took in.
 */
export const adoptBlobs = async (
  { db, blobs }: Pick<Deps, 'db' | 'blobs'>,
  { most, signal }: CollectLimits,
): Promise<number> => {
  let adopted = 0;
  for await (const digests of blobs.list()) {
    if (adopted >= most || signal?.aborted === true) break;
    if (digests.length === 0) continue;
    const found: Blob[] = [];
    for (const sha256 of await listUnknown(db, digests)) {
      const size = await blobs.size(sha256);
      if (size !== undefined) found.push({ sha256, size });
    }
    if (found.length > 0) adopted += await adoptRows(db, found);
  }
  return adopted;
};
