import { visible } from './apps.ts';
import type { Attributes, CatalogueVersion } from './catalogue.ts';
import { firstChunk, readPage, type Found, type PageReader } from './chunks.ts';
import type { Queryable } from './pool.ts';

/** A version of an app that an account may install, with what is to be known of the app. */
export interface AvailableVersion {
  id: number;
  appId: number;
  /** The account that owns the app. */
  accountId: number;
  version: string | null;
  attributes: Attributes;
  createdAt: Date;
  /** What the door's clients call the app. */
  key: string | null;
  visibility: 'private' | 'public';
}

export interface AvailableVersionFilter {
  accountId: number;
  kind: string;
  /** Only those of the app that the API's clients call so. */
  key?: string | undefined;
  /** Only those after this one, in the order of their ids. */
  after: number;
  limit: number;
}

const weighed = `
  select v.id as place, coalesce(v.attribute_bytes, 0) as bytes
  from app_versions v join apps a on a.id = v.app_id
  where ${visible} and a.kind = $2 and v.id > $3 and ($5::text is null or a.key = $5) order by v.id limit $4`;

/** A page of the versions of the apps that the account registered itself and of those published to it, oldest first. */
export const readAvailableVersions = (
  db: Queryable,
  { accountId, kind, key, ...page }: AvailableVersionFilter,
): PageReader<AvailableVersion> =>
  readPage(page, async (after, most) => {
    const { rows } = await db.query<Found<AvailableVersion>>(
      `select c.found, v.id, v.app_id as "appId", v.outline ->> 'version' as version, v.attributes,
         v.created_at as "createdAt", a.key, a.visibility, a.account_id as "accountId"
       from ${firstChunk(weighed)} c join app_versions v on v.id = c.place join apps a on a.id = v.app_id order by v.id`,
      [accountId, kind, after, most, key ?? null],
    );
    return rows;
  });

/** All versions of an app, oldest first, without what may be large: their attributes are empty. */
export const listVersionOutlines = async (db: Queryable, appId: number): Promise<CatalogueVersion[]> => {
  const { rows } = await db.query<CatalogueVersion>(
    `select id, app_id as "appId", external_id as "externalId", outline ->> 'version' as version, state,
       '{}'::jsonb as attributes, created_at as "createdAt"
     from app_versions where app_id = $1 order by id`,
    [appId],
  );
  return rows;
};

/** Reads the attributes of some versions of an app into what is known of them otherwise. */
export const withAttributesOf = async (
  db: Queryable,
  appId: number,
  { versions, ids }: { versions: readonly CatalogueVersion[]; ids: readonly number[] },
): Promise<CatalogueVersion[]> => {
  const { rows } = await db.query<Pick<CatalogueVersion, 'id' | 'attributes'>>(
    'select id, attributes from app_versions where app_id = $1 and id = any($2)',
    [appId, ids],
  );
  const read = new Map(rows.map(({ id, attributes }) => [id, attributes]));
  return versions.map((version) => ({ ...version, attributes: read.get(version.id) ?? version.attributes }));
};

/** One attribute of some versions of an app, by their ids; null where there is none. */
export const findVersionAttribute = async (
  db: Queryable,
  appId: number,
  { ids, name }: { ids: readonly number[]; name: string },
): Promise<Map<number, unknown>> => {
  const { rows } = await db.query<{ id: number; value: unknown }>(
    `select id, attributes -> $3 as value from app_versions where app_id = $1 and id = any($2)`,
    [appId, ids, name],
  );
  return new Map(rows.map(({ id, value }) => [id, value]));
};
