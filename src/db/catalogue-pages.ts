import { visible } from './apps.ts';
import { catalogueColumns, revive, type CatalogueApp } from './catalogue.ts';
import { firstChunk, readPage, type Found, type PageReader } from './chunks.ts';
import type { Queryable } from './pool.ts';

export interface CatalogueFilter {
  accountId: number;
  /** Null: of every door. */
  kind: string | null;
  /** Only those the account registered itself; otherwise also those published to it. */
  ownedOnly: boolean;
  /** Only those whose key begins so. */
  keyPrefix?: string | undefined;
  /** Only apps after this one, in the order of their ids. */
  after?: number | undefined;
  limit: number;
  /** Names of the attributes to read, of the app and of its current version; else all, and they can be long. */
  only?: readonly string[] | undefined;
}

/** Only those whose names are in `$6`; all where that is null. */
const someAttributes = (table: string): string =>
  `case when $6::text[] is null then ${table}.attributes else (
    select coalesce(jsonb_object_agg(name, ${table}.attributes -> name), '{}') from unnest($6::text[]) name
    where ${table}.attributes ? name) end`;

const weighed = (ownedOnly: boolean): string => `
  select a.id as place, v.id as version_id, 500 + octet_length(a.name) + coalesce(octet_length(a.key), 0)
      + case when cardinality($6::text[]) = 0 then 0
          else coalesce(a.attribute_bytes, 0) + coalesce(v.attribute_bytes, 0) end as bytes
  from apps a join app_versions v on v.id = a.version_id
  where ${ownedOnly ? 'a.account_id = $1' : visible} and ($2::text is null or a.kind = $2)
    and ($5::text is null or starts_with(a.key, $5)) and a.id > $3 order by a.id limit $4`;

/** The first chunk of these apps, in the order of their ids. */
export const listCatalogueApps = async (db: Queryable, filter: CatalogueFilter): Promise<Found<CatalogueApp>[]> => {
  const { rows } = await db.query<Found<CatalogueApp>>(
    `select c.found, ${catalogueColumns(someAttributes)}
     from ${firstChunk(weighed(filter.ownedOnly))} c join apps a on a.id = c.place
       join app_versions v on v.id = c.version_id join accounts o on o.id = a.account_id order by a.id`,
    [filter.accountId, filter.kind, filter.after ?? 0, filter.limit, filter.keyPrefix, filter.only],
  );
  return rows.map(revive);
};

/** A page of these apps, chunk by chunk. */
export const readCatalogueApps = (db: Queryable, filter: CatalogueFilter): PageReader<CatalogueApp> =>
  readPage({ after: filter.after ?? 0, limit: filter.limit }, (after, limit) =>
    listCatalogueApps(db, { ...filter, after, limit }),
  );
