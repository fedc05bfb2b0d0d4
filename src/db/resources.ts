import type { RequirementDefinition } from '../domain/package/definition.ts';
import type { Attempt } from './jobs.ts';
import type { Queryable } from './pool.ts';

export interface NewResource extends RequirementDefinition {
  accountId: number;
  installationId: number;
}

/** `superseded`: another attempt of the job has taken over. `gone`: the installation was removed meanwhile. */
export type Provisioned = 'provisioned' | 'superseded' | 'gone';

/** Provisions one requirement, once however often it is asked for: one round trip. */
export const provisionResource = async (
  db: Queryable,
  attempt: Attempt,
  resource: NewResource,
): Promise<Provisioned> => {
  const { rows } = await db.query<{ holds: boolean; exists: boolean }>(
    `with holder as (select 1 from jobs where id = $1 and attempt = $2 and state = 'working' for share),
       target as (select 1 from installations where account_id = $3 and id = $4 for key share),
       made as (
         insert into resources (account_id, installation_id, type, identifier, payload)
         select $3, $4, $5, $6, $7 from holder, target on conflict on constraint resources_identifier_key do nothing)
     select exists (select 1 from holder) as holds, exists (select 1 from target) as exists`,
    [
      attempt.id,
      attempt.attempt,
      resource.accountId,
      resource.installationId,
      resource.type,
      resource.identifier,
      JSON.stringify(resource.payload),
    ],
  );
  const { holds, exists } = rows[0]!;
  if (!holds) return 'superseded';
  return exists ? 'provisioned' : 'gone';
};
