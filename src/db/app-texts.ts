import type { Queryable } from './pool.ts';

/** The Markdown of an app's current version. */
export interface AppMarkdown {
  versionId: number;
  /** Each once. */
  texts: string[];
}

/**
 * Reads every text of an app's current version that is shown as HTML, in whatever locale, as `markdownTexts` does with
 * the definition. An app that was described rather than packed has none. Asks for no account: rendering is the same for
 * all, and its job knows only the app.
 *
 * @returns undefined when the app is gone.
 */
export const findAppMarkdown = async (db: Queryable, appId: number): Promise<AppMarkdown | undefined> => {
  const { rows } = await db.query<AppMarkdown>(
    `select v.id as "versionId", coalesce((
       select json_agg(distinct t.value #>> '{}') from version_texts l
       cross join lateral (select l.texts -> 'app' union all
         select l.texts -> 'app' -> p from jsonb_array_elements_text(v.outline -> 'products') p) as h (texts)
       cross join lateral (values (h.texts -> 'long_description'), (h.texts -> 'installation_instructions')) as t (value)
       where l.version_id = v.id and jsonb_typeof(t.value) = 'string' and t.value <> '""'), '[]') as texts
     from apps a join app_versions v on v.id = a.version_id where a.id = $1`,
    [appId],
  );
  return rows[0];
};

export interface RenderedApp {
  appId: number;
  /** The version that the texts are of. */
  versionId: number;
  rendererVersion: number;
  digests: readonly string[];
}

/**
 * Notes which texts an app's current version has, and that they are rendered. Changes nothing when another version has
 * become the current one.
 */
export const setAppTexts = async (
  tx: Queryable,
  { appId, versionId, rendererVersion, digests }: RenderedApp,
): Promise<void> => {
  const { rowCount } = await tx.query(
    `update apps set rendered_version_id = $2, renderer_version = $3 where id = $1 and version_id = $2`,
    [appId, versionId, rendererVersion],
  );
  if (rowCount === 0) return;
  await tx.query(
    `with wanted as (select decode(d, 'hex') as digest from unnest($2::text[]) d),
       gone as (delete from app_texts t where t.app_id = $1 and t.digest not in (select digest from wanted))
     insert into app_texts (app_id, digest) select $1, digest from wanted on conflict do nothing`,
    [appId, digests],
  );
};

const unrendered = '(a.rendered_version_id is distinct from a.version_id or a.renderer_version < $1)';

/** Lists apps whose current version has texts that this version of the renderer has not rendered yet. */
export const listUnrenderedApps = async (db: Queryable, rendererVersion: number, limit: number): Promise<number[]> => {
  const { rows } = await db.query<{ id: number }>(
    `select a.id from apps a where ${unrendered} order by a.id limit $2`,
    [rendererVersion, limit],
  );
  return rows.map(({ id }) => id);
};

/**
 * Notes of apps without any texts that there is nothing to render.
 *
 * @returns how many.
 */
export const skipAppsWithoutTexts = async (db: Queryable, rendererVersion: number, limit: number): Promise<number> => {
  const { rowCount } = await db.query(
    `update apps u set rendered_version_id = u.version_id, renderer_version = $1
     from (select a.id, a.version_id from apps a join app_versions v on v.id = a.version_id
       where ${unrendered} and not exists (select 1 from version_texts t where t.version_id = v.id) order by a.id limit $2
       for no key update of a skip locked) bare
     where u.id = bare.id and u.version_id = bare.version_id`,
    [rendererVersion, limit],
  );
  return rowCount ?? 0;
};
