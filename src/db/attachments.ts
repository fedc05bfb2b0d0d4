import type { Queryable } from './pool.ts';

/** A file that a user uploaded to attach it to an app. */
export interface StoredAttachment {
  id: number;
  key: string;
  name: string;
  sha256: string;
  size: number;
  createdAt: Date;
}

const select = `select id, key, name, sha256, size, created_at as "createdAt" from attachments`;

/** @returns undefined when the account has used the key before. */
export const insertAttachment = async (
  tx: Queryable,
  accountId: number,
  { key, name, sha256, size }: Omit<StoredAttachment, 'id' | 'createdAt'>,
): Promise<number | undefined> => {
  const { rows } = await tx.query<{ id: number }>(
    `insert into attachments (account_id, key, name, sha256, size) values ($1, $2, $3, $4, $5)
     on conflict (account_id, key) do nothing returning id`,
    [accountId, key, name, sha256, size],
  );
  return rows[0]?.id;
};

/** Those of the account's attachments that have one of these keys, in no order. */
export const findAttachmentsByKey = async (
  db: Queryable,
  accountId: number,
  keys: readonly string[],
): Promise<StoredAttachment[]> => {
  const { rows } = await db.query<StoredAttachment>(`${select} where account_id = $1 and key = any($2)`, [
    accountId,
    keys,
  ]);
  return rows;
};

export const findAttachment = async (
  db: Queryable,
  accountId: number,
  id: number,
): Promise<StoredAttachment | undefined> => {
  const { rows } = await db.query<StoredAttachment>(`${select} where account_id = $1 and id = $2`, [accountId, id]);
  return rows[0];
};

/** A version of an app or, where that is null, the app as it is being worked on. */
export interface AttachmentUser {
  accountId: number;
  appId: number;
  versionId: number | null;
}

/**
 * Replaces what an app or a version uses. The attachments are written, not only locked: a collector that has read one as it
 * was looks again. In the order of their ids, so that two changes cannot wait for each other.
 *
 * @returns how many of them the account has.
 */
export const replaceAttachmentUses = async (
  tx: Queryable,
  { accountId, appId, versionId }: AttachmentUser,
  ids: readonly number[],
): Promise<number> => {
  await tx.query('delete from attachment_uses where app_id = $1 and version_id is not distinct from $2', [
    appId,
    versionId,
  ]);
  if (ids.length === 0) return 0;
  const { rowCount } = await tx.query(
    `with held as materialized (
       select id from attachments where account_id = $1 and id = any($4) order by id for no key update),
     touched as (
       update attachments a set touched_at = now() from held where a.id = held.id returning a.id)
     insert into attachment_uses (attachment_id, app_id, version_id) select id, $2, $3 from touched`,
    [accountId, appId, versionId, ids],
  );
  return rowCount ?? 0;
};

/**
 * Deletes attachments, of all accounts and `limit` at the most, that nothing uses and that nobody has uploaded or attached
 * for so many hours.
 *
 * @returns the digests of those it deleted.
 */
export const deleteUnusedAttachments = async (tx: Queryable, hours: number, limit: number): Promise<string[]> => {
  const { rows } = await tx.query<{ sha256: string }>(
    `delete from attachments where id in (
       select a.id from attachments a
       where a.touched_at < now() - make_interval(hours => $1)
         and not exists (select 1 from attachment_uses u where u.attachment_id = a.id)
       order by a.touched_at limit $2 for update of a skip locked)
     returning sha256`,
    [hours, limit],
  );
  return rows.map(({ sha256 }) => sha256);
};
