import type { KeyRef } from './idempotency-keys.ts';
import type { Queryable } from './pool.ts';

/** The sealed answer of one request. */
export interface SealedAnswer extends KeyRef {
  id: number;
  answer: string;
}

const columns = 'id, account_id as "accountId", key, answer';

/** Ids after `afterId`, in their order, of the answers of all accounts that this key has not sealed. */
export const listAnswersToReseal = async (
  db: Queryable,
  { keyId, afterId, limit }: { keyId: string; afterId: number; limit: number },
): Promise<number[]> => {
  const { rows } = await db.query<{ id: number }>(
    `select id from idempotency_keys where id > $2 and split_part(answer, '.', 1) <> $1 order by id limit $3`,
    [keyId, afterId, limit],
  );
  return rows.map(({ id }) => id);
};

/** Holds the answers of all accounts that nobody else holds, until the end of the transaction. */
export const holdFreeAnswers = async (tx: Queryable, ids: number[]): Promise<SealedAnswer[]> => {
  const { rows } = await tx.query<SealedAnswer>(
    `select ${columns} from idempotency_keys where id = any($1) order by id for no key update skip locked`,
    [ids],
  );
  return rows;
};

/** Waits for whoever holds the answer, then holds it; undefined when it is gone. */
export const holdAnswer = async (tx: Queryable, id: number): Promise<SealedAnswer | undefined> => {
  const { rows } = await tx.query<SealedAnswer>(
    `select ${columns} from idempotency_keys where id = $1 for no key update`,
    [id],
  );
  return rows[0];
};

/** Replaces an answer that is held. */
export const replaceAnswer = async (
  tx: Queryable,
  { id, accountId, answer }: Pick<SealedAnswer, 'id' | 'accountId' | 'answer'>,
): Promise<void> => {
  await tx.query('update idempotency_keys set answer = $3 where account_id = $1 and id = $2', [accountId, id, answer]);
};

/** Ids of the keys that answers are sealed with, in all accounts. */
export const listKeysOfAnswers = async (db: Queryable): Promise<string[]> => {
  const { rows } = await db.query<{ keyId: string }>(
    `select distinct split_part(answer, '.', 1) as "keyId" from idempotency_keys order by 1`,
  );
  return rows.map(({ keyId }) => keyId);
};
