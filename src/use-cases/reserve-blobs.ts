import { setTimeout as sleep } from 'node:timers/promises';
import { holdBlobs, reserveBlobs as reserveRows, type Blob, type BlobReservation } from '../db/blobs.ts';
import type { Queryable } from '../db/pool.ts';
import type { Deps } from '../deps.ts';
import { AppError, UnavailableError } from '../errors.ts';

/** A removal takes milliseconds, unless whoever was at it died: then up to 30 s. */
const POLL_MS = 200;

export interface ReserveOptions {
  /** How long to wait for blobs that are being removed right now. */
  waitMs: number;
  signal?: AbortSignal;
}

/**
 * To be called before blobs are stored: until {@link holdReserved} says otherwise, the collector leaves them alone. One
 * statement, whatever their number.
 *
 * @throws UnavailableError when some are still being removed after `waitMs`.
 */
export const reserveBlobs = async (
  { db }: Pick<Deps, 'db'>,
  blobs: readonly Blob[],
  { waitMs, signal }: ReserveOptions,
): Promise<BlobReservation[]> => {
  const giveUp = performance.now() + waitMs;
  let left = blobs;
  const reserved: BlobReservation[] = [];
  for (;;) {
    reserved.push(...(await reserveRows(db, left)));
    const done = new Set(reserved.map(({ sha256 }) => sha256));
    left = left.filter(({ sha256 }) => !done.has(sha256));
    if (left.length === 0) return reserved;
    if (performance.now() >= giveUp)
      throw new UnavailableError('The blob store', new Error(`${left.length} blobs are being removed`));
    await sleep(POLL_MS, undefined, { ...(signal && { signal }) });
  }
};

/**
 * To be called in the transaction that refers to reserved blobs. Nothing is taken for granted: an attempt that was
 * stopped for hours and goes on finds out here that its files are gone.
 *
 * @throws AppError `blob_collected`, after which the next attempt stores them anew.
 */
export const holdReserved = async (tx: Queryable, reserved: readonly BlobReservation[]): Promise<void> => {
  if (await holdBlobs(tx, reserved)) return;
  throw new AppError('blob_collected', 503, 'It took so long that its files were cleared away. Try again.', {
    retryable: true,
  });
};
