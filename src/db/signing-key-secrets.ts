import type { Queryable } from './pool.ts';

/** The sealed half of one key pair. */
export interface SigningKeySecret {
  id: number;
  accountId: number;
  kid: string;
  privateKey: string;
}

const columns = 'id, account_id as "accountId", kid, private_key as "privateKey"';

/** Ids after `afterId`, in their order, of the signing keys of all accounts that this key has not sealed. */
export const listSigningKeysToReseal = async (
  db: Queryable,
  { keyId, afterId, limit }: { keyId: string; afterId: number; limit: number },
): Promise<number[]> => {
  const { rows } = await db.query<{ id: number }>(
    `select id from signing_keys where id > $2 and split_part(private_key, '.', 1) <> $1 order by id limit $3`,
    [keyId, afterId, limit],
  );
  return rows.map(({ id }) => id);
};

/** Holds the signing keys of all accounts that nobody else holds, until the end of the transaction. */
export const holdFreeSigningKeys = async (tx: Queryable, ids: number[]): Promise<SigningKeySecret[]> => {
  const { rows } = await tx.query<SigningKeySecret>(
    `select ${columns} from signing_keys where id = any($1) order by id for no key update skip locked`,
    [ids],
  );
  return rows;
};

/** Waits for whoever holds the signing key, then holds it; undefined when it is gone. */
export const holdSigningKey = async (tx: Queryable, id: number): Promise<SigningKeySecret | undefined> => {
  const { rows } = await tx.query<SigningKeySecret>(
    `select ${columns} from signing_keys where id = $1 for no key update`,
    [id],
  );
  return rows[0];
};

/** Replaces the sealed half of a signing key that is held. */
export const replacePrivateKey = async (
  tx: Queryable,
  { id, accountId, privateKey }: Omit<SigningKeySecret, 'kid'>,
): Promise<void> => {
  await tx.query('update signing_keys set private_key = $3 where account_id = $1 and id = $2', [
    accountId,
    id,
    privateKey,
  ]);
};

/** Ids of the keys that signing keys are sealed with, in all accounts. */
export const listKeysOfSigningKeys = async (db: Queryable): Promise<string[]> => {
  const { rows } = await db.query<{ keyId: string }>(
    `select distinct split_part(private_key, '.', 1) as "keyId" from signing_keys order by 1`,
  );
  return rows.map(({ keyId }) => keyId);
};
