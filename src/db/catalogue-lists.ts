import { visible } from './apps.ts';
import type { Attributes } from './catalogue.ts';
import { firstChunk, type Placed } from './chunks.ts';
import { selectPage, type ListColumn, type ListPage, type ListRequest } from './list-page.ts';
import type { Queryable } from './pool.ts';

/** An app as a list or a reader sees it. */
export interface ListedApp {
  id: number;
  accountId: number;
  /** Subdomain of the account it belongs to. */
  owner: string;
  key: string | null;
  /** The app's, and over them those of the version that is looked at. */
  attributes: Attributes;
  /** Of the version that is looked at; null: none was released. */
  version: string | null;
  versionId: number;
  createdAt: Date;
  updatedAt: Date;
}

/**
 * Which apps of a door, and as what: the account's own as they are being worked on (`draft`); its own, or all it may
 * see, as they were released last (`own-released`, `released`); those that it has installed, as installed (`installed`).
 */
export type AppView = 'draft' | 'own-released' | 'released' | 'installed';

export interface AppListRef {
  accountId: number;
  kind: string;
  view: AppView;
}

const owner = 'join accounts o on o.id = a.account_id';
const current = `from apps a ${owner} join app_versions v on v.id = a.version_id`;
const released = `v.outline ->> 'version' is not null`;

const sources: Record<AppView, string> = {
  draft: `${current} where a.account_id = $1 and a.kind = $2`,
  'own-released': `${current} where a.account_id = $1 and a.kind = $2 and ${released}`,
  released: `${current} where ${visible} and a.kind = $2 and ${released}`,
  installed: `from installations i join apps a on a.id = i.app_id ${owner} join app_versions v on v.id = i.version_id
    where i.account_id = $1 and a.kind = $2`,
};

/** What a version says goes before what the app says. */
const said = (view: AppView): string => (view === 'draft' ? 'a.attributes' : '(a.attributes || v.attributes)');
const changedAt = (view: AppView): string =>
  view === 'draft' ? 'a.updated_at' : `case when ${released} then v.created_at else a.updated_at end`;

/** In whole seconds, as answers show it: what was changed in the second that is asked about is not after it. */
export const secondsOf = (moment: string): string => `extract(epoch from date_trunc('second', ${moment}))::bigint`;

/** What lists are filtered and sorted by, by the names of {@link ListedApp}. */
type AppColumn = 'id' | 'key' | 'createdAt' | 'updatedAt';
/** A column, or an attribute; which ones there are is its door's business. */
export type AppColumnRef = AppColumn | { attribute: string; type: 'text' | 'flag'; foldsCase?: boolean };

const PLAIN_NAME = /^\w+$/;

const columnOf = (view: AppView, ref: AppColumnRef): ListColumn => {
  if (ref === 'id') return { sql: 'a.id', type: 'number' };
  if (ref === 'key') return { sql: 'a.key', type: 'text' };
  if (ref === 'createdAt') return { sql: secondsOf('a.created_at'), type: 'number' };
  if (ref === 'updatedAt') return { sql: secondsOf(changedAt(view)), type: 'number' };
  return { ...ref, ...attributeColumn(said(view), ref.attribute, ref.type) };
};

/**
 * @param attribute a name that a door wrote down, not one from outside.
 * @throws Error for one that is no plain name.
 */
export const attributeColumn = (from: string, attribute: string, type: 'text' | 'flag'): ListColumn => {
  if (!PLAIN_NAME.test(attribute)) throw new Error(`not a name: ${attribute}`);
  const text = `${from} ->> '${attribute}'`;
  return { sql: type === 'flag' ? `coalesce((${text})::boolean, false)` : `(${text})`, type };
};

export const pageOfApps = (
  db: Queryable,
  { accountId, kind, view }: AppListRef,
  { columns, ...request }: ListRequest & { columns: Record<string, AppColumnRef> },
): Promise<ListPage> =>
  selectPage(
    db,
    {
      sql: sources[view],
      values: [accountId, kind],
      id: 'a.id',
      columns: Object.fromEntries(Object.entries(columns).map(([name, ref]) => [name, columnOf(view, ref)])),
    },
    request,
  );

const bytesOf = (view: AppView): string =>
  `300 + coalesce(a.attribute_bytes, 0)${view === 'draft' ? '' : ' + coalesce(v.attribute_bytes, 0)'}`;

/**
 * The first chunk of those of these apps that belong to the view, in the order of the ids.
 *
 * @param without names of attributes that are not read.
 */
export const loadListedApps = async (
  db: Queryable,
  { accountId, kind, view }: AppListRef,
  { ids, without = [] }: { ids: readonly number[]; without?: readonly string[] },
): Promise<Placed<ListedApp>[]> => {
  const place = 'array_position($3::bigint[], a.id)';
  const weighed = `select ${place} as place, a.id, ${bytesOf(view)} as bytes ${sources[view]} and a.id = any($3)`;
  const { rows } = await db.query<Placed<ListedApp>>(
    `select ${place} as place, a.id, a.account_id as "accountId", o.subdomain as owner, a.key, ${said(view)} - $4::text[] as attributes,
       v.outline ->> 'version' as version, v.id as "versionId", a.created_at as "createdAt",
       ${changedAt(view)} as "updatedAt"
     ${sources[view]} and a.id = any(array(select c.id from ${firstChunk(weighed)} c)) order by place`,
    [accountId, kind, ids, without],
  );
  return rows;
};
