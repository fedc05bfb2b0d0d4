import type { JobState } from '../domain/job.ts';
import { parameterBytesOf } from './apps.ts';
import { firstChunk, readPage, type Found, type PageReader } from './chunks.ts';
import type { Installation } from './installations.ts';
import type { Queryable } from './pool.ts';
import { hasSecretDefault, secretParameter } from './secret-defaults.ts';

/** An installation of an app of any door, with how far the job is that it is asked about. */
export interface CatalogueInstallation {
  id: number;
  appId: number;
  /** The door whose app it is. */
  kind: string;
  /** What the door's clients call the app; null: it has no such name. */
  key: string | null;
  appName: string;
  /** What it runs on. */
  versionId: number;
  version: string | null;
  title: string;
  product: string;
  state: Installation['state'];
  enabled: boolean;
  jobId: string;
  /** As the row has it. Null: the job is not kept any more; so are the next four. */
  jobState: JobState | null;
  jobMessage: string | null;
  /** What the job moves it to; null also: it stays on what it has. */
  jobVersionId: number | null;
  jobVersion: string | null;
  /** Names of the required settings without a value or a default, in the order of the version's parameters. */
  missingSettings: string[];
  createdAt: Date;
  updatedAt: Date;
}

/** Whether a JSON value is a setting's value: an empty text is none. */
const isGiven = (value: string): string => `coalesce(${value}, 'null') not in ('null', '""')`;

/** As `missingSettingNames` of the domain tells them, without reading values; one of another kind counts as given. */
const missingSettings = `array(select p.name from parameters p
  where p.version_id = i.version_id and p.required and p.kind <> 'hidden' and not
    case when ${secretParameter}
      then i.secrets ? p.name or ${isGiven('i.settings -> p.name')} or ${hasSecretDefault}
      when i.settings ? p.name then ${isGiven('i.settings -> p.name')} else ${isGiven('p.default_value')} end
  order by p.position)`;

export interface CatalogueInstallationFilter {
  accountId: number;
  /** Null: of every door. */
  kind: string | null;
  /** Only this one. */
  id?: number | undefined;
  /** Only those of this app. */
  appId?: number | undefined;
  /** Only those of the app that the door's clients call so. */
  key?: string | undefined;
  /** Only those after this one, in the order of their ids. */
  after?: number | undefined;
  limit: number;
}

const filtered = `i.account_id = $1 and ($2::text is null or a.kind = $2) and ($3::bigint is null or i.app_id = $3)
    and ($6::text is null or a.key = $6) and i.id > $4 and ($7::bigint is null or i.id = $7)`;
const joined = `installations i join apps a on a.id = i.app_id
    left join jobs j on j.account_id = i.account_id and j.id = i.job_id`;
const weighed = `
  select i.id as place,
    600 + octet_length(i.title) + octet_length(a.name) + coalesce(octet_length(j.message), 0)
      + ${parameterBytesOf('i.version_id')} as bytes
  from ${joined} where ${filtered} order by i.id limit $5`;

/** The first chunk of what an account has installed, in the order in which it was: one round trip. */
export const listCatalogueInstallations = async (
  db: Queryable,
  { accountId, kind, id, appId, key, after, limit }: CatalogueInstallationFilter,
): Promise<Found<CatalogueInstallation>[]> => {
  const { rows } = await db.query<Found<CatalogueInstallation>>(
    `select c.found, i.id, i.app_id as "appId", a.kind, a.key, a.name as "appName", i.version_id as "versionId",
       v.outline ->> 'version' as version, i.title, i.product, i.state, i.enabled, i.job_id as "jobId",
       j.state as "jobState", j.message as "jobMessage", j.version_id as "jobVersionId",
       w.outline ->> 'version' as "jobVersion", ${missingSettings} as "missingSettings", i.created_at as "createdAt", i.updated_at as "updatedAt"
     from ${firstChunk(weighed)} c join installations i on i.id = c.place
       join apps a on a.id = i.app_id join app_versions v on v.id = i.version_id
       left join jobs j on j.account_id = i.account_id and j.id = i.job_id
       left join app_versions w on w.app_id = i.app_id and w.id = j.version_id
     order by i.id`,
    [accountId, kind, appId ?? null, after ?? 0, limit, key ?? null, id ?? null],
  );
  return rows;
};

/** A page of what an account has installed, chunk by chunk. */
export const readCatalogueInstallations = (
  db: Queryable,
  filter: CatalogueInstallationFilter & { after: number },
): PageReader<CatalogueInstallation> =>
  readPage(filter, (after, limit) => listCatalogueInstallations(db, { ...filter, after, limit }));

/** Whether an app is installed in another account than this one, which owns it. */
export const isInstalledByOthers = async (db: Queryable, accountId: number, appId: number): Promise<boolean> => {
  const { rows } = await db.query<{ found: boolean }>(
    'select exists (select 1 from installations where app_id = $2 and account_id <> $1) as found',
    [accountId, appId],
  );
  return rows[0]!.found;
};
