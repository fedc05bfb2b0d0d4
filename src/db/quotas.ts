import type { Pool, PoolClient } from 'pg';
import type { QuotaName, Quotas, Usage } from '../domain/quota.ts';
import { withTransactionReading, type Queryable } from './pool.ts';
import { RESERVATION_SECONDS } from './upload-reservations.ts';

/** What an account may have, where that is not what the settings say. */
export type OwnQuotas = Partial<Quotas>;

interface QuotasRow {
  quotas: OwnQuotas;
}

/** A transaction whose first round trip reads the account's own quotas as well. */
export const withOwnQuotas = <T>(
  pool: Pool,
  accountId: number,
  work: (tx: PoolClient, own: OwnQuotas) => Promise<T>,
): Promise<T> =>
  withTransactionReading<QuotasRow, T>(
    pool,
    // It goes without parameters: the id is a number whatever its type claims.
    `select quotas from accounts where id = ${BigInt(accountId)}`,
    (tx, rows) => work(tx, rows[0]?.quotas ?? {}),
  );

/**
 * The account's own quotas as they are until the end of the transaction, in which nobody else counts or changes them.
 * Call it last: whoever holds them must not wait for anything else that others hold.
 */
export const holdOwnQuotas = async (tx: Queryable, accountId: number): Promise<OwnQuotas> => {
  const { rows } = await tx.query<QuotasRow>('select quotas from accounts where id = $1 for no key update', [
    accountId,
  ]);
  return rows[0]?.quotas ?? {};
};

/** The account's own quotas: one round trip. */
export const findOwnQuotas = async (db: Queryable, accountId: number): Promise<OwnQuotas> => {
  const { rows } = await db.query<QuotasRow>('select quotas from accounts where id = $1', [accountId]);
  return rows[0]?.quotas ?? {};
};

/** Sets some of the account's own quotas: null is no limit, undefined what the settings say. */
export const setOwnQuotas = async (
  tx: Queryable,
  accountId: number,
  changes: readonly (readonly [QuotaName, number | null | undefined])[],
): Promise<void> => {
  const set = Object.fromEntries(changes.filter(([, value]) => value !== undefined));
  const reset = changes.filter(([, value]) => value === undefined).map(([name]) => name);
  await tx.query('update accounts set quotas = (quotas || $2::jsonb) - $3::text[] where id = $1', [
    accountId,
    JSON.stringify(set),
    reset,
  ]);
};

/**
 * An installation keeps a copy of each requirement of its version, and its settings: as the database has compressed
 * them, so that none of them is read.
 */
const bytesOfInstallation = 'v.requirement_bytes + pg_column_size(i.settings) + pg_column_size(i.secrets)';

/** Each package counts once: as an upload until its build has completed, then as a version. */
const packages = `
  select v.archive_size as size from apps a join app_versions v on v.app_id = a.id where a.account_id = $1
  union all select u.size from uploads u where u.account_id = $1 and u.job_id is null
  union all select u.size from uploads u join jobs j on j.id = u.job_id and j.upload_id = u.id
    where u.account_id = $1 and j.state <> 'completed'`;

/** Uploads that have begun and not ended, as long as the process that takes them says that it is there. */
const arriving = `select r.bytes as size from upload_reservations r
  where r.account_id = $1 and r.touched_at > now() - interval '${RESERVATION_SECONDS} seconds'`;

/** What apps, versions, records and installations take, uncompressed. */
const stored = `
  select v.stored_bytes as size from apps a join app_versions v on v.app_id = a.id where a.account_id = $1
  union all select attribute_bytes from apps where account_id = $1
  union all select attribute_bytes from door_records where account_id = $1
  union all select t.size from attachments t where t.account_id = $1
  union all select ${bytesOfInstallation} from installations i join app_versions v on v.id = i.version_id
    where i.account_id = $1`;

/** A record with a signing key of its own. */
const ofPolicy = `attributes ? 'signing_key_id'`;
const isLive = (token: string): string =>
  `${token}.revoked_at is null and (${token}.expires_at is null or ${token}.expires_at > now())`;

const counts: Record<QuotaName, string> = {
  packages: `(select count(*) from (${packages}) p) as packages`,
  bytes: `(select coalesce(sum(p.size), 0)::bigint from (
    ${packages} union all ${arriving} union all ${stored}) p) as bytes`,
  apps: '(select count(*) from apps where account_id = $1) as apps',
  installations: '(select count(*) from installations where account_id = $1) as installations',
  policies: `(select count(*) from door_records where account_id = $1 and ${ofPolicy}) as policies`,
  environments: `(select count(*) from door_records
    where account_id = $1 and door = 'appyard' and type = 'environment') as environments`,
  roles: `(select count(*) from door_records where account_id = $1 and door = 'appyard' and type like 'role:%') as roles`,
  // The record of an installation is called by its number, and counts as that.
  records: `((select count(*) from door_records
    where account_id = $1 and door <> 'appyard' and not ${ofPolicy} and key !~ '^[0-9]+$')
    + (select count(*) from attachments where account_id = $1)) as records`,
  clients: '(select count(*) from oauth_clients where account_id = $1) as clients',
  tokens: `(select count(*) from api_tokens t join users u on u.id = t.user_id
    where u.account_id = $1 and t.grant_id is null and t.parent_id is null and t.client_id is null and ${isLive('t')}) as tokens`,
  sessions: `((select count(*) from api_tokens t join users u on u.id = t.user_id
    where u.account_id = $1 and (t.parent_id is not null or t.client_id is not null) and ${isLive('t')}) + (select count(*) from oauth_grants g where g.account_id = $1 and g.revoked_at is null and (
    exists (select from oauth_refresh_tokens r where r.grant_id = g.id and r.expires_at > now())
    or exists (select from oauth_codes c where c.grant_id = g.id and c.expires_at > now())
    or exists (select from api_tokens t where t.grant_id = g.id and ${isLive('t')})))) as sessions`,
};

/** What the account has of these: at least one. */
export const countUsage = async <Name extends QuotaName>(
  db: Queryable,
  accountId: number,
  names: readonly Name[],
): Promise<Pick<Usage, Name>> => {
  const { rows } = await db.query<Pick<Usage, Name>>(`select ${names.map((name) => counts[name]).join(', ')}`, [
    accountId,
  ]);
  return rows[0]!;
};

/** Bytes that an app with its versions takes, uncompressed; without those of packages. */
export const countAppBytes = async (tx: Queryable, accountId: number, appId: number): Promise<number> => {
  const { rows } = await tx.query<{ bytes: number }>(
    `select (coalesce(a.attribute_bytes, 0) + coalesce((select sum(v.stored_bytes) from app_versions v
       where v.app_id = a.id), 0))::bigint as bytes
     from apps a where a.account_id = $1 and a.id = $2`,
    [accountId, appId],
  );
  return rows[0]?.bytes ?? 0;
};

/**
 * Bytes that an installation takes.
 *
 * @param versionId counts the requirements of this version instead of those of its own.
 */
export const countInstallationBytes = async (
  tx: Queryable,
  accountId: number,
  { id, versionId }: { id: number; versionId?: number },
): Promise<number> => {
  const { rows } = await tx.query<{ bytes: number }>(
    `select (${bytesOfInstallation})::bigint as bytes from installations i
       join app_versions v on v.app_id = i.app_id and v.id = coalesce($3, i.version_id)
     where i.account_id = $1 and i.id = $2`,
    [accountId, id, versionId ?? null],
  );
  return rows[0]?.bytes ?? 0;
};
