import type { Restriction } from '../domain/restrictions.ts';
import type { Scalar } from '../domain/settings.ts';
import { parameterBytesOf, parametersOf, type Parameter } from './apps.ts';
import { firstChunk, readByIds, type Found } from './chunks.ts';
import type { Queryable } from './pool.ts';

export interface Installation {
  id: number;
  accountId: number;
  appId: number;
  /** The door whose app it is. */
  appKind: string;
  versionId: number;
  product: string;
  title: string;
  state: 'pending' | 'installed' | 'failed';
  /** What the admin wants; the app is active when it is also installed. */
  enabled: boolean;
  /** Values of the parameters that are not secure. */
  settings: Record<string, Scalar>;
  /** Names of the secure parameters that have a value. The values never leave the database in clear. */
  secretNames: string[];
  groupRestrictions: Restriction[];
  roleRestrictions: Restriction[] | null;
  jobId: string;
  createdAt: Date;
  updatedAt: Date;
  parameters: Parameter[];
}

const columns = `i.id, i.account_id as "accountId", i.app_id as "appId",
  a.kind as "appKind", i.version_id as "versionId", i.product, i.title, i.state, i.enabled, i.settings,
  array(select jsonb_object_keys(i.secrets)) as "secretNames",
  i.group_restrictions as "groupRestrictions", i.role_restrictions as "roleRestrictions", i.job_id as "jobId",
  i.created_at as "createdAt", i.updated_at as "updatedAt"`;

const select = `select ${columns}, ${parametersOf('i.version_id')} as parameters
  from installations i join apps a on a.id = i.app_id`;

export interface InstallationFilter {
  accountId: number;
  /** The door whose apps they are of. */
  kind: string;
  /** Null: of all products. */
  product: string | null;
}

const listed = `i.account_id = $1 and ($2::text is null or i.product = $2) and a.kind = $3`;

/** The newest installation that a list of the newest `most` leaves out; 0 when it has them all. */
export const lastUnlistedInstallation = async (
  db: Queryable,
  { accountId, product, kind }: InstallationFilter,
  most: number,
): Promise<number> => {
  const { rows } = await db.query<{ id: number }>(
    `select i.id from installations i join apps a on a.id = i.app_id where ${listed}
     order by i.id desc offset $4 limit 1`,
    [accountId, product, kind, most],
  );
  return rows[0]?.id ?? 0;
};

const weighed = `
  select i.id as place, octet_length(i.title) + octet_length(i.settings::text) + octet_length(i.secrets::text)
      + octet_length(i.group_restrictions::text) + coalesce(octet_length(i.role_restrictions::text), 0)
      + ${parameterBytesOf('i.version_id')} as bytes
  from installations i join apps a on a.id = i.app_id
  where ${listed} and i.id > $4 order by i.id limit $5`;

/** Reads the installations of a list after an id, in the order of their ids, chunk by chunk. */
export const readInstallations = (
  db: Queryable,
  { accountId, product, kind }: InstallationFilter,
  start: number,
): AsyncGenerator<Installation[], void, undefined> =>
  readByIds<Installation>(start, async (after, most) => {
    const { rows } = await db.query<Found<Installation>>(
      `select c.found, ${columns}, ${parametersOf('i.version_id')} as parameters
       from ${firstChunk(weighed)} c join installations i on i.id = c.place join apps a on a.id = i.app_id
       order by i.id`,
      [accountId, product, kind, after, most],
    );
    return rows;
  });

export const findInstallation = async (
  db: Queryable,
  accountId: number,
  id: number,
): Promise<Installation | undefined> => {
  const { rows } = await db.query<Installation>(`${select} where i.account_id = $1 and i.id = $2`, [accountId, id]);
  return rows[0];
};

/** Holds an installation until the end of the transaction, so that two merges of settings cannot overwrite each other. */
export const lockInstallation = async (tx: Queryable, accountId: number, id: number): Promise<boolean> => {
  const { rowCount } = await tx.query(
    'select 1 from installations where account_id = $1 and id = $2 for no key update',
    [accountId, id],
  );
  return rowCount === 1;
};

export const isInstalled = async (
  tx: Queryable,
  accountId: number,
  { appId, product }: { appId: number; product: string },
): Promise<boolean> => {
  const { rowCount } = await tx.query(
    'select 1 from installations where account_id = $1 and app_id = $2 and product = $3 limit 1',
    [accountId, appId, product],
  );
  return rowCount === 1;
};

export interface NewInstallation {
  accountId: number;
  appId: number;
  versionId: number;
  product: string;
  title: string;
  state: Installation['state'];
  enabled: boolean;
  settings: Record<string, Scalar>;
  /** Sealed. */
  secrets: Record<string, string>;
  groupRestrictions: Restriction[];
  roleRestrictions: Restriction[] | null;
  jobId: string;
}

