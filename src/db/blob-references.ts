import type { Queryable } from './pool.ts';

/** Tables that refer to blobs, and where. The package a version was made from is a digest only: nobody keeps it. */
const places = [
  ['version_files', 'sha256'],
  ['app_versions', 'archive_sha256'],
  ['uploads', 'sha256'],
  ['attachments', 'sha256'],
] as const;

/** Whether anything refers to the blob with this digest: an expression of SQL, one look-up in an index for each place. */
export const isReferenced = (digest: string): string =>
  `(${places.map(([table, column]) => `exists (select 1 from ${table} where ${table}.${column} = ${digest})`).join(' or ')})`;

/** Which of these digests something refers to. */
export const listReferenced = async (db: Queryable, digests: readonly string[]): Promise<string[]> => {
  const { rows } = await db.query<{ sha256: string }>(
    `select sha256 from unnest($1::text[]) as asked (sha256) where ${isReferenced('asked.sha256')}`,
    [digests],
  );
  return rows.map(({ sha256 }) => sha256);
};

/** Digests that something refers to, those after a given one, in order. */
export const listReferences = async (db: Queryable, after: string, limit: number): Promise<string[]> => {
  const { rows } = await db.query<{ sha256: string }>(
    `select sha256 from (${places
      .map(
        ([table, column]) =>
          `(select distinct ${column} as sha256 from ${table} where ${column} > $1 order by 1 limit $2)`,
      )
      .join(' union ')}) as named order by sha256 limit $2`,
    [after, limit],
  );
  return rows.map(({ sha256 }) => sha256);
};
