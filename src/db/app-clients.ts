import { AppError } from '../errors.ts';
import { isUniqueViolation } from './errors.ts';
import type { Queryable } from './pool.ts';

/** The credentials of an app, with which its own server proves which app it is. */
export interface AppClient {
  id: number;
  accountId: number;
  /** The API whose app it is. */
  kind: string;
  /** The name of the app in its account. */
  app: string;
  url: string | null;
  clientId: string;
  /** Encrypted. */
  secret: string;
}

export interface AppClientRef {
  accountId: number;
  kind: string;
  app: string;
}

const columns = 'id, account_id as "accountId", kind, app, url, client_id as "clientId", secret';

/** @throws AppError `key_taken` when the app has credentials. */
export const insertAppClient = async (db: Queryable, client: Omit<AppClient, 'id'>): Promise<AppClient> => {
  const { accountId, kind, app, url, clientId, secret } = client;
  try {
    const { rows } = await db.query<AppClient>(
      `insert into app_clients (account_id, kind, app, url, client_id, secret) values ($1, $2, $3, $4, $5, $6)
       returning ${columns}`,
      [accountId, kind, app, url, clientId, secret],
    );
    return rows[0]!;
  } catch (err) {
    if (isUniqueViolation(err, 'app_clients_app_key'))
      throw new AppError('key_taken', 409, `The app "${app}" has credentials already. Revoke them first.`);
    throw err;
  }
};

export const findAppClient = async (
  db: Queryable,
  { accountId, kind, app }: AppClientRef,
): Promise<AppClient | undefined> => {
  const { rows } = await db.query<AppClient>(
    `select ${columns} from app_clients where account_id = $1 and kind = $2 and app = $3`,
    [accountId, kind, app],
  );
  return rows[0];
};

/** Finds the credentials that a request names, in all accounts that are not suspended: they say which account it is. */
export const findAppClientById = async (
  db: Queryable,
  { kind, clientId }: { kind: string; clientId: string },
): Promise<AppClient | undefined> => {
  const { rows } = await db.query<AppClient>(
    `select ${columns} from app_clients c where kind = $1 and client_id = $2
       and exists (select 1 from accounts a where a.id = c.account_id and a.suspended_at is null and a.removed_at is null)`,
    [kind, clientId],
  );
  return rows[0];
};

export const countAppClients = async (db: Queryable, accountId: number): Promise<number> => {
  const { rows } = await db.query<{ count: number }>(
    'select count(*)::int as count from app_clients where account_id = $1',
    [accountId],
  );
  return rows[0]!.count;
};

/** Deletes the credentials of an app, and returns them; undefined when it has none. */
export const deleteAppClient = async (
  db: Queryable,
  { accountId, kind, app }: AppClientRef,
): Promise<AppClient | undefined> => {
  const { rows } = await db.query<AppClient>(
    `delete from app_clients where account_id = $1 and kind = $2 and app = $3 returning ${columns}`,
    [accountId, kind, app],
  );
  return rows[0];
};
