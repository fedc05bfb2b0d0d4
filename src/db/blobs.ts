import type { Queryable } from './pool.ts';

export interface Blob {
  sha256: string;
  size: number;
}

/** One life of a blob: removed and stored anew, it is another one. */
export interface BlobReservation {
  sha256: string;
  generation: number;
}

/** A removal that was begun so long ago is not under way any more, in seconds. */
export const DELETION_SECONDS = 30;

/**
 * Says that these blobs are about to be stored and referred to: what was doomed is so no longer. One statement. In the
 * order of their digests, so that two which want the same ones cannot wait for each other.
 *
 * @returns the reservations; those that are being removed right now are left out.
 */
export const reserveBlobs = async (db: Queryable, blobs: readonly Blob[]): Promise<BlobReservation[]> => {
  const { rows } = await db.query<BlobReservation>(
    `insert into blobs as b (sha256, size)
     select sha256, max(size) from unnest($1::text[], $2::bigint[]) as wanted (sha256, size)
     group by sha256 order by sha256
     on conflict (sha256) do update set touched_at = now(), doomed_at = null, deleting_at = null,
       generation = case when b.deleting_at is null then b.generation else nextval('blob_generations') end
     where b.deleting_at is null or b.deleting_at < now() - make_interval(secs => $3)
     returning sha256, generation`,
    [blobs.map(({ sha256 }) => sha256), blobs.map(({ size }) => size), DELETION_SECONDS],
  );
  return rows;
};

/**
 * Keeps reserved blobs from being removed until the transaction ends, by when something must refer to them.
 *
 * @returns false when one of them was removed meanwhile, or is about to be.
 */
export const holdBlobs = async (tx: Queryable, reservations: readonly BlobReservation[]): Promise<boolean> => {
  const { rowCount } = await tx.query(
    `select 1 from blobs b join unnest($1::text[], $2::bigint[]) as held (sha256, generation)
       on held.sha256 = b.sha256 and held.generation = b.generation
     where b.deleting_at is null for key share of b`,
    [reservations.map(({ sha256 }) => sha256), reservations.map(({ generation }) => generation)],
  );
  return rowCount === reservations.length;
};
