import type { RenderedText } from '../domain/texts/render-limits.ts';
import type { Queryable } from './pool.ts';

/**
 * Reads stored HTML by the digests of its texts, of any account: who knows a text's digest knows the text.
 *
 * @param rendererVersion HTML of an older version is left out.
 * @returns by digest; null: the text is to be shown as plain text.
 */
export const findRenderedTexts = async (
  db: Queryable,
  digests: readonly string[],
  rendererVersion: number,
): Promise<Map<string, string | null>> => {
  const { rows } = await db.query<RenderedText>(
    `select encode(digest, 'hex') as digest, html from rendered_texts
     where digest = any (${bytesOf('$1')}) and renderer_version >= $2`,
    [digests, rendererVersion],
  );
  return new Map(rows.map(({ digest, html }) => [digest, html]));
};

/** Hexadecimal digests as the values of the column: an index on it is used. */
const bytesOf = (digests: string): string => `array(select decode(d, 'hex') from unnest(${digests}::text[]) d)`;

/** Stores HTML, in place of that of an older version of the renderer. Rows are locked in one order, whoever stores them. */
export const saveRenderedTexts = async (
  db: Queryable,
  texts: readonly RenderedText[],
  rendererVersion: number,
): Promise<void> => {
  if (texts.length === 0) return;
  await db.query(
    `insert into rendered_texts as stored (digest, renderer_version, html)
     select decode(digest, 'hex'), $3, html from unnest($1::text[], $2::text[]) as rendered (digest, html) order by digest
     on conflict (digest) do update set touched_at = now(),
       html = case when stored.renderer_version > excluded.renderer_version then stored.html else excluded.html end,
       renderer_version = greatest(stored.renderer_version, excluded.renderer_version)`,
    [texts.map(({ digest }) => digest), texts.map(({ html }) => html), rendererVersion],
  );
};

/**
 * Keeps stored HTML from being removed for a while.
 *
 * @returns the digests of those that are stored and of this version of the renderer or a newer one.
 */
export const touchRenderedTexts = async (
  db: Queryable,
  digests: readonly string[],
  rendererVersion: number,
): Promise<Set<string>> => {
  const { rows } = await db.query<{ digest: string }>(
    `with held as materialized (
       select digest from rendered_texts where digest = any (${bytesOf('$1')}) and renderer_version >= $2
       order by digest for update)
     update rendered_texts r set touched_at = now() from held where r.digest = held.digest
     returning encode(r.digest, 'hex') as digest`,
    [digests, rendererVersion],
  );
  return new Set(rows.map(({ digest }) => digest));
};

/**
 * Removes HTML that no app refers to and that nobody has touched for so long. Rows that are locked are left for another
 * time.
 *
 * @returns how many it removed.
 */
export const deleteUnusedRenderedTexts = async (
  db: Queryable,
  graceSeconds: number,
  limit: number,
): Promise<number> => {
  const { rowCount } = await db.query(
    `delete from rendered_texts where digest in (
       select r.digest from rendered_texts r where r.touched_at <= now() - make_interval(secs => $1)
         and not exists (select 1 from app_texts t where t.digest = r.digest)
       limit $2 for update skip locked)`,
    [graceSeconds, limit],
  );
  return rowCount ?? 0;
};
