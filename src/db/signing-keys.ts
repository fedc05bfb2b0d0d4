import type { SigningAlgorithm } from '../domain/delivery-claims.ts';
import { reachable } from './apps.ts';
import type { Queryable } from './pool.ts';

/** The public half of a key pair, fit to be shown. */
export interface SigningKey {
  id: number;
  accountId: number;
  kid: string;
  algorithm: SigningAlgorithm;
  /** SPKI. */
  publicPem: string;
  publicJwk: Record<string, unknown>;
  createdAt: Date;
}

export interface NewSigningKey extends Omit<SigningKey, 'id' | 'createdAt'> {
  /** PKCS#8, sealed. */
  privateKey: string;
}

const columns = `id, account_id as "accountId", kid, algorithm, public_pem as "publicPem", public_jwk as "publicJwk",
  created_at as "createdAt"`;

export const insertSigningKey = async (db: Queryable, key: NewSigningKey): Promise<SigningKey> => {
  const { rows } = await db.query<SigningKey>(
    `insert into signing_keys (account_id, kid, algorithm, public_pem, public_jwk, private_key)
     values ($1, $2, $3, $4, $5, $6) returning ${columns}`,
    [key.accountId, key.kid, key.algorithm, key.publicPem, JSON.stringify(key.publicJwk), key.privateKey],
  );
  return rows[0]!;
};

export const findSigningKey = async (db: Queryable, accountId: number, id: number): Promise<SigningKey | undefined> => {
  const { rows } = await db.query<SigningKey>(`select ${columns} from signing_keys where account_id = $1 and id = $2`, [
    accountId,
    id,
  ]);
  return rows[0];
};

/** Finds a key pair that may sign what the account sends: its own, or that of an app that it may see or has installed. */
export const findUsableSigningKey = async (
  db: Queryable,
  accountId: number,
  id: number,
): Promise<SigningKey | undefined> => {
  const { rows } = await db.query<SigningKey>(
    `select ${columns} from signing_keys k where id = $2 and (account_id = $1
       or exists (select 1 from apps a where a.id = k.app_id and ${reachable}))`,
    [accountId, id],
  );
  return rows[0];
};

/**
 * Of an account, newest first, without those of its apps.
 *
 * @param ids undefined: any of them.
 */
export const listSigningKeys = async (
  db: Queryable,
  accountId: number,
  { ids, limit }: { ids?: number[] | undefined; limit: number },
): Promise<SigningKey[]> => {
  const { rows } = await db.query<SigningKey>(
    `select ${columns} from signing_keys where account_id = $1 and app_id is null and ($2::bigint[] is null or id = any($2))
     order by id desc limit $3`,
    [accountId, ids, limit],
  );
  return rows;
};

export type SealedSigningKey = Pick<NewSigningKey, 'accountId' | 'kid' | 'algorithm' | 'privateKey'>;

/**
 * Finds the encrypted private key that signs a delivery of the account: its own, or that of an app. Which apps was checked when
 * the delivery was requested.
 */
export const findSealedSigningKey = async (
  db: Queryable,
  accountId: number,
  id: number,
): Promise<SealedSigningKey | undefined> => {
  const { rows } = await db.query<SealedSigningKey>(
    `select account_id as "accountId", kid, algorithm, private_key as "privateKey" from signing_keys
     where id = $2 and (account_id = $1 or app_id is not null)`,
    [accountId, id],
  );
  return rows[0];
};

/** What was asked for with it and is not sent yet fails then. False when there is none. */
export const deleteSigningKey = async (db: Queryable, accountId: number, id: number): Promise<boolean> => {
  const { rowCount } = await db.query('delete from signing_keys where account_id = $1 and id = $2', [accountId, id]);
  return rowCount === 1;
};
