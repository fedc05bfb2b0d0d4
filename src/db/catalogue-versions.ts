import { visible } from './apps.ts';
import type { Attributes, CatalogueVersion } from './catalogue.ts';
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
  /** Only those after this one, in the order of their ids. */
  after: number;
  limit: number;
  /** Of attributes, as JSON: the list ends behind the first version that goes beyond. */
  bytes: number;
}

/** A part of a list. */
export interface AvailableVersions {
  versions: AvailableVersion[];
  hasMore: boolean;
}

/** Versions of the apps that the account registered itself and of those published to it, oldest first. */
export const listAvailableVersions = async (
  db: Queryable,
  { accountId, kind, after, limit, bytes }: AvailableVersionFilter,
): Promise<AvailableVersions> => {
  const { rows } = await db.query<AvailableVersion & { found: number }>(
    `with listed as (
       select v.id, v.app_id, a.account_id, v.definition, v.attributes, v.created_at, a.key, a.visibility,
         octet_length(v.attributes::text) as bytes
       from app_versions v join apps a on a.id = v.app_id
       where ${visible} and a.kind = $2 and v.id > $3 order by v.id limit $4 + 1
     ), measured as (
       select *, row_number() over (order by id) as place, sum(bytes) over (order by id) - bytes as before,
         count(*) over () as found
       from listed
     )
     select id, app_id as "appId", account_id as "accountId", definition ->> 'version' as version, attributes,
       created_at as "createdAt", key, visibility, found::int
     from measured where before < $5 and place <= $4 order by id`,
    [accountId, kind, after, limit, bytes],
  );
  return {
    versions: rows.map(({ found: _found, ...version }) => version),
    hasMore: rows.length < (rows[0]?.found ?? 0),
  };
};

/** All versions of an app, oldest first, without what may be large: their attributes are empty. */
export const listVersionOutlines = async (db: Queryable, appId: number): Promise<CatalogueVersion[]> => {
  const { rows } = await db.query<CatalogueVersion>(
    `select id, app_id as "appId", external_id as "externalId", definition ->> 'version' as version, state,
       '{}'::jsonb as attributes, created_at as "createdAt"
     from app_versions where app_id = $1 order by id`,
    [appId],
  );
  return rows;
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
