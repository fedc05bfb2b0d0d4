import type { RequirementDefinition } from '../domain/package/definition.ts';
import type { Attempt } from './jobs.ts';
import { firstChunk, readPage, type Found } from './chunks.ts';
import type { Queryable } from './pool.ts';

export interface NewResource extends RequirementDefinition {
  accountId: number;
  installationId: number;
  /** Which version requires it. */
  versionId: number;
}

/**
 * `superseded`: another attempt of the job has taken over. `gone`: the installation was removed meanwhile. `overtaken`: it
 * has another job by now and does not run on this version; what were made would be nobody's.
 */
export type Provisioned = 'provisioned' | 'superseded' | 'gone' | 'overtaken';

/** Provisions one requirement of a version, once however often it is asked for: one round trip. */
export const provisionResource = async (
  db: Queryable,
  attempt: Attempt,
  resource: NewResource,
): Promise<Provisioned> => {
  const { rows } = await db.query<{ holds: boolean; exists: boolean; wanted: boolean }>(
    `with holder as (select 1 from jobs where id = $1 and attempt = $2 and state = 'working' for share),
       target as (select job_id = $1 or version_id = $8 as wanted from installations
         where account_id = $3 and id = $4 for key share),
       made as (
         insert into resources (account_id, installation_id, type, identifier, payload, job_id)
         select $3, $4, $5, $6, $7, $1 from holder, target where wanted on conflict on constraint resources_identifier_key do nothing)
     select exists (select 1 from holder) as holds, exists (select 1 from target) as exists,
       exists (select 1 from target where wanted) as wanted`,
    [
      attempt.id,
      attempt.attempt,
      resource.accountId,
      resource.installationId,
      resource.type,
      resource.identifier,
      JSON.stringify(resource.payload),
      resource.versionId,
    ],
  );
  const { holds, exists, wanted } = rows[0]!;
  if (!holds) return 'superseded';
  if (!exists) return 'gone';
  return wanted ? 'provisioned' : 'overtaken';
};

/** Does an installation lack something that its version requires? Hold it. */
export const isIncomplete = async (tx: Queryable, accountId: number, installationId: number): Promise<boolean> => {
  const { rowCount } = await tx.query(
    `select 1 from installations i join requirements r on r.version_id = i.version_id
     where i.account_id = $1 and i.id = $2 and not exists (
       select 1 from resources s where s.installation_id = i.id and s.type = r.type and s.identifier = r.identifier)
     limit 1`,
    [accountId, installationId],
  );
  return rowCount === 1;
};

export type ResourceName = Pick<Resource, 'type' | 'identifier'>;

/** Removes what one job has provisioned. @returns what that was, the last first. */
export const removeProvisioned = async (
  tx: Queryable,
  { accountId, installationId, jobId }: { accountId: number; installationId: number; jobId: string },
): Promise<ResourceName[]> => {
  const { rows } = await tx.query<ResourceName>(
    `with removed as (
       delete from resources where account_id = $1 and installation_id = $2 and job_id = $3 returning id, type, identifier)
     select type, identifier from removed order by id desc`,
    [accountId, installationId, jobId],
  );
  return rows;
};

/** A requirement as it was provisioned. */
export interface Resource {
  id: number;
  accountId: number;
  installationId: number;
  type: string;
  identifier: string;
  createdAt: Date;
}

export interface ResourceFilter {
  accountId: number;
  installationId: number;
  limit: number;
}

const weighed = `
  select s.id as place, 100 + octet_length(s.type) + octet_length(s.identifier) as bytes from resources s
  where s.account_id = $1 and s.installation_id = $2 and s.id > $3 order by s.id limit $4`;

/** Reads them in the order in which they were made, chunk by chunk. Their payloads are left out: they may be large. */
export const readResources = (
  db: Queryable,
  { accountId, installationId, limit }: ResourceFilter,
): AsyncGenerator<Resource[], void, undefined> =>
  readPage<Resource>({ after: 0, limit }, async (after, most) => {
    const { rows } = await db.query<Found<Resource>>(
      `select c.found, s.id, s.account_id as "accountId", s.installation_id as "installationId", s.type, s.identifier,
         s.created_at as "createdAt"
       from ${firstChunk(weighed)} c join resources s on s.id = c.place order by s.id`,
      [accountId, installationId, after, most],
    );
    return rows;
  }).chunks;

/**
 * Makes what is there agree with a version: what it does not require goes, the rest is as the version has it. What is
 * missing is not made.
 */
export const alignResources = async (
  tx: Queryable,
  { accountId, installationId, versionId }: { accountId: number; installationId: number; versionId: number },
): Promise<void> => {
  await tx.query(
    `delete from resources s where s.account_id = $1 and s.installation_id = $2 and not exists (
       select 1 from requirements r where r.version_id = $3 and r.type = s.type and r.identifier = s.identifier)`,
    [accountId, installationId, versionId],
  );
  await tx.query(
    `update resources s set payload = r.payload from requirements r
     where s.account_id = $1 and s.installation_id = $2 and r.version_id = $3 and r.type = s.type
       and r.identifier = s.identifier and s.payload is distinct from r.payload`,
    [accountId, installationId, versionId],
  );
};
