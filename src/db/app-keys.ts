import { reachableOne, valuesOf, type AppRef } from './apps.ts';
import type { Queryable } from './pool.ts';
import type { NewSigningKey } from './signing-keys.ts';

/** The key pair of an app. */
export interface AppKey {
  id: number;
  /** SPKI. */
  publicPem: string;
}

/** An app with its key pair. */
export interface KeyedApp {
  id: number;
  /** The account that owns the app, and the key pair. */
  ownerId: number;
  name: string;
  /** Null: it has none yet. */
  key: AppKey | null;
}

/** Who asks for an app; `accountId` is null for a client without credentials, who sees what is published to all accounts. */
export type KeyRef = Omit<AppRef, 'accountId'> & { accountId: number | null };

/** Finds an app that the account may see or has installed, with its key pair. */
export const findKeyedApp = async (db: Queryable, ref: KeyRef): Promise<KeyedApp | undefined> => {
  const { rows } = await db.query<KeyedApp>(
    `select a.id, a.account_id as "ownerId", a.name,
       case when k.id is not null then json_build_object('id', k.id, 'publicPem', k.public_pem) end as key
     from apps a left join signing_keys k on k.app_id = a.id where ${reachableOne}`,
    // Comparisons with a null account are never true: what is left are the apps that are published to all.
    valuesOf(ref as AppRef),
  );
  return rows[0];
};

/**
 * Stores the key pair of an app that has none.
 *
 * @returns the key pair that the app has from then on; undefined when the app is gone.
 */
export const insertAppKey = async (db: Queryable, appId: number, key: NewSigningKey): Promise<AppKey | undefined> => {
  await db.query(
    `insert into signing_keys (account_id, app_id, kid, algorithm, public_pem, public_jwk, private_key)
     select a.account_id, a.id, $3, $4, $5, $6, $7 from apps a where a.account_id = $1 and a.id = $2
     on conflict (app_id) where app_id is not null do nothing`,
    [key.accountId, appId, key.kid, key.algorithm, key.publicPem, JSON.stringify(key.publicJwk), key.privateKey],
  );
  const { rows } = await db.query<AppKey>(
    'select id, public_pem as "publicPem" from signing_keys where account_id = $1 and app_id = $2',
    [key.accountId, appId],
  );
  return rows[0];
};
