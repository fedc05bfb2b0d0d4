import type { DeliveryRef, DeliveryState, Exchange } from '../domain/delivery.ts';
import type { DeliveryClaims } from '../domain/delivery-claims.ts';
import type { Queryable } from './pool.ts';

export interface Delivery extends DeliveryRef {
  /** The door it was asked for through. */
  door: string;
  /** What happened, in the door's words. */
  topic: string;
  /** What it happened to; it may be gone by now. */
  subject: string;
  url: string;
  headers: Record<string, string>;
  claims: DeliveryClaims;
  signingKeyId: number;
  withKid: boolean;
  state: DeliveryState;
  /** Number of the last attempt, and the fencing token. */
  attempt: number;
  /** In this round. */
  attemptsUsed: number;
  /** While an attempt is under way: when it counts as broken off. Null once the delivery is settled. */
  nextAttemptAt: Date | null;
  createdAt: Date;
  finishedAt: Date | null;
}

export interface DeliveryAttempt {
  deliveryId: string;
  number: number;
  startedAt: Date;
  /** Null: it is under way. */
  endedAt: Date | null;
  status: number | null;
  error: string | null;
  answer: string | null;
}

export type NewDelivery = Pick<
  Delivery,
  'id' | 'accountId' | 'door' | 'topic' | 'subject' | 'url' | 'headers' | 'claims' | 'signingKeyId' | 'withKid'
>;

const ref = 'id, account_id as "accountId", round';
const columns = `${ref}, door, topic, subject, url, headers, claims, signing_key_id as "signingKeyId",
  with_kid as "withKid", state, attempt, attempts_used as "attemptsUsed", next_attempt_at as "nextAttemptAt",
  created_at as "createdAt", finished_at as "finishedAt"`;

export const insertDelivery = async (tx: Queryable, delivery: NewDelivery): Promise<DeliveryRef> => {
  const { rows } = await tx.query<DeliveryRef>(
    `insert into deliveries (id, account_id, door, topic, subject, url, headers, claims, signing_key_id, with_kid)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) returning ${ref}`,
    [
      delivery.id,
      delivery.accountId,
      delivery.door,
      delivery.topic,
      delivery.subject,
      delivery.url,
      JSON.stringify(delivery.headers),
      JSON.stringify(delivery.claims),
      delivery.signingKeyId,
      delivery.withKid,
    ],
  );
  return rows[0]!;
};

export const findDelivery = async (db: Queryable, accountId: number, id: string): Promise<Delivery | undefined> => {
  const { rows } = await db.query<Delivery>(`select ${columns} from deliveries where account_id = $1 and id = $2`, [
    accountId,
    id,
  ]);
  return rows[0];
};

/** Of an attempt that nobody ended. */
const BROKEN_OFF = 'The attempt was broken off: its worker ended or hung.';

/** Until the transaction ends, nobody else claims deliveries of this account: two claims at once would not see each other. */
export const lockClaims = async (tx: Queryable, accountId: number): Promise<void> => {
  await tx.query(`select pg_advisory_xact_lock(hashtextextended('delivery claims', $1))`, [accountId]);
};

interface ClaimLimits {
  /** How long the attempt may take: then the delivery is due again. */
  leaseMs: number;
  maxAttempts: number;
  /** Attempts of the account at once; only under {@link lockClaims} there are never more. */
  maxUnderWay: number;
}

/**
 * Takes a delivery that is due for one attempt, and writes the attempt down. One whose worker never came back ends.
 *
 * @returns undefined when there is nothing to do: settled, gone, not due yet, of another round, or used up, or as many of
 *   the account are under way as may be.
 */
export const claimDelivery = async (
  tx: Queryable,
  { id, accountId, round }: DeliveryRef,
  { leaseMs, maxAttempts, maxUnderWay }: ClaimLimits,
): Promise<Delivery | undefined> => {
  const { rows } = await tx.query<Delivery>(
    `with claimed as (
       update deliveries set attempt = attempt + 1, attempts_used = attempts_used + 1, updated_at = now(),
         swept_at = now(), next_attempt_at = now() + make_interval(secs => $4::float8 / 1000)
       where account_id = $1 and id = $2 and round = $3 and state = 'pending' and next_attempt_at <= now()
         and attempts_used < $5 and $7 > (
           select count(*) from delivery_attempts a join deliveries d on d.id = a.delivery_id
           where a.ended_at is null and d.account_id = $1 and d.next_attempt_at > now())
       returning *),
     broken as (
       update delivery_attempts a set ended_at = now(), error = $6 from claimed c
       where a.delivery_id = c.id and a.ended_at is null),
     begun as (insert into delivery_attempts (delivery_id, number) select id, attempt from claimed)
     select ${columns} from claimed`,
    [accountId, id, round, leaseMs, maxAttempts, BROKEN_OFF, maxUnderWay],
  );
  return rows[0];
};

