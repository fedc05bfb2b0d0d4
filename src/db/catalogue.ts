import type { ParameterDefinition, RequirementDefinition } from '../domain/package/definition.ts';
import { AppError } from '../errors.ts';
import { visible } from './apps.ts';
import { bytesOfRows, insertParameters, insertRequirements, type WithSealed } from './app-versions.ts';
import { isDeadlock, isReferenced, isUniqueViolation } from './errors.ts';
import type { Queryable } from './pool.ts';

/** What a door keeps of an app or a version besides; nobody else reads it. */
export type Attributes = Record<string, unknown>;

/** One version of an app of any door. */
export interface CatalogueVersion {
  id: number;
  appId: number;
  /** What the door's clients call it; null: they have no other name for it. */
  externalId: string | null;
  version: string | null;
  /** Where it is in the door's life of a version; null: the door has none. */
  state: string | null;
  attributes: Attributes;
  createdAt: Date;
}

/** An app of any door, with its current version. */
export interface CatalogueApp {
  id: number;
  accountId: number;
  /** Subdomain of the account it belongs to. */
  owner: string;
  /** The door it came through. */
  kind: string;
  key: string | null;
  externalId: string | null;
  name: string;
  visibility: 'private' | 'public';
  /** Of an app published to all: subdomains of the accounts that see it; null: all. */
  visibleTo: string[] | null;
  /** … and of those that do not. */
  hiddenFrom: string[] | null;
  attributes: Attributes;
  createdAt: Date;
  updatedAt: Date;
  current: CatalogueVersion;
}

/** @param attributes of a table: an expression. */
const versionObject = (v: string, attributes: string): string =>
  `json_build_object('id', ${v}.id, 'appId', ${v}.app_id, 'externalId', ${v}.external_id, 'version',
     ${v}.outline ->> 'version', 'state', ${v}.state, 'attributes', ${attributes}, 'createdAt', ${v}.created_at)`;

/** Of app `a` and its version `v`. @param attributesOf the attributes of a table: an expression. */
export const catalogueColumns = (attributesOf: (table: string) => string): string =>
  `a.id, a.account_id as "accountId", o.subdomain as owner, a.kind, a.key, a.external_id as "externalId",
    a.name, a.visibility, a.visible_to as "visibleTo", a.hidden_from as "hiddenFrom", ${attributesOf('a')} as attributes,
    a.created_at as "createdAt", a.updated_at as "updatedAt", ${versionObject('v', attributesOf('v'))} as current`;
const select = `select ${catalogueColumns((table) => `${table}.attributes`)}
  from apps a join app_versions v on v.id = a.version_id join accounts o on o.id = a.account_id`;

/** JSON has no dates. */
export const revive = <T extends CatalogueApp>(app: T): T => ({
  ...app,
  current: { ...app.current, createdAt: new Date(app.current.createdAt) },
});

/** An app by one of its names. */
export interface CatalogueRef {
  accountId: number;
  /** Null: of any door. */
  kind: string | null;
  /** `version`: the external id of one of its versions. */
  by: 'id' | 'key' | 'externalId' | 'version';
  value: string | number;
}

const names = {
  id: 'a.id = $3',
  key: 'a.key = $3',
  externalId: 'a.external_id = $3',
  version: 'a.id = (select w.app_id from app_versions w where w.external_id = $3)',
} as const;
const named = ({ by }: CatalogueRef): string => `($2::text is null or a.kind = $2) and ${names[by]}`;
const valuesOf = ({ accountId, kind, value }: CatalogueRef): unknown[] => [accountId, kind, value];

/** An app that the account may see. */
export const findCatalogueApp = async (db: Queryable, ref: CatalogueRef): Promise<CatalogueApp | undefined> => {
  const { rows } = await db.query<CatalogueApp>(`${select} where ${visible} and ${named(ref)}`, valuesOf(ref));
  return rows[0] && revive(rows[0]);
};

/**
 * Which account a version belongs to, by the version's external id. Asks for no account: an operator's act, who belongs
 * to none and reviews the versions of all.
 */
export const findVersionOwner = async (
  db: Queryable,
  kind: string,
  externalId: string,
): Promise<number | undefined> => {
  const { rows } = await db.query<{ accountId: number }>(
    `select a.account_id as "accountId" from apps a join app_versions v on v.app_id = a.id
     where a.kind = $1 and v.external_id = $2`,
    [kind, externalId],
  );
  return rows[0]?.accountId;
};

/** Holds one of the account's own apps until the end of the transaction; gives its id. */
export const lockCatalogueApp = async (tx: Queryable, ref: CatalogueRef): Promise<number | undefined> => {
  const { rows } = await tx.query<{ id: number }>(
    `select a.id from apps a where a.account_id = $1 and ${named(ref)} for no key update`,
    valuesOf(ref),
  );
  return rows[0]?.id;
};

export interface NewCatalogueApp {
  accountId: number;
  kind: string;
  key: string | null;
  externalId: string | null;
  name: string;
  visibility: CatalogueApp['visibility'];
  visibleTo?: string[] | null;
  hiddenFrom?: string[] | null;
  attributes: Attributes;
}

