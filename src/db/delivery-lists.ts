import { firstChunk, readInChunks, type Placed } from './chunks.ts';
import type { Delivery, DeliveryAttempt } from './deliveries.ts';
import type { Queryable } from './pool.ts';

export interface DeliveryFilter {
  accountId: number;
  /** Undefined: of every door. */
  door?: string | undefined;
  subject?: string | undefined;
  /** Only those asked for before the one with this id. */
  before?: string | undefined;
  limit: number;
}

/** The ids of these deliveries, newest first. */
export const listDeliveryIds = async (db: Queryable, filter: DeliveryFilter): Promise<string[]> => {
  const { rows } = await db.query<{ id: string }>(
    `select id from deliveries where account_id = $1 and ($2::text is null or door = $2)
       and ($3::text is null or subject = $3)
       and ($4::uuid is null or (created_at, id) < (select d.created_at, d.id from deliveries d
                                                    where d.account_id = $1 and d.id = $4))
     order by created_at desc, id desc limit $5`,
    [filter.accountId, filter.door, filter.subject, filter.before, filter.limit],
  );
  return rows.map(({ id }) => id);
};

/** What a list shows of a delivery. */
export interface DeliveryReport extends Pick<
  Delivery,
  'id' | 'topic' | 'url' | 'state' | 'createdAt' | 'finishedAt' | 'nextAttemptAt'
> {
  /** The newest of them, in the order in which they were made; the last one may be under way. */
  attempts: DeliveryAttempt[];
}

/** Attempts of a delivery that a list shows. Each time that it is sent again adds some. */
const MOST_ATTEMPTS = 100;

const newestAttempts = `(select * from delivery_attempts t where t.delivery_id = d.id order by t.number desc
    limit ${MOST_ATTEMPTS}) t`;

const weighed = `
  select n.place, d.id, 400 + octet_length(d.url) + octet_length(d.topic) + (
      select coalesce(sum(200 + coalesce(octet_length(t.error), 0) + coalesce(octet_length(t.answer), 0)), 0)::bigint
      from ${newestAttempts}) as bytes
  from unnest($2::uuid[]) with ordinality n (id, place) join deliveries d on d.account_id = $1 and d.id = n.id`;

/** Reads deliveries by their ids with their attempts, in this order, chunk by chunk. */
export const readDeliveries = (
  db: Queryable,
  accountId: number,
  ids: readonly string[],
): AsyncGenerator<DeliveryReport[], void, undefined> =>
  readInChunks(ids, async (asked) => {
    const { rows } = await db.query<Placed<DeliveryReport>>(
      `select c.place, d.id, d.topic, d.url, d.state, d.created_at as "createdAt", d.finished_at as "finishedAt",
         d.next_attempt_at as "nextAttemptAt",
         (select coalesce(json_agg(json_build_object('deliveryId', t.delivery_id, 'number', t.number,
            'startedAt', t.started_at, 'endedAt', t.ended_at, 'status', t.status, 'error', t.error, 'answer', t.answer)
            order by t.number), '[]') from ${newestAttempts}) as attempts
       from ${firstChunk(weighed)} c join deliveries d on d.id = c.id order by c.place`,
      [accountId, asked],
    );
    return rows.map(({ attempts, ...delivery }) => ({ ...delivery, attempts: attempts.map(withDates) }));
  });

/** JSON has no dates. */
const withDates = (attempt: DeliveryAttempt): DeliveryAttempt => ({
  ...attempt,
  startedAt: new Date(attempt.startedAt),
  endedAt: attempt.endedAt && new Date(attempt.endedAt),
});
