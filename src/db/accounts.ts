import { defaultSwitches, type PackageSwitches } from '../domain/package/switches.ts';
import { AppError } from '../errors.ts';
import { isUniqueViolation } from './errors.ts';
import type { Queryable } from './pool.ts';

export interface Account {
  id: number;
  subdomain: string;
}

/** @throws AppError `subdomain_taken` */
export const insertAccount = async (db: Queryable, subdomain: string): Promise<Account> => {
  try {
    const { rows } = await db.query<Account>('insert into accounts (subdomain) values ($1) returning id, subdomain', [
      subdomain,
    ]);
    return rows[0]!;
  } catch (err) {
    if (isUniqueViolation(err, 'accounts_subdomain_key'))
      throw new AppError('subdomain_taken', 409, `There is an account "${subdomain}" already.`);
    throw err;
  }
};

export const findAccountBySubdomain = async (db: Queryable, subdomain: string): Promise<Account | undefined> => {
  const { rows } = await db.query<Account>('select id, subdomain from accounts where subdomain = $1', [subdomain]);
  return rows[0];
};

/** What the account is called where neither a number nor a subdomain is asked for: 24 hex digits. */
export const findAccountExternalId = async (db: Queryable, accountId: number): Promise<string | undefined> => {
  const { rows } = await db.query<{ externalId: string }>(
    'select external_id as "externalId" from accounts where id = $1',
    [accountId],
  );
  return rows[0]?.externalId;
};

export interface NamedAccount {
  id: number;
  subdomain: string;
  externalId: string;
}

/** Finds an account that is not suspended by what vendors' clients call it: 24 hex digits, or its subdomain. */
export const findAccountCalled = async (db: Queryable, name: string): Promise<NamedAccount | undefined> => {
  const { rows } = await db.query<NamedAccount>(
    `select id, subdomain, external_id as "externalId" from accounts
     where (external_id = $1 or subdomain = $1) and suspended_at is null and removed_at is null
     order by external_id = $1 desc limit 1`,
    [name],
  );
  return rows[0];
};

export const hasAccounts = async (db: Queryable): Promise<boolean> => {
  const { rows } = await db.query<{ any: boolean }>('select exists (select 1 from accounts) as any');
  return rows[0]!.any;
};

/** Which checks of packages the account has turned on. */
export const getSwitches = async (db: Queryable, accountId: number): Promise<PackageSwitches> => {
  const { rows } = await db.query<{ switches: Partial<PackageSwitches> }>(
    'select switches from accounts where id = $1',
    [accountId],
  );
  return { ...defaultSwitches, ...rows[0]?.switches };
};

export const setSwitch = async (
  db: Queryable,
  accountId: number,
  { name, on }: { name: keyof PackageSwitches; on: boolean },
): Promise<void> => {
  await db.query('update accounts set switches = switches || jsonb_build_object($2::text, $3::boolean) where id = $1', [
    accountId,
    name,
    on,
  ]);
};

/** What the command line shows of an account. */
export interface ListedAccount extends Account {
  state: 'active' | 'suspended' | 'being removed';
  users: number;
  apps: number;
  installations: number;
  createdAt: Date;
}

/** Of all accounts, by name. For the operator of the machine. */
export const listAccounts = async (db: Queryable, limit: number): Promise<ListedAccount[]> => {
  const { rows } = await db.query<ListedAccount>(
    `select a.id, a.subdomain, a.created_at as "createdAt",
       case when a.removed_at is not null then 'being removed' when a.suspended_at is not null then 'suspended'
         else 'active' end as state,
       (select count(*) from users where account_id = a.id) as users,
       (select count(*) from apps where account_id = a.id) as apps,
       (select count(*) from installations where account_id = a.id) as installations
     from accounts a order by a.subdomain limit $1`,
    [limit],
  );
  return rows;
};

/** How an account stands, for whoever changes that: its row is held until the transaction ends. */
export interface HeldAccount extends Account {
  suspended: boolean;
  /** Milliseconds since it was suspended; 0: it is not. */
  suspendedForMs: number;
  removed: boolean;
}

export const holdAccount = async (tx: Queryable, subdomain: string): Promise<HeldAccount | undefined> => {
  const { rows } = await tx.query<HeldAccount>(
    `select id, subdomain, suspended_at is not null as suspended,
       coalesce(extract(epoch from now() - suspended_at) * 1000, 0)::float8 as "suspendedForMs", removed_at is not null as removed
     from accounts where subdomain = $1 for no key update`,
    [subdomain],
  );
  return rows[0];
};

/** What happens to an account as a whole. */
export const setAccountState = async (
  tx: Queryable,
  accountId: number,
  { suspended, removed }: { suspended: boolean; removed: boolean },
): Promise<void> => {
  await tx.query(
    `update accounts set suspended_at = case when $2 then coalesce(suspended_at, now()) end,
       removed_at = case when $3 then coalesce(removed_at, now()) end where id = $1`,
    [accountId, suspended, removed],
  );
};
