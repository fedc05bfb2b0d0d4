import type { Queryable } from './pool.ts';

export interface KeyMark {
  keyId: string;
  mark: string;
}

/** Reads the id that `migrate` made for this database. */
export const getInstallationId = async (db: Queryable): Promise<string> => {
  const { rows } = await db.query<{ id: string }>('select id from installation');
  return rows[0]!.id;
};

/**
 * Tries whether the database takes writes: one round trip.
 *
 * @throws Error when it does not.
 */
export const probeDatabase = async (db: Queryable): Promise<void> => {
  await db.query('update installation set probed_at = now()');
};

/** Whether the mark was ever written into the blob store. */
export const isBlobsMarked = async (db: Queryable): Promise<boolean> => {
  const { rows } = await db.query<{ marked: boolean }>(
    'select blobs_marked_at is not null as marked from installation',
  );
  return rows[0]!.marked;
};

/**
 * Notes that the mark is in the blob store.
 *
 * @returns false when that was noted before.
 */
export const noteBlobsMarked = async (db: Queryable): Promise<boolean> => {
  const { rowCount } = await db.query('update installation set blobs_marked_at = now() where blobs_marked_at is null');
  return rowCount === 1;
};

/** Takes back {@link noteBlobsMarked}. */
export const forgetBlobsMarked = async (db: Queryable): Promise<void> => {
  await db.query('update installation set blobs_marked_at = null');
};

/** Lists the marks of the encryption keys: a handful. */
export const listKeyMarks = async (db: Queryable): Promise<KeyMark[]> => {
  const { rows } = await db.query<{ key_id: string; mark: string }>(
    'select key_id, mark from installation_keys order by created_at, key_id',
  );
  return rows.map(({ key_id, mark }) => ({ keyId: key_id, mark }));
};

/** Removes the marks of all keys but these. */
export const keepKeyMarks = async (db: Queryable, keyIds: readonly string[]): Promise<void> => {
  await db.query('delete from installation_keys where key_id <> all($1)', [keyIds]);
};

/** Adds marks of keys; a mark of the same key is replaced. */
export const putKeyMarks = async (db: Queryable, marks: readonly KeyMark[]): Promise<void> => {
  await db.query(
    `insert into installation_keys (key_id, mark) select * from unnest($1::text[], $2::text[])
     on conflict (key_id) do update set mark = excluded.mark where installation_keys.mark <> excluded.mark`,
    [marks.map(({ keyId }) => keyId), marks.map(({ mark }) => mark)],
  );
};
