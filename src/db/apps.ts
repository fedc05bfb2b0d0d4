import type { AppDefinition, ParameterDefinition } from '../domain/package/definition.ts';
import type { Queryable } from './pool.ts';

/** An app as it stands: the app itself, and what its current version says. */
export interface App {
  id: number;
  accountId: number;
  name: string;
  /** As asked for with a build; null: the package's own text. */
  shortDescription: string | null;
  visibility: 'private' | 'public';
  createdAt: Date;
  updatedAt: Date;
  versionId: number;
  definition: StoredDefinition;
  assetKey: string;
  parameters: Parameter[];
  requirementCount: number;
}

/** Parameters and requirements have tables of their own. */
type StoredDefinition = Omit<AppDefinition, 'parameters' | 'requirements'>;

export interface Parameter extends ParameterDefinition {
  id: number;
  position: number;
  createdAt: string;
}

/** The parameters of version `v`, as one JSON value: a list of apps or installations stays one round trip. */
export const parametersOf = (version: string): string =>
  `(select coalesce(json_agg(json_build_object('id', p.id, 'position', p.position, 'name', p.name, 'kind', p.kind,
      'required', p.required, 'secure', p.secure, 'defaultValue', p.default_value, 'createdAt', p.created_at)
      order by p.position), '[]') from parameters p where p.version_id = ${version})`;

const select = `select a.id, a.account_id as "accountId", a.name, a.short_description as "shortDescription", a.visibility,
    a.created_at as "createdAt", a.updated_at as "updatedAt", v.id as "versionId", v.definition, v.asset_key as "assetKey",
    ${parametersOf('v.id')} as parameters,
    (select count(*) from requirements r where r.version_id = v.id) as "requirementCount"
  from apps a join app_versions v on v.id = a.version_id`;

const visible = `(a.account_id = $1 or a.visibility = 'public')`;
/** An account keeps seeing what it has installed, also when the app is shown to nobody else any more. */
export const reachable = `(${visible} or exists (
  select 1 from installations i where i.app_id = a.id and i.account_id = $1))`;

export interface AppFilter {
  accountId: number;
  /** The door whose apps are listed. */
  kind: string;
  /** Only those the account registered itself; otherwise also those published to all. */
  ownedOnly: boolean;
  limit: number;
}

export const listApps = async (db: Queryable, filter: AppFilter): Promise<App[]> => {
  const { rows } = await db.query<App>(
    `${select} where ${filter.ownedOnly ? 'a.account_id = $1' : visible} and a.kind = $2 order by a.id limit $3`,
    [filter.accountId, filter.kind, filter.limit],
  );
  return rows;
};

/** An app that the account may see or has installed. */
export const findApp = async (db: Queryable, accountId: number, id: number): Promise<App | undefined> => {
  const { rows } = await db.query<App>(`${select} where ${reachable} and a.id = $2`, [accountId, id]);
  return rows[0];
};

/** As {@link findApp}, many at once. */
export const findAppsById = async (db: Queryable, accountId: number, ids: number[]): Promise<App[]> => {
  const { rows } = await db.query<App>(`${select} where ${reachable} and a.id = any($2)`, [accountId, ids]);
  return rows;
};

export const ownsApp = async (db: Queryable, accountId: number, id: number): Promise<boolean> => {
  const { rowCount } = await db.query('select 1 from apps where account_id = $1 and id = $2', [accountId, id]);
  return rowCount === 1;
};

/**
 * Serialises what changes an app's version with what relies on it, until the end of the transaction.
 * A statement of its own: a join that waited for the lock would see the old version's row.
 */
export const lockVisibleApp = async (tx: Queryable, accountId: number, id: number): Promise<boolean> => {
  const { rowCount } = await tx.query(`select 1 from apps a where ${visible} and a.id = $2 for no key update`, [
    accountId,
    id,
  ]);
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

/** Makes a version the current one. */
export const setCurrentVersion = async (tx: Queryable, app: NewVersionOfApp): Promise<void> => {
  await tx.query(
    `update apps set name = coalesce($3, name), short_description = coalesce($4, short_description), version_id = $5,
       updated_at = now() where account_id = $1 and id = $2`,
    [app.accountId, app.id, app.name, app.shortDescription, app.versionId],
  );
};

/** With its versions and installations. False when the account owns no such app. */
export const deleteApp = async (db: Queryable, accountId: number, id: number): Promise<boolean> => {
  const { rowCount } = await db.query('delete from apps where account_id = $1 and id = $2', [accountId, id]);
  return rowCount === 1;
};

/** An operator's act: it concerns all accounts, so it names none. */
export const setAppVisibility = async (db: Queryable, id: number, visibility: App['visibility']): Promise<boolean> => {
  const { rowCount } = await db.query('update apps set visibility = $2, updated_at = now() where id = $1', [
    id,
    visibility,
  ]);
  return rowCount === 1;
};
