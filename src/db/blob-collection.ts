import { isReferenced } from './blob-references.ts';
import type { Blob, BlobReservation } from './blobs.ts';
import type { Queryable } from './pool.ts';

/** Of a page of the table: how far it went, and how many it doomed. */
export interface DoomedPage {
  /** Null: there are no more. */
  last: string | null;
  doomed: number;
}

/**
 * Dooms what nothing refers to and nobody has touched for so long, among the next `limit` blobs after a digest. Rows that
 * somebody holds are left for another time, so this waits for nobody.
 */
export const doomBlobs = async (
  db: Queryable,
  { after, limit, graceSeconds }: { after: string; limit: number; graceSeconds: number },
): Promise<DoomedPage> => {
  const { rows } = await db.query<DoomedPage>(
    `with page as materialized (select sha256 from blobs where sha256 > $1 order by sha256 limit $2),
     free as (
       select b.sha256 from blobs b join page using (sha256)
       where b.doomed_at is null and b.deleting_at is null and b.touched_at <= now() - make_interval(secs => $3)
         and not ${isReferenced('b.sha256')}
       for update of b skip locked),
     doomed as (update blobs b set doomed_at = now() from free where b.sha256 = free.sha256 returning 1)
     select (select max(sha256) from page) as last, (select count(*) from doomed) as doomed`,
    [after, limit, graceSeconds],
  );
  return rows[0]!;
};

/**
 * Dooms those of these blobs that nothing refers to, so that they can be removed as soon as nobody has touched them for
 * `quietSeconds`: whoever was about to store one then has done so. Rows that somebody holds are left to
 * {@link doomBlobs}.
 */
export const doomSoon = async (
  tx: Queryable,
  digests: readonly string[],
  { graceSeconds, quietSeconds }: { graceSeconds: number; quietSeconds: number },
): Promise<void> => {
  await tx.query(
    `with free as (
       select b.sha256 from blobs b
       where b.sha256 = any($1) and b.deleting_at is null and not ${isReferenced('b.sha256')}
       for update of b skip locked)
     update blobs b set doomed_at = least(b.doomed_at,
       greatest(b.touched_at + make_interval(secs => $3), now()) - make_interval(secs => $2))
     from free where b.sha256 = free.sha256`,
    [digests, graceSeconds, quietSeconds],
  );
};

/** Locks blobs that were doomed so long ago, and those whose removal was broken off. What somebody holds is left out, and
 * what could not be removed before comes last: it must not keep the others. */
export const lockDoomed = async (tx: Queryable, graceSeconds: number, limit: number): Promise<string[]> => {
  const { rows } = await tx.query<{ sha256: string }>(
    `select sha256 from blobs where doomed_at <= now() - make_interval(secs => $1)
     order by deleting_at nulls first, doomed_at limit $2 for update skip locked`,
    [graceSeconds, limit],
  );
  return rows.map(({ sha256 }) => sha256);
};

/**
 * Marks locked blobs as being removed, but for those that something refers to by now: these are doomed no longer.
 * A statement of its own after the lock: only so it sees whatever was committed before the lock was had.
 *
 * @returns those marked.
 */
export const beginDeletion = async (tx: Queryable, digests: readonly string[]): Promise<(Blob & BlobReservation)[]> => {
  const { rows } = await tx.query<Blob & BlobReservation & { deleting: boolean }>(
    `update blobs b set doomed_at = case when r.referenced then null else b.doomed_at end,
       deleting_at = case when r.referenced then null else now() end
     from (select sha256, ${isReferenced('asked.sha256')} as referenced from unnest($1::text[]) as asked (sha256)) as r
     where b.sha256 = r.sha256
     returning b.sha256, b.size, b.generation, b.deleting_at is not null as deleting`,
    [digests],
  );
  return rows.filter(({ deleting }) => deleting);
};

/** Forgets blobs that are gone from the store, unless somebody reserved them meanwhile. */
export const endDeletion = async (db: Queryable, gone: readonly BlobReservation[]): Promise<void> => {
  await db.query(
    // Locked in the order in which they are reserved, so that two cannot wait for each other.
    `with held as materialized (
       select b.sha256 from blobs b join unnest($1::text[], $2::bigint[]) as gone (sha256, generation)
         on b.sha256 = gone.sha256 and b.generation = gone.generation
       where b.deleting_at is not null order by b.sha256 for update of b)
     delete from blobs where sha256 in (select sha256 from held)`,
    [gone.map(({ sha256 }) => sha256), gone.map(({ generation }) => generation)],
  );
};

/** Which of these digests the table does not have. */
export const listUnknown = async (db: Queryable, digests: readonly string[]): Promise<string[]> => {
  const { rows } = await db.query<{ sha256: string }>(
    `select sha256 from unnest($1::text[]) as asked (sha256)
     where not exists (select 1 from blobs b where b.sha256 = asked.sha256)`,
    [digests],
  );
  return rows.map(({ sha256 }) => sha256);
};

/** Takes in what the store has and the table lacks. @returns how many. */
export const adoptBlobs = async (db: Queryable, blobs: readonly Blob[]): Promise<number> => {
  const { rowCount } = await db.query(
    `insert into blobs (sha256, size) select sha256, size from unnest($1::text[], $2::bigint[]) as found (sha256, size)
     order by sha256 on conflict do nothing`,
    [blobs.map(({ sha256 }) => sha256), blobs.map(({ size }) => size)],
  );
  return rowCount ?? 0;
};
