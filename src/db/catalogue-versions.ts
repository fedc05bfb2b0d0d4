import { visible } from './apps.ts';
import type { Attributes } from './catalogue.ts';
import type { Queryable } from './pool.ts';

/** A version of an app that an account may install, with what is to be known of the app. */
export interface AvailableVersion {
  id: number;
  appId: number;
  version: string | null;
  attributes: Attributes;
  createdAt: Date;
  /** What the door's clients call the app. */
  key: string | null;
  visibility: 'private' | 'public';
}

export interface AvailableVersionFilter {
  accountId: number;
  kind: string;
  /** Only those after this one, in the order of their ids. */
  after: number;
  limit: number;
}

/** Versions of the apps that the account registered itself and of those published to it, oldest first. */
export const listAvailableVersions = async (
  db: Queryable,
  { accountId, kind, after, limit }: AvailableVersionFilter,
): Promise<AvailableVersion[]> => {
  const { rows } = await db.query<AvailableVersion>(
    `select v.id, v.app_id as "appId", v.definition ->> 'version' as version, v.attributes, v.created_at as "createdAt",
       a.key, a.visibility
     from app_versions v join apps a on a.id = v.app_id
     where ${visible} and a.kind = $2 and v.id > $3 order by v.id limit $4`,
    [accountId, kind, after, limit],
  );
  return rows;
};