/** @throws AppError `key_taken` when another app of this kind has the key. */
export const insertCatalogueApp = async (tx: Queryable, app: NewCatalogueApp): Promise<number> => {
  try {
    const { rows } = await tx.query<{ id: number }>(
      `insert into apps (account_id, kind, key, external_id, name, visibility, visible_to, hidden_from, attributes)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9) returning id`,
      [
        app.accountId,
        app.kind,
        app.key,
        app.externalId,
        app.name,
        app.visibility,
        app.visibleTo ?? null,
        app.hiddenFrom ?? null,
        JSON.stringify(app.attributes),
      ],
    );
    return rows[0]!.id;
  } catch (err) {
    throw keyTaken(err, app.key);
  }
};

/** What may change of an app; undefined leaves it. */
export type CatalogueAppChange = Partial<
  Pick<CatalogueApp, 'key' | 'name' | 'visibility' | 'visibleTo' | 'hiddenFrom' | 'attributes'>
>;

/** @throws AppError `key_taken` */
export const changeCatalogueApp = async (
  tx: Queryable,
  app: Pick<CatalogueApp, 'id' | 'accountId' | keyof CatalogueAppChange>,
): Promise<void> => {
  try {
    await tx.query(
      `update apps set key = $3, name = $4, visibility = $5, visible_to = $6, hidden_from = $7, attributes = $8,
         updated_at = now() where account_id = $1 and id = $2`,
      [
        app.accountId,
        app.id,
        app.key,
        app.name,
        app.visibility,
        app.visibleTo,
        app.hiddenFrom,
        JSON.stringify(app.attributes),
      ],
    );
  } catch (err) {
    throw keyTaken(err, app.key);
  }
};

/** Two apps that take each other's key at the same time wait for one another: Postgres ends one of them. */
const keyTaken = (err: unknown, key: string | null): unknown =>
  isUniqueViolation(err, 'apps_key_idx') || isDeadlock(err)
    ? new AppError('key_taken', 409, `There is an app "${key ?? ''}" already.`, { cause: err })
    : err;

export interface NewCatalogueVersion {
  version: string | null;
  externalId: string | null;
  state: string | null;
  attributes: Attributes;
  parameters: ParameterDefinition[];
  requirements: RequirementDefinition[];
}

/** A version that was described rather than packed: it has no files, and an account installs it once. */
export const insertCatalogueVersion = async (
  tx: Queryable,
  appId: number,
  { version, externalId, state, attributes, parameters, requirements }: WithSealed<NewCatalogueVersion>,
): Promise<number> => {
  const requirementBytes = bytesOfRows(requirements);
  const { rows } = await tx.query<{ id: number }>(
    // A trigger adds the bytes of the definition and the attributes.
    `insert into app_versions (app_id, definition, external_id, state, attributes, requirement_bytes, stored_bytes)
     values ($1, $2, $3, $4, $5, $6, $7) returning id`,
    [
      appId,
      JSON.stringify({ version, products: [], singleInstall: true }),
      externalId,
      state,
      JSON.stringify(attributes),
      requirementBytes,
      requirementBytes + bytesOfRows(parameters),
    ],
  );
  const id = rows[0]!.id;
  if (parameters.length > 0) await insertParameters(tx, appId, id, parameters);
  if (requirements.length > 0) await insertRequirements(tx, id, requirements);
  return id;
};

const selectVersion = `select v.id, v.app_id as "appId", v.external_id as "externalId",
    v.outline ->> 'version' as version, v.state, v.attributes, v.created_at as "createdAt" from app_versions v`;

/** The one that was registered last under this name. */
export const findCatalogueVersion = async (
  db: Queryable,
  appId: number,
  version: string,
): Promise<CatalogueVersion | undefined> => {
  const { rows } = await db.query<CatalogueVersion>(
    `${selectVersion} where v.app_id = $1 and v.outline ->> 'version' = $2 order by v.id desc limit 1`,
    [appId, version],
  );
  return rows[0];
};

/** Undefined leaves what is there. */
export interface CatalogueVersionChange {
  id: number;
  state?: string | null;
  attributes?: Attributes;
}

export const changeCatalogueVersion = async (
  tx: Queryable,
  appId: number,
  { id, state, attributes }: CatalogueVersionChange & Required<Pick<CatalogueVersionChange, 'state'>>,
): Promise<void> => {
  await tx.query(
    'update app_versions set state = $3, attributes = coalesce($4, attributes) where app_id = $1 and id = $2',
    [appId, id, state, attributes === undefined ? null : JSON.stringify(attributes)],
  );
};

/** @throws AppError `version_in_use` while an installation runs on it. */
export const deleteCatalogueVersion = async (tx: Queryable, appId: number, id: number): Promise<void> => {
  try {
    await tx.query('delete from app_versions where app_id = $1 and id = $2', [appId, id]);
  } catch (err) {
    if (isReferenced(err)) throw new AppError('version_in_use', 409, 'An installation runs on this version.');
    throw err;
  }
};
