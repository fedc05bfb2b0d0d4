import { beginDeletion, doomBlobs, endDeletion, lockDoomed } from '../../db/blob-collection.ts';
import { DELETION_SECONDS, type Blob, type BlobReservation } from '../../db/blobs.ts';
import { withTransaction } from '../../db/pool.ts';
import type { Deps } from '../../deps.ts';
import { UnavailableError } from '../../errors.ts';
import type { CollectLimits } from './in-batches.ts';

export interface BlobLimits extends CollectLimits {
  /** Between a blob's last use and its doom, and again until it is removed. */
  graceSeconds: number;
}

export interface CollectedBlobs {
  doomed: number;
  removed: number;
  /** Of the removed ones. */
  bytes: number;
}

type CollectDeps = Pick<Deps, 'db' | 'blobs'>;

/**
 * Removes blobs that nothing refers to, in two phases: it dooms those that nobody has touched for a grace, and removes
 * those that were doomed a grace ago, by an earlier run unless the grace is 0. Whoever reserves one before that saves it.
 *
 * @throws UnavailableError when the store is away; the next run goes on.
 */
export const collectBlobs = async (deps: CollectDeps, limits: BlobLimits): Promise<CollectedBlobs> => {
  const doomed = await doomAll(deps, limits);
  return { doomed, ...(await removeDoomed(deps, limits)) };
};

const PAGE = 2_000;

const doomAll = async ({ db }: CollectDeps, { graceSeconds, signal }: BlobLimits): Promise<number> => {
  let doomed = 0;
  let after: string | null = '';
  while (after !== null && signal?.aborted !== true) {
    const page = await doomBlobs(db, { after, limit: PAGE, graceSeconds });
    doomed += page.doomed;
    after = page.last;
  }
  return doomed;
};

/** Removed at once; each gets a request of its own. */
const AT_ONCE = 20;
/**
 * A request that is sent later than that after the marks were set might outlive {@link DELETION_SECONDS}, and remove what
 * somebody has stored anew: the store may take some 15 s over one.
 */
const SEND_WITHIN_MS = (DELETION_SECONDS * 1_000) / 6;

/** Removes what was doomed a grace ago. */
export const removeDoomed = async (
  deps: CollectDeps,
  { graceSeconds, most, signal }: BlobLimits,
): Promise<Omit<CollectedBlobs, 'doomed'>> => {
  let [removed, bytes] = [0, 0];
  while (removed < most && signal?.aborted !== true) {
    const begun = performance.now();
    const limit = Math.min(AT_ONCE, most - removed);
    const { locked, doomed } = await withTransaction(deps.db, async (tx) => {
      const digests = await lockDoomed(tx, graceSeconds, limit);
      return { locked: digests.length, doomed: await beginDeletion(tx, digests) };
    });
    if (locked === 0) break;
    const gone = await removeAll(deps, doomed, begun + SEND_WITHIN_MS);
    removed += gone.length;
    bytes += gone.reduce((sum, { size }) => sum + size, 0);
  }
  return { removed, bytes };
};

/** @throws the first failure, once the rows of those that are gone are gone too. The others are marked, and come again. */
const removeAll = async (
  { db, blobs }: CollectDeps,
  doomed: (Blob & BlobReservation)[],
  sendUntil: number,
): Promise<(Blob & BlobReservation)[]> => {
  const ends = await Promise.allSettled(
    doomed.map(async (blob) => {
      if (performance.now() > sendUntil) throw new UnavailableError('The database', new Error('too slow to be safe'));
      await blobs.remove(blob.sha256);
      return blob;
    }),
  );
  const gone = ends.flatMap((end) => (end.status === 'fulfilled' ? [end.value] : []));
  await endDeletion(db, gone);
  const failed = ends.find((end) => end.status === 'rejected');
  if (failed) throw failed.reason as Error;
  return gone;
};
