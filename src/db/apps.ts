import type { AppDefinition, ParameterDefinition } from '../domain/package/definition.ts';
import { starNames, type RatingCounts } from '../domain/rating.ts';
import type { Queryable } from './pool.ts';
import { hasSecretDefault, secretParameter } from './secret-defaults.ts';

/** An app as it stands: the app itself, and what its current version says. */
export interface App {
  id: number;
  accountId: number;
  name: string;
  /** As asked for with a build; null: the package's own text. */
  shortDescription: string | null;
  visibility: 'private' | 'public';
  /** What an operator says of it; so are the next three. */
  categories: Category[];
  featured: boolean;
  promoted: boolean;
  /** No longer cared for. It can be installed all the same. */
  obsolete: boolean;
  ratings: RatingCounts;
  createdAt: Date;
  updatedAt: Date;
  versionId: number;
  definition: AppOutline;
  assetKey: string;
  parameters: Parameter[];
  requirementCount: number;
}

export interface Category {
  id: number;
  name: string;
}

/** Parameters, requirements and translations have tables of their own. */
export type AppOutline = Omit<AppDefinition, 'parameters' | 'requirements' | 'translations'>;

export interface Parameter extends ParameterDefinition {
  id: number;
  position: number;
  /** Secret, with a default: `defaultValue` is null then. */
  hasSealedDefault: boolean;
  createdAt: string;
  /** Since when it is as it is: the version that changed its kind, its default, or whether it is required or secure. */
  updatedAt: string;
}

/**
 * The parameters of version `v`, as one JSON value: a list of apps or installations stays one round trip. Defaults of
 * secret parameters are not among it.
 */
export const parametersOf = (version: string): string =>
  `(select coalesce(json_agg(json_build_object('id', p.id, 'position', p.position, 'name', p.name, 'kind', p.kind,
      'required', p.required, 'secure', p.secure, 'defaultValue',
      case when ${secretParameter} then null else p.default_value end, 'hasSealedDefault', ${hasSecretDefault}, 'createdAt', p.created_at,
      'updatedAt', coalesce(p.updated_at, p.created_at)) order by p.position), '[]') from parameters p where p.version_id = ${version})`;

/** The size of what {@link parametersOf} gives, about. */
export const parameterBytesOf = (version: string): string =>
  `(select coalesce(sum(250 + octet_length(p.name) + coalesce(octet_length(p.default_value::text), 0)), 0)::bigint
    from parameters p where p.version_id = ${version})`;

/** The ratings of app `app`, counted, as one JSON value. */
const ratingsOf = (app: string): string =>
  `(select json_build_object(${starNames.map((n) => `'${n}', count(*) filter (where s.stars = ${n})`).join(', ')})
    from app_ratings s where s.app_id = ${app})`;

/** Of app `a` in its version `v`: everything but the definition. */
export const appColumns = `a.id, a.account_id as "accountId", a.name, a.short_description as "shortDescription", a.visibility,
    a.categories, a.featured, a.promoted, a.obsolete, ${ratingsOf('a.id')} as ratings,
    a.created_at as "createdAt", a.updated_at as "updatedAt", v.id as "versionId", v.asset_key as "assetKey",
    ${parametersOf('v.id')} as parameters,
    (select count(*) from requirements r where r.version_id = v.id) as "requirementCount"`;
const selectAt = (version: string): string => `select ${appColumns}, v.outline as definition
  from apps a join app_versions v on v.app_id = a.id and v.id = ${version}`;
const select = selectAt('a.version_id');

/** Published to all, or to some. */
const shown = `(a.visibility = 'public' and (a.visible_to is null and a.hidden_from is null or exists (
  select 1 from accounts viewer where viewer.id = $1 and (a.visible_to is null or viewer.subdomain = any (a.visible_to))
    and not coalesce(viewer.subdomain = any (a.hidden_from), false))))`;
/** Apps that the account may see: `$1`. */
export const visible = `(a.account_id = $1 or ${shown})`;
/** An account keeps seeing what it has installed, also when the app is shown to nobody else any more. */
export const reachable = `(${visible} or exists (
  select 1 from installations i where i.app_id = a.id and i.account_id = $1))`;

