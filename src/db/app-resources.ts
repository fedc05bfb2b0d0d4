import type { Queryable } from './pool.ts';

/** Members of a provisioned requirement, as texts. */
export interface ResourceTexts {
  installationId: number;
  /** By name; a member that is missing or too long is null. */
  texts: Record<string, string | null>;
}

interface ResourceQuery {
  accountId: number;
  appId: number;
  type: string;
  /** Which members of the payload to read. */
  names: readonly string[];
  /** Characters of a member. */
  longest: number;
  limit: number;
}

/** Reads members of one type of resources that the active installations of an app have in an account, oldest first. */
export const listResourceTexts = async (
  db: Queryable,
  { accountId, appId, type, names, longest, limit }: ResourceQuery,
): Promise<ResourceTexts[]> => {
  const { rows } = await db.query<ResourceTexts>(
    `select i.id as "installationId", (
       select json_object_agg(n, case when length(s.payload ->> n) <= $5 then s.payload ->> n end)
       from unnest($4::text[]) n) as texts
     from installations i join resources s on s.account_id = i.account_id and s.installation_id = i.id
     where i.account_id = $1 and i.app_id = $2 and i.enabled and i.state = 'installed' and s.type = $3
     order by s.id limit $6`,
    [accountId, appId, type, names, longest, limit],
  );
  return rows;
};
