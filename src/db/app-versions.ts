import type { AppDefinition, ParameterDefinition, RequirementDefinition } from '../domain/package/definition.ts';
import type { PackageProblem } from '../domain/package/problem.ts';
import { ownOne, reachableOne, valuesOf, type AppRef } from './apps.ts';
import type { Queryable } from './pool.ts';

export interface VersionFile {
  path: string;
  sha256: string;
  size: number;
}

/** The files of a version, packed by ourselves. */
interface StoredArchive {
  sha256: string;
  size: number;
}

/** A parameter of a new version. */
export interface NewParameter extends ParameterDefinition {
  /** Of a secret parameter: its default, encrypted; `defaultValue` is null then. */
  sealedDefault: string | null;
  /** Of a secret parameter: whether the current version has the same default. Null: compare `defaultValue`. */
  sameDefault: boolean | null;
}

/** With the defaults of secret parameters encrypted. */
export type WithSealed<Version> = Omit<Version, 'parameters'> & { parameters: NewParameter[] };

export interface NewVersion {
  appId: number;
  definition: AppDefinition;
  /** Those of the definition. */
  parameters: NewParameter[];
  /** Of the package as it was uploaded. */
  packageSha256: string;
  archive: StoredArchive;
  assetKey: string;
  warnings: PackageProblem[];
  files: VersionFile[];
}

/** Bytes of a row besides its texts, about. */
const ROW_BYTES = 150;

/** Bytes that these take as rows of a table of their own, about. */
export const bytesOfRows = (rows: readonly object[]): number =>
  rows.reduce<number>((sum, row) => sum + Buffer.byteLength(JSON.stringify(row)) + ROW_BYTES, 0);

/** A version that was inserted. */
export interface InsertedVersion {
  id: number;
  /** Bytes of its rows and of its files, uncompressed; without those of its package. */
  storedBytes: number;
}

/** Inserts a version with its parameters, requirements and files: four statements, whatever their number. */
export const insertVersion = async (tx: Queryable, version: NewVersion): Promise<InsertedVersion> => {
  const { parameters: _unsealed, requirements, ...definition } = version.definition;
  const { parameters, files } = version;
  const requirementBytes = bytesOfRows(requirements);
  const fileBytes = files.reduce((sum, { path, size }) => sum + path.length + ROW_BYTES + size, 0);
  const { rows } = await tx.query<InsertedVersion>(
    // A trigger adds the bytes of the definition, the attributes and the warnings.
    `insert into app_versions (app_id, definition, package_sha256, archive_sha256, archive_size, asset_key, warnings,
       requirement_bytes, stored_bytes)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9) returning id, stored_bytes as "storedBytes"`,
    [
      version.appId,
      JSON.stringify(definition),
      version.packageSha256,
      version.archive.sha256,
      version.archive.size,
      version.assetKey,
      JSON.stringify(version.warnings),
      requirementBytes,
      requirementBytes + bytesOfRows(parameters) + fileBytes,
    ],
  );
  const inserted = rows[0]!;
  const { id } = inserted;
  if (parameters.length > 0) await insertParameters(tx, version.appId, id, parameters);
  if (requirements.length > 0) await insertRequirements(tx, id, requirements);
  await insertFiles(tx, id, files);
  return inserted;
};

/**
 * A parameter that the current version has too keeps its id and its dates; when it is another now in what a client can
 * see, its second date is that of the new version.
 */
export const insertParameters = async (
  tx: Queryable,
  appId: number,
  versionId: number,
  parameters: NewParameter[],
): Promise<void> => {
  await tx.query(
    `insert into parameters (version_id, id, position, name, kind, required, secure, default_value, sealed_default,
       created_at, updated_at)
     select $2, coalesce(old.id, nextval('parameters_id_seq')), new.position, new.name, new.kind, new.required,
       new.secure, nullif(new."defaultValue", 'null'), new."sealedDefault", coalesce(old.created_at, now()),
       case when old.id is null or (old.kind, old.required, old.secure) is not distinct from
           (new.kind, new.required, new.secure)
         and coalesce(new."sameDefault", old.default_value is not distinct from nullif(new."defaultValue", 'null'))
         then old.updated_at else now() end
     from jsonb_to_recordset($3) as new (position int, name text, kind text, required boolean, secure boolean,
       "defaultValue" jsonb, "sealedDefault" text, "sameDefault" boolean)
     left join parameters old on old.name = new.name
       and old.version_id = (select a.version_id from apps a where a.id = $1)
     order by new.position`,
    [appId, versionId, JSON.stringify(parameters.map((parameter, position) => ({ ...parameter, position })))],
  );
};

export const insertRequirements = async (
  tx: Queryable,
  versionId: number,
  requirements: RequirementDefinition[],
): Promise<void> => {
  await tx.query(
    `insert into requirements (version_id, position, type, identifier, payload)
     select $1, r.position, r.type, r.identifier, coalesce(r.payload, 'null')
     from jsonb_to_recordset($2) as r (position int, type text, identifier text, payload jsonb)`,
    [versionId, JSON.stringify(requirements.map((requirement, position) => ({ ...requirement, position })))],
  );
};

const insertFiles = async (tx: Queryable, versionId: number, files: VersionFile[]): Promise<void> => {
  await tx.query(
    `insert into version_files (version_id, path, sha256, size)
     select $1, * from unnest($2::text[], $3::text[], $4::bigint[])`,
    [versionId, files.map((file) => file.path), files.map((file) => file.sha256), files.map((file) => file.size)],
  );
};

export const listRequirements = async (db: Queryable, versionId: number): Promise<RequirementDefinition[]> => {
  const { rows } = await db.query<RequirementDefinition>(
    'select type, identifier, payload from requirements where version_id = $1 order by position',
    [versionId],
  );
  return rows;
};

/** A file of the current version of an app that the account may see or has installed. */
export const findAppFile = async (db: Queryable, ref: AppRef, path: string): Promise<VersionFile | undefined> => {
  const { rows } = await db.query<VersionFile>(
    `select f.path, f.sha256, f.size from apps a join version_files f on f.version_id = a.version_id
     where ${reachableOne} and f.path = $4`,
    [...valuesOf(ref), path],
  );
  return rows[0];
};

/** A file of the version with this unguessable key: whoever knows the key may read it, so no account is asked for. */
export const findFileByAssetKey = async (
  db: Queryable,
  assetKey: string,
  path: string,
): Promise<VersionFile | undefined> => {
  const { rows } = await db.query<VersionFile>(
    `select f.path, f.sha256, f.size from app_versions v join version_files f on f.version_id = v.id
     where v.asset_key = $1 and f.path = $2`,
    [assetKey, path],
  );
  return rows[0];
};

export interface DownloadableVersion extends StoredArchive {
  versionId: number;
  packageSha256: string;
}

/** The current version of an app that the account owns: others may see and install it, not take it away. */
export const findDownload = async (db: Queryable, ref: AppRef): Promise<DownloadableVersion | undefined> => {
  const { rows } = await db.query<DownloadableVersion>(
    `select v.id as "versionId", v.package_sha256 as "packageSha256", v.archive_sha256 as sha256, v.archive_size as size
     from apps a join app_versions v on v.id = a.version_id where ${ownOne}`,
    valuesOf(ref),
  );
  return rows[0];
};
