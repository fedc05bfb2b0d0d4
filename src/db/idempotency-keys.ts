import type { Queryable } from './pool.ts';

/** What a client calls one request of its, in its account. */
export interface KeyRef {
  accountId: number;
  key: string;
}

/** So long an answer is kept: `created_at` is later than that. */
const kept = `now() - interval '24 hours'`;

/** Any constant does, as long as it is nobody else's; every process that holds keys must use the same one. */
const KEY_LOCKS = 4_207_015;

/**
 * Holds a key until the end of the transaction, or says at once that somebody else does. When the transaction is left
 * alone for `idleMs` (its process was stopped, or its machine is gone), the server ends it and the key is free.
 */
export const holdKey = async (tx: Queryable, { accountId, key }: KeyRef, idleMs: number): Promise<boolean> => {
  const { rows } = await tx.query<{ held: boolean }>(
    `select set_config('idle_in_transaction_session_timeout', $3, true),
       pg_try_advisory_xact_lock($1, hashtext($2)) as held`,
    [KEY_LOCKS, `${accountId} ${key}`, String(idleMs)],
  );
  return rows[0]!.held;
};

/** The sealed answer that is kept under a key. */
export const findAnswer = async (db: Queryable, { accountId, key }: KeyRef): Promise<string | undefined> => {
  const { rows } = await db.query<{ answer: string }>(
    `select answer from idempotency_keys where account_id = $1 and key = $2 and created_at > ${kept}`,
    [accountId, key],
  );
  return rows[0]?.answer;
};

/** Keeps an answer under a key that is held: one that is there is older than 24 hours. */
export const keepAnswer = async (tx: Queryable, { accountId, key }: KeyRef, answer: string): Promise<void> => {
  await tx.query(
    `insert into idempotency_keys (account_id, key, answer) values ($1, $2, $3)
     on conflict on constraint idempotency_keys_key do update set answer = excluded.answer, created_at = now()`,
    [accountId, key, answer],
  );
};

/** @returns how many were older than 24 hours, `limit` at the most. */
export const deleteOldKeys = async (db: Queryable, limit: number): Promise<number> => {
  const { rowCount } = await db.query(
    `delete from idempotency_keys where id in (
       select id from idempotency_keys where created_at <= ${kept} order by created_at limit $1 for update skip locked)`,
    [limit],
  );
  return rowCount ?? 0;
};
