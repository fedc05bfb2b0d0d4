import type { Queryable } from './pool.ts';

/** The encrypted secret of an app's credentials. */
export interface AppClientSecret {
  id: number;
  accountId: number;
  clientId: string;
  secret: string;
}

const columns = 'id, account_id as "accountId", client_id as "clientId", secret';

/** Lists, in all accounts, ids after `afterId` of credentials that this key has not encrypted. */
export const listAppClientsToReseal = async (
  db: Queryable,
  { keyId, afterId, limit }: { keyId: string; afterId: number; limit: number },
): Promise<number[]> => {
  const { rows } = await db.query<{ id: number }>(
    `select id from app_clients where id > $2 and split_part(secret, '.', 1) <> $1 order by id limit $3`,
    [keyId, afterId, limit],
  );
  return rows.map(({ id }) => id);
};

/** Locks those of these credentials that no other transaction has locked. */
export const holdFreeAppClients = async (tx: Queryable, ids: number[]): Promise<AppClientSecret[]> => {
  const { rows } = await tx.query<AppClientSecret>(
    `select ${columns} from app_clients where id = any($1) order by id for no key update skip locked`,
    [ids],
  );
  return rows;
};

/** Locks credentials; undefined when they are gone. */
export const holdAppClient = async (tx: Queryable, id: number): Promise<AppClientSecret | undefined> => {
  const { rows } = await tx.query<AppClientSecret>(
    `select ${columns} from app_clients where id = $1 for no key update`,
    [id],
  );
  return rows[0];
};

/** Replaces the encrypted secret of credentials that are locked. */
export const replaceAppClientSecret = async (
  tx: Queryable,
  { id, accountId, secret }: Omit<AppClientSecret, 'clientId'>,
): Promise<void> => {
  await tx.query('update app_clients set secret = $3 where account_id = $1 and id = $2', [accountId, id, secret]);
};

/** Lists the ids of the keys that secrets of all accounts are encrypted with. */
export const listKeysOfAppClients = async (db: Queryable): Promise<string[]> => {
  const { rows } = await db.query<{ keyId: string }>(
    `select distinct split_part(secret, '.', 1) as "keyId" from app_clients order by 1`,
  );
  return rows.map(({ keyId }) => keyId);
};
