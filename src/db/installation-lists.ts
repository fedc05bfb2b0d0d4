import { attributeColumn, secondsOf } from './catalogue-lists.ts';
import type { Attributes } from './catalogue.ts';
import { firstChunk, type Placed } from './chunks.ts';
import { selectPage, type ListColumn, type ListPage, type ListRequest } from './list-page.ts';
import type { Queryable } from './pool.ts';

/** An installation as both sides see it: the account that has it, and the one whose app it is. */
export interface SharedInstallation {
  id: number;
  /** The account that has it. */
  accountId: number;
  /** Its subdomain. */
  account: string;
  appId: number;
  /** The account whose app it is. */
  ownerId: number;
  owner: string;
  appKey: string | null;
  enabled: boolean;
  /** What the door keeps of it besides; empty when it was made through another one. */
  attributes: Attributes;
  createdAt: Date;
  updatedAt: Date;
}

/** Installations that an account has a part in, with the record that their door keeps of each (its key is the id). */
export interface SharedListRef {
  accountId: number;
  /** Of apps of this door. */
  kind: string;
  /** Of the door's records. */
  recordType: string;
  /** Only of this app. */
  appId?: number | undefined;
  /** Only where the account is the owner of the app. */
  ownedOnly?: boolean;
}

const sourceOf = ({ ownedOnly = false }: SharedListRef): string => `from installations i join apps a on a.id = i.app_id
    join accounts c on c.id = i.account_id join accounts o on o.id = a.account_id
    left join door_records r on r.account_id = i.account_id and r.door = $2 and r.type = $3 and r.key = i.id::text
  where a.kind = $2 and (a.account_id = $1 ${ownedOnly ? '' : 'or i.account_id = $1'})
    and ($4::bigint is null or i.app_id = $4)`;
const valuesOf = ({ accountId, kind, recordType, appId }: SharedListRef): unknown[] => [
  accountId,
  kind,
  recordType,
  appId ?? null,
];

/** A record that came later tells of a later change. */
const changedAt = 'greatest(i.updated_at, r.updated_at)';

export type SharedColumnRef = 'id' | 'createdAt' | 'updatedAt' | { attribute: string; type: 'text' | 'flag' };

const columnOf = (ref: SharedColumnRef): ListColumn => {
  if (ref === 'id') return { sql: 'i.id', type: 'number' };
  if (ref === 'createdAt') return { sql: secondsOf('i.created_at'), type: 'number' };
  if (ref === 'updatedAt') return { sql: secondsOf(changedAt), type: 'number' };
  return attributeColumn('r.attributes', ref.attribute, ref.type);
};

export const pageOfSharedInstallations = (
  db: Queryable,
  list: SharedListRef,
  { columns, ...request }: ListRequest & { columns: Record<string, SharedColumnRef> },
): Promise<ListPage> =>
  selectPage(
    db,
    {
      sql: sourceOf(list),
      values: valuesOf(list),
      id: 'i.id',
      columns: Object.fromEntries(Object.entries(columns).map(([name, ref]) => [name, columnOf(ref)])),
    },
    request,
  );

/** The first chunk of those of these installations that belong to the list, in the order of the ids. */
export const loadSharedInstallations = async (
  db: Queryable,
  list: SharedListRef,
  ids: readonly number[],
): Promise<Placed<SharedInstallation>[]> => {
  const source = sourceOf(list);
  const place = 'array_position($5::bigint[], i.id)';
  const weighed = `select ${place} as place, i.id, 400 + coalesce(r.attribute_bytes, 0) as bytes
    ${source} and i.id = any($5)`;
  const { rows } = await db.query<Placed<SharedInstallation>>(
    `select ${place} as place, i.id, i.account_id as "accountId", c.subdomain as account, i.app_id as "appId",
       a.account_id as "ownerId", o.subdomain as owner, a.key as "appKey", i.enabled,
       coalesce(r.attributes, '{}') as attributes, i.created_at as "createdAt", ${changedAt} as "updatedAt"
     ${source} and i.id = any(array(select w.id from ${firstChunk(weighed)} w)) order by place`,
    [...valuesOf(list), ids],
  );
  return rows;
};
