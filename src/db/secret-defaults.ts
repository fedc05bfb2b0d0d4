import { secretKinds, type Scalar } from '../domain/settings.ts';
import type { Queryable } from './pool.ts';

/** Parameter `p` is secret, as `isSecret` of the domain tells. An index has the same condition. */
export const secretParameter = `(p.secure or p.kind in (${secretKinds.map((kind) => `'${kind}'`).join(', ')}))`;

/** Parameter `p` is secret and has a default, encrypted or not encrypted yet; an empty text is none. */
export const hasSecretDefault = `(p.sealed_default is not null
  or ${secretParameter} and coalesce(p.default_value, 'null') not in ('null', '""'))`;

/** The default of a secret parameter: encrypted, or in clear where a release before stored it. */
export interface SecretDefault {
  name: string;
  sealed: string | null;
  plain: Scalar;
}

/** Lists the defaults of secret parameters of an app's version; null: of its current version. */
export const listSecretDefaults = async (
  db: Queryable,
  { accountId, appId, versionId }: { accountId: number; appId: number; versionId: number | null },
): Promise<SecretDefault[]> => {
  const { rows } = await db.query<SecretDefault>(
    `select p.name, p.sealed_default as sealed, p.default_value as plain
     from apps a join app_versions v on v.app_id = a.id and v.id = coalesce($3, a.version_id)
       join parameters p on p.version_id = v.id
     where a.account_id = $1 and a.id = $2 and ${hasSecretDefault} order by p.position`,
    [accountId, appId, versionId],
  );
  return rows;
};

/** A default of a secret parameter that is in clear. */
export interface PlainDefault {
  accountId: number;
  appId: number;
  versionId: number;
  name: string;
  value: Scalar;
}

/** Locks, in all accounts, defaults of secret parameters in clear that no other transaction has locked. */
export const holdPlainDefaults = async (tx: Queryable, limit: number): Promise<PlainDefault[]> => {
  const { rows } = await tx.query<PlainDefault>(
    `select a.account_id as "accountId", a.id as "appId", p.version_id as "versionId", p.name,
       p.default_value as value
     from parameters p join app_versions v on v.id = p.version_id join apps a on a.id = v.app_id
     where p.default_value is not null and ${secretParameter}
     order by p.version_id, p.id limit $1 for no key update of p skip locked`,
    [limit],
  );
  return rows;
};

/** Puts encrypted defaults in the place of those in clear, which are locked. */
export const replacePlainDefaults = async (
  tx: Queryable,
  defaults: (Pick<PlainDefault, 'versionId' | 'name'> & { sealed: string | null })[],
): Promise<void> => {
  await tx.query(
    `update parameters p set default_value = null, sealed_default = n.sealed
     from jsonb_to_recordset($1) as n ("versionId" bigint, name text, sealed text)
     where p.version_id = n."versionId" and p.name = n.name`,
    [JSON.stringify(defaults)],
  );
};

/** The encrypted defaults of one version of an app, by the name of the parameter. */
export interface VersionDefaults {
  /** Of the version. */
  id: number;
  appId: number;
  accountId: number;
  defaults: Record<string, string>;
}

/** Lists, in all accounts, ids after `afterId` of versions with a default that this key has not encrypted. */
export const listVersionsToReseal = async (
  db: Queryable,
  { keyId, afterId, limit }: { keyId: string; afterId: number; limit: number },
): Promise<number[]> => {
  const { rows } = await db.query<{ id: number }>(
    `select distinct version_id as id from parameters
     where version_id > $2 and sealed_default is not null and split_part(sealed_default, '.', 1) <> $1
     order by version_id limit $3`,
    [keyId, afterId, limit],
  );
  return rows.map(({ id }) => id);
};

const selectVersions = `select v.id, v.app_id as "appId", a.account_id as "accountId",
    (select coalesce(jsonb_object_agg(p.name, p.sealed_default), '{}') from parameters p
      where p.version_id = v.id and p.sealed_default is not null) as defaults
  from app_versions v join apps a on a.id = v.app_id`;

/** Locks those of these versions that no other transaction has locked. */
export const holdFreeVersions = async (tx: Queryable, ids: number[]): Promise<VersionDefaults[]> => {
  const { rows } = await tx.query<VersionDefaults>(
    `${selectVersions} where v.id = any($1) order by v.id for no key update of v skip locked`,
    [ids],
  );
  return rows;
};

/** Locks a version; undefined when it is gone. */
export const holdVersion = async (tx: Queryable, id: number): Promise<VersionDefaults | undefined> => {
  const { rows } = await tx.query<VersionDefaults>(`${selectVersions} where v.id = $1 for no key update of v`, [id]);
  return rows[0];
};

/** Replaces encrypted defaults of a version that is locked. */
export const replaceDefaults = async (
  tx: Queryable,
  { id, accountId, defaults }: Omit<VersionDefaults, 'appId'>,
): Promise<void> => {
  await tx.query(
    `update parameters p set sealed_default = n.value
     from jsonb_each_text($3) n, app_versions v join apps a on a.id = v.app_id
     where a.account_id = $1 and v.id = $2 and p.version_id = v.id and p.name = n.key`,
    [accountId, id, JSON.stringify(defaults)],
  );
};

/** Lists the ids of the keys that defaults of all accounts are encrypted with. */
export const listKeysOfDefaults = async (db: Queryable): Promise<string[]> => {
  const { rows } = await db.query<{ keyId: string }>(
    `select distinct split_part(sealed_default, '.', 1) as "keyId" from parameters where sealed_default is not null
     order by 1`,
  );
  return rows.map(({ keyId }) => keyId);
};
