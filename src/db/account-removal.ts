import type { Actor } from '../domain/audit.ts';
import type { Queryable } from './pool.ts';

/** These are removed by statements of their own: other tables, or other accounts, refer to them. */
const APART = ['apps', 'users', 'oauth_grants'];
/** These go with the installations that they belong to. */
const GO_ALONG = ['resources'];

/** The tables whose rows belong to an account, as the database knows them: also those that a later release adds. */
export const listTablesOfAccounts = async (db: Queryable): Promise<string[]> => {
  const { rows } = await db.query<{ name: string }>(
    `select distinct c.relname as name from pg_constraint f join pg_class c on c.oid = f.conrelid
       join pg_attribute a on a.attrelid = c.oid and a.attnum = f.conkey[1]
     where f.contype = 'f' and f.confrelid = 'accounts'::regclass and a.attname = 'account_id'
       and c.relname <> all ($1) order by 1`,
    [[...APART, ...GO_ALONG]],
  );
  return rows.map(({ name }) => name);
};

/** @param table one of those that {@link listTablesOfAccounts} names. @returns how many rows it deleted. */
export const deleteSomeRows = async (
  db: Queryable,
  table: string,
  { accountId, limit }: { accountId: number; limit: number },
): Promise<number> => {
  if (!/^[a-z_]+$/.test(table)) throw new Error(`"${table}" is not the name of a table.`);
  const { rowCount } = await db.query(
    `delete from ${table} where account_id = $1
       and ctid = any(array(select ctid from ${table} where account_id = $1 limit $2))`,
    [accountId, limit],
  );
  return rowCount ?? 0;
};

/**
 * Deletes some of the installations, in any account, of the apps of an account, each with an entry in the log of the account
 * that had it.
 *
 * @returns how many.
 */
export const deleteSomeInstallationsOfApps = async (
  db: Queryable,
  { accountId, actor, limit }: { accountId: number; actor: Actor; limit: number },
): Promise<number> => {
  const { rowCount } = await db.query(
    `with gone as (
       delete from installations where id in (
         select i.id from installations i join apps p on p.id = i.app_id where p.account_id = $1 limit $2)
       returning id, account_id, title, app_id, product)
     insert into audit_entries (account_id, action, actor_name, subject_type, subject_id, subject_name, before)
     select account_id, 'destroy', $3, 'installation', id, title, jsonb_build_object('appId', app_id, 'product', product)
     from gone`,
    [accountId, limit, actor.name],
  );
  return rowCount ?? 0;
};

/** Deletes some versions that are not the current ones, with their files. */
export const deleteSomeVersions = async (db: Queryable, accountId: number, limit: number): Promise<number> => {
  const { rowCount } = await db.query(
    `delete from app_versions where id in (
       select v.id from app_versions v join apps p on p.id = v.app_id
       where p.account_id = $1 and p.version_id is distinct from v.id limit $2)`,
    [accountId, limit],
  );
  return rowCount ?? 0;
};

/** Deletes an account that nothing is left of but apps without installations, users without tokens, and latecomers. */
export const deleteAccount = async (tx: Queryable, accountId: number): Promise<void> => {
  await tx.query('delete from accounts where id = $1 and removed_at is not null', [accountId]);
};