/**
 * Keeps the sweep's hands off a delivery that sleeps in the queue until its account has room. It stays due.
 *
 * @returns false when it is settled, gone, or of another round.
 */
export const postponeSweep = async (
  db: Queryable,
  { id, accountId, round }: DeliveryRef,
  waitMs: number,
): Promise<boolean> => {
  const { rowCount } = await db.query(
    `update deliveries set swept_at = now() + make_interval(secs => $4::float8 / 1000)
     where account_id = $1 and id = $2 and round = $3 and state = 'pending'`,
    [accountId, id, round, waitMs],
  );
  return rowCount === 1;
};

/** When a delivery that could not be claimed is due again, in milliseconds from now; undefined: it has nothing to do. */
export const findDue = async (
  db: Queryable,
  { id, accountId, round }: DeliveryRef,
): Promise<{ attempt: number; attemptsUsed: number; dueInMs: number } | undefined> => {
  const { rows } = await db.query<{ attempt: number; attemptsUsed: number; dueInMs: number }>(
    `select attempt, attempts_used as "attemptsUsed",
       ceil(extract(epoch from next_attempt_at - now()) * 1000)::float8 as "dueInMs"
     from deliveries where account_id = $1 and id = $2 and round = $3 and state = 'pending'`,
    [accountId, id, round],
  );
  return rows[0];
};

/** Names one attempt of one delivery: it was claimed with the account's id. */
type Attempt = Pick<Delivery, 'id' | 'round' | 'attempt'>;

/**
 * Writes down how an attempt ended, and what becomes of the delivery. False, and nothing is written, when another
 * attempt has taken the delivery over.
 */
export const endAttempt = async (
  db: Queryable,
  { id, round, attempt }: Attempt,
  { state, delayMs, status, error, answer }: Exchange & { state: DeliveryState; delayMs?: number },
): Promise<boolean> => {
  const { rowCount } = await db.query(
    `with held as (
       update deliveries set state = $3, updated_at = now(), swept_at = now(),
         next_attempt_at = case when $3 = 'pending' then now() + make_interval(secs => $4::float8 / 1000) end,
         finished_at = case when $3 <> 'pending' then now() end
       where id = $1 and attempt = $2 and round = $8 and state = 'pending' returning id, attempt)
     update delivery_attempts a set ended_at = now(), status = $5, error = $6, answer = $7 from held
     where a.delivery_id = held.id and a.number = held.attempt`,
    [id, attempt, state, delayMs ?? 0, status, error, answer, round],
  );
  return rowCount === 1;
};

/** Ends a delivery whose last attempt was broken off. */
export const failDelivery = async (db: Queryable, attempt: Attempt): Promise<boolean> =>
  endAttempt(db, attempt, { state: 'failed', status: null, error: BROKEN_OFF, answer: null });

/** Begins another round, at once. False while an attempt is under way. */
export const beginRound = async (
  tx: Queryable,
  { id, accountId, attempt, round }: Pick<Delivery, 'id' | 'accountId' | 'attempt' | 'round'>,
): Promise<boolean> => {
  const { rowCount } = await tx.query(
    `update deliveries set state = 'pending', round = round + 1, attempts_used = 0, next_attempt_at = now(),
       finished_at = null, updated_at = now(), swept_at = now()
     where account_id = $1 and id = $2 and attempt = $3 and round = $4 and not exists (
       select 1 from delivery_attempts a
       where a.delivery_id = $2 and a.number = $3 and a.ended_at is null and next_attempt_at > now())`,
    [accountId, id, attempt, round],
  );
  return rowCount === 1;
};

/**
 * Deliveries of all accounts that are due for `quietSeconds`, those looked at longest ago first. Marks them as looked
 * at, so that many which the queue still has cannot hide what stands behind them.
 */
export const takeDueDeliveries = async (db: Queryable, quietSeconds: number, limit: number): Promise<DeliveryRef[]> => {
  const { rows } = await db.query<DeliveryRef>(
    `update deliveries set swept_at = now() where id in (
       select id from deliveries where state = 'pending' and next_attempt_at <= now() - make_interval(secs => $1)
         and swept_at <= now() - make_interval(secs => $1) order by swept_at limit $2 for update skip locked)
     returning ${ref}`,
    [quietSeconds, limit],
  );
  return rows;
};

/**
 * Of all accounts, with their attempts: those settled `days` ago or longer, `limit` of them.
 *
 * @returns how many it deleted.
 */
export const deleteSettledDeliveries = async (db: Queryable, days: number, limit: number): Promise<number> => {
  const { rowCount } = await db.query(
    `delete from deliveries where id in (
       select id from deliveries where finished_at < now() - make_interval(days => $1)
       order by finished_at limit $2 for update skip locked)`,
    [days, limit],
  );
  return rowCount ?? 0;
};
