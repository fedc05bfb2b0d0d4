import type { Queryable } from './pool.ts';

/** The sealed values of one installation, by the name of the setting. */
export interface InstallationSecrets {
  id: number;
  accountId: number;
  secrets: Record<string, string>;
}

/** Ids after `afterId`, in their order, of the installations of all accounts with a value that this key has not sealed. */
export const listInstallationsToReseal = async (
  db: Queryable,
  { keyId, afterId, limit }: { keyId: string; afterId: number; limit: number },
): Promise<number[]> => {
  const { rows } = await db.query<{ id: number }>(
    `select i.id from installations i where i.id > $2
       and exists (select 1 from jsonb_each_text(i.secrets) s where split_part(s.value, '.', 1) <> $1)
     order by i.id limit $3`,
    [keyId, afterId, limit],
  );
  return rows.map(({ id }) => id);
};

/**
 * Holds the installations of all accounts that nobody else holds, until the end of the transaction. It waits for
 * nobody, so two that hold several of them cannot wait for each other.
 */
export const holdFreeInstallations = async (tx: Queryable, ids: number[]): Promise<InstallationSecrets[]> => {
  const { rows } = await tx.query<InstallationSecrets>(
    `select id, account_id as "accountId", secrets from installations where id = any($1)
     order by id for no key update skip locked`,
    [ids],
  );
  return rows;
};

/** Waits for whoever holds the installation, then holds it; undefined when it is gone. */
export const holdInstallation = async (tx: Queryable, id: number): Promise<InstallationSecrets | undefined> => {
  const { rows } = await tx.query<InstallationSecrets>(
    'select id, account_id as "accountId", secrets from installations where id = $1 for no key update',
    [id],
  );
  return rows[0];
};

/** Replaces sealed values of an installation that is held. Nothing that its account can see changes. */
export const replaceSecrets = async (tx: Queryable, { id, accountId, secrets }: InstallationSecrets): Promise<void> => {
  await tx.query('update installations set secrets = secrets || $3::jsonb where account_id = $1 and id = $2', [
    accountId,
    id,
    JSON.stringify(secrets),
  ]);
};

/** Ids of the keys that values of installations are sealed with, in all accounts. */
export const listKeysOfInstallations = async (db: Queryable): Promise<string[]> => {
  const { rows } = await db.query<{ keyId: string }>(
    `select distinct split_part(s.value, '.', 1) as "keyId" from installations i, jsonb_each_text(i.secrets) s
     order by 1`,
  );
  return rows.map(({ keyId }) => keyId);
};

/** Apps with installations that hold the value of a secret parameter in clear, and the names of those parameters. */
export const listAppsWithPlainSecrets = async (
  db: Queryable,
  secretKinds: readonly string[],
): Promise<{ appId: number; names: string[] }[]> => {
  const { rows } = await db.query<{ appId: number; names: string[] }>(
    `select i.app_id as "appId", array_agg(distinct p.name) as names
     from installations i join parameters p on p.version_id = i.version_id
     where (p.secure or p.kind = any($1)) and i.settings ? p.name group by i.app_id order by i.app_id`,
    [secretKinds],
  );
  return rows;
};