/** One app, as somebody asks for it. */
export interface AppRef {
  accountId: number;
  id: number;
  /** The door it is asked for at, which knows no others; null: of any door. */
  kind: string | null;
}

const askedFor = 'a.id = $2 and ($3::text is null or a.kind = $3)';
/** Parameters for statements with {@link reachableOne}: `$1` to `$3`. */
export const valuesOf = ({ accountId, id, kind }: AppRef): unknown[] => [accountId, id, kind];
/** The app that is asked for, if the account may see it or has installed it. */
export const reachableOne = `${reachable} and ${askedFor}`;
/** The same, if it is the account's own. */
export const ownOne = `a.account_id = $1 and ${askedFor}`;

/** An app that the account may see or has installed. */
export const findApp = async (db: Queryable, ref: AppRef): Promise<App | undefined> => {
  const { rows } = await db.query<App>(`${select} where ${reachableOne}`, valuesOf(ref));
  return rows[0];
};

/** Versions that go through states are drafts until one of them is the current one: the owner's own until then. */
const released = '(a.account_id = $1 or v.id = a.version_id or v.state is null)';

/** As {@link findApp}, as it is in one of its versions; not in one that is another account's draft. */
export const findAppAt = async (db: Queryable, ref: AppRef, versionId: number): Promise<App | undefined> => {
  const { rows } = await db.query<App>(`${selectAt('$4')} where ${reachableOne} and ${released}`, [
    ...valuesOf(ref),
    versionId,
  ]);
  return rows[0];
};

/** Whether the account may install the app: it has to see it, not only to have it installed. */
export const mayInstall = async (db: Queryable, ref: AppRef): Promise<boolean> => {
  const { rowCount } = await db.query(`select 1 from apps a where ${visible} and ${askedFor}`, valuesOf(ref));
  return rowCount === 1;
};

export const ownsApp = async (db: Queryable, ref: AppRef): Promise<boolean> => {
  const { rowCount } = await db.query(`select 1 from apps a where ${ownOne}`, valuesOf(ref));
  return rowCount === 1;
};

/**
 * Serialises what changes an app's version with what relies on it, until the end of the transaction.
 * A statement of its own: a join that waited for the lock would see the old version's row.
 */
export const lockVisibleApp = async (tx: Queryable, ref: AppRef): Promise<boolean> => {
  const { rowCount } = await tx.query(
    `select 1 from apps a where ${visible} and ${askedFor} for no key update`,
    valuesOf(ref),
  );
  return rowCount === 1;
};

/** Holds an app that nobody may install or build any more, until the end of the transaction. */
export const lockOwnApp = async (tx: Queryable, ref: AppRef): Promise<boolean> => {
  const { rowCount } = await tx.query(`select 1 from apps a where ${ownOne} for update`, valuesOf(ref));
  return rowCount === 1;
};

export interface NewApp {
  accountId: number;
  kind: string;
  name: string;
  shortDescription: string | null;
}

export const insertApp = async (tx: Queryable, app: NewApp): Promise<number> => {
  const { rows } = await tx.query<{ id: number }>(
    'insert into apps (account_id, kind, name, short_description) values ($1, $2, $3, $4) returning id',
    [app.accountId, app.kind, app.name, app.shortDescription],
  );
  return rows[0]!.id;
};

export interface NewVersionOfApp {
  accountId: number;
  id: number;
  /** Null leaves what is there. */
  name: string | null;
  shortDescription: string | null;
  versionId: number;
}

/** What an app is called in lists. */
export type ListedTexts = Pick<App, 'name' | 'shortDescription'>;

/** Makes a version the current one; gives what the app is called from then on. */
export const setCurrentVersion = async (tx: Queryable, app: NewVersionOfApp): Promise<ListedTexts> => {
  const { rows } = await tx.query<ListedTexts>(
    `update apps set name = coalesce($3, name), short_description = coalesce($4, short_description), version_id = $5,
       updated_at = now() where account_id = $1 and id = $2 returning name, short_description as "shortDescription"`,
    [app.accountId, app.id, app.name, app.shortDescription, app.versionId],
  );
  return rows[0]!;
};

/** With its versions and installations. */
export const deleteApp = async (tx: Queryable, accountId: number, id: number): Promise<void> => {
  await tx.query('delete from apps where account_id = $1 and id = $2', [accountId, id]);
};