export const insertInstallation = async (tx: Queryable, row: NewInstallation): Promise<number> => {
  const { rows } = await tx.query<{ id: number }>(
    `insert into installations (account_id, app_id, version_id, product, title, state, enabled, settings, secrets,
       group_restrictions, role_restrictions, job_id)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) returning id`,
    [
      row.accountId,
      row.appId,
      row.versionId,
      row.product,
      row.title,
      row.state,
      row.enabled,
      JSON.stringify(row.settings),
      JSON.stringify(row.secrets),
      JSON.stringify(row.groupRestrictions),
      row.roleRestrictions === null ? null : JSON.stringify(row.roleRestrictions),
      row.jobId,
    ],
  );
  return rows[0]!.id;
};

export interface InstallationChange {
  accountId: number;
  id: number;
  title: string;
  enabled: boolean;
  settings: Record<string, Scalar>;
  /** Sealed; added to those that are there. */
  secrets: Record<string, string>;
  /** Secure settings that lose their value. */
  forgottenSecrets: string[];
  groupRestrictions: Restriction[];
  roleRestrictions: Restriction[] | null;
}

export const changeInstallation = async (tx: Queryable, change: InstallationChange): Promise<void> => {
  await tx.query(
    `update installations set title = $3, enabled = $4, settings = $5, secrets = (secrets || $6::jsonb) - $7::text[],
       group_restrictions = $8, role_restrictions = $9, updated_at = now() where account_id = $1 and id = $2`,
    [
      change.accountId,
      change.id,
      change.title,
      change.enabled,
      JSON.stringify(change.settings),
      JSON.stringify(change.secrets),
      change.forgottenSecrets,
      JSON.stringify(change.groupRestrictions),
      change.roleRestrictions === null ? null : JSON.stringify(change.roleRestrictions),
    ],
  );
};

/** With its resources. */
export const deleteInstallation = async (tx: Queryable, accountId: number, id: number): Promise<void> => {
  await tx.query('delete from installations where account_id = $1 and id = $2', [accountId, id]);
};

/** Ends the wait for the install job; an installation that runs already stays as it is when a later job fails. */
export const endPending = async (
  tx: Queryable,
  { accountId, id, state }: { accountId: number; id: number; state: 'installed' | 'failed' },
): Promise<void> => {
  await tx.query(
    `update installations set state = $3, updated_at = now()
     where account_id = $1 and id = $2 and (state = 'pending' or (state = 'failed' and $3 = 'installed'))`,
    [accountId, id, state],
  );
};

/** One whose job failed waits for it again. */
export const waitAgain = async (tx: Queryable, accountId: number, id: number): Promise<void> => {
  await tx.query(
    `update installations set state = 'pending', updated_at = now()
     where account_id = $1 and id = $2 and state = 'failed'`,
    [accountId, id],
  );
};

/** One installation runs on a version from now on. */
export const moveInstallation = async (
  tx: Queryable,
  { accountId, installationId, versionId }: { accountId: number; installationId: number; versionId: number },
): Promise<void> => {
  await tx.query('update installations set version_id = $3, updated_at = now() where account_id = $1 and id = $2', [
    accountId,
    installationId,
    versionId,
  ]);
};

/** The job that the installation is asked about from now on. */
export const setInstallationJob = async (
  tx: Queryable,
  { accountId, id, jobId }: { accountId: number; id: number; jobId: string },
): Promise<void> => {
  await tx.query('update installations set job_id = $3, updated_at = now() where account_id = $1 and id = $2', [
    accountId,
    id,
    jobId,
  ]);
};

/** All installations of an app run on a version from now on, in every account. */
export const moveInstallations = async (tx: Queryable, appId: number, versionId: number): Promise<void> => {
  await tx.query('update installations set version_id = $2, updated_at = now() where app_id = $1', [appId, versionId]);
};

/** Installations of an app, in every account, that have a plain value of one of these names. Holds them. */
export const listPlainSettings = async (
  tx: Queryable,
  { appId, installationId, names }: { appId: number; installationId?: number | undefined; names: string[] },
): Promise<Pick<Installation, 'id' | 'accountId' | 'settings'>[]> => {
  const { rows } = await tx.query<Pick<Installation, 'id' | 'accountId' | 'settings'>>(
    `select id, account_id as "accountId", settings from installations
     where app_id = $1 and settings ?| $2::text[] and ($3::bigint is null or id = $3) order by id for no key update`,
    [appId, names, installationId ?? null],
  );
  return rows;
};

/** Takes values out of the plain settings; a sealed one that is there already is newer and stays. */
export const sealSettings = async (
  tx: Queryable,
  {
    accountId,
    id,
    names,
    secrets,
  }: { accountId: number; id: number; names: string[]; secrets: Record<string, string> },
): Promise<void> => {
  await tx.query(
    `update installations set settings = settings - $3::text[], secrets = $4::jsonb || secrets
     where account_id = $1 and id = $2`,
    [accountId, id, names, JSON.stringify(secrets)],
  );
};
