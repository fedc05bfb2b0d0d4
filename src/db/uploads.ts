import { NotFoundError } from '../errors.ts';
import type { Queryable } from './pool.ts';

export interface NewUpload {
  accountId: number;
  userId: number | null;
  filename: string;
  sha256: string;
  size: number;
}

export const insertUpload = async (db: Queryable, upload: NewUpload): Promise<number> => {
  const { rows } = await db.query<{ id: number }>(
    'insert into uploads (account_id, user_id, filename, sha256, size) values ($1, $2, $3, $4, $5) returning id',
    [upload.accountId, upload.userId, upload.filename, upload.sha256, upload.size],
  );
  return rows[0]!.id;
};

interface UsedUpload {
  accountId: number;
  uploadId: number;
  jobId: string;
}

/**
 * Uses an upload up for one build.
 *
 * @returns the digest of the package.
 * @throws NotFoundError when the account has no such upload, or another build has used it.
 */
export const takeUpload = async (
  db: Queryable,
  { accountId, uploadId, jobId }: UsedUpload,
): Promise<{ sha256: string }> => {
  const { rows } = await db.query<{ sha256: string }>(
    'update uploads set job_id = $3 where account_id = $1 and id = $2 and job_id is null returning sha256',
    [accountId, uploadId, jobId],
  );
  if (rows[0]) return rows[0];
  throw new NotFoundError(
    `There is no unused upload ${uploadId} (an upload serves one build): upload the package and use the new id.`,
  );
};

/** Counts an upload as used by a build that has the same package already. */
export const attachUpload = async (tx: Queryable, { accountId, uploadId, jobId }: UsedUpload): Promise<void> => {
  await tx.query('update uploads set job_id = $3 where account_id = $1 and id = $2', [accountId, uploadId, jobId]);
};

export interface StoredUpload {
  sha256: string;
  size: number;
}

export const getUpload = async (db: Queryable, accountId: number, id: number): Promise<StoredUpload> => {
  const { rows } = await db.query<StoredUpload>('select sha256, size from uploads where account_id = $1 and id = $2', [
    accountId,
    id,
  ]);
  if (!rows[0]) throw new NotFoundError('The uploaded package is gone.');
  return rows[0];
};

/**
 * Is the package still kept? Holds it until the end of the transaction. It is written, not only locked: a collector that
 * has read it as it was looks again.
 */
export const hasUpload = async (tx: Queryable, accountId: number, id: number): Promise<boolean> => {
  const { rowCount } = await tx.query('update uploads set job_id = job_id where account_id = $1 and id = $2', [
    accountId,
    id,
  ]);
  return rowCount === 1;
};

/** So many are looked at at a time. */
const MOST_KEPT = 500;

/**
 * Forgets packages of an account that are kept only for builds that failed or were cancelled to be tried again: the
 * oldest ones, until there is room. Those that somebody holds just now stay.
 *
 * @returns how many it forgot.
 */
export const forgetKeptUploads = async (
  tx: Queryable,
  accountId: number,
  { bytes, packages }: { bytes: number; packages: number },
): Promise<number> => {
  const { rowCount } = await tx.query(
    `with kept as (
       select u.id, u.size, j.finished_at from uploads u join jobs j on j.id = u.job_id
       where u.account_id = $1 and j.state in ('failed', 'killed')
       order by j.finished_at, u.id limit $4 for update of u, j skip locked),
     places as (
       select id, sum(size) over older - size as bytes, row_number() over older - 1 as packages
       from kept window older as (order by finished_at, id))
     delete from uploads where id in (select id from places where bytes < $2 or packages < $3)`,
    [accountId, bytes, packages, MOST_KEPT],
  );
  return rowCount ?? 0;
};

/**
 * Of all accounts, `limit` at the most: uploads whose build completed, or whose job is there no more; and, once they are
 * so old, those that no build has used and those whose build ended otherwise, counted from its end.
 *
 * @returns the digests of those it deleted.
 */
export const deleteOldUploads = async (tx: Queryable, hours: number, limit: number): Promise<string[]> => {
  const { rows } = await tx.query<{ sha256: string }>(
    `delete from uploads where id in (
       select u.id from uploads u left join jobs j on j.id = u.job_id
       where case when u.job_id is null then u.created_at < now() - make_interval(hours => $1)
         else j.id is null or j.state = 'completed'
           or j.state in ('failed', 'killed') and j.finished_at < now() - make_interval(hours => $1) end
       limit $2 for update of u skip locked)
     returning sha256`,
    [hours, limit],
  );
  return rows.map(({ sha256 }) => sha256);
};
