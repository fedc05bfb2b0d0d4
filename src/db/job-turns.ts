import type { JobToQueue } from '../domain/job.ts';
import { ForbiddenError, UnauthenticatedError } from '../errors.ts';
import { queueColumns, type BuildRequest } from './jobs.ts';
import type { Queryable } from './pool.ts';

const OPEN = `state in ('queued', 'working')`;
const WAITING = `state = 'queued' and dispatched_at is null`;

/** So many of those that wait are looked at: of builds of one app each is found to be behind another, one by one. */
const LOOK_AHEAD = 1_000;

/**
 * Gives turns to an account's waiting jobs, the oldest first, as long as fewer than `most` have one. Builds of one app go
 * one after the other, in the order in which they were asked for. Two statements: the second must see what whoever held the
 * lock before has taken. A row that is held just now is passed over, or two transactions could wait for each other; the
 * next one, or the sweep, takes it. The cost is bounded, however many wait: what stands behind a thousand comes into view once
 * some of these are done.
 *
 * @returns those to be enqueued after the commit. `place` is how many of the account have their turn before it.
 */
export const takeTurns = async (tx: Queryable, accountId: number, most: number): Promise<JobToQueue[]> => {
  await tx.query('select 1 from accounts where id = $1 for no key update', [accountId]);
  return giveTurns(tx, accountId, most);
};

/** Who asked for a job. */
interface Requester {
  accountId: number;
  /** Null: nobody who could be disabled. */
  userId: number | null;
}

/**
 * {@link takeTurns} in the transaction that adds a job, in as many round trips. The account and the user are held: whoever
 * suspends or disables them at the same moment sees the job afterwards, and settles it.
 *
 * @throws UnauthenticatedError when the user was disabled or removed, ForbiddenError when the account was suspended; their
 *   credentials are believed for some seconds.
 */
export const takeTurnsFor = async (
  tx: Queryable,
  { accountId, userId }: Requester,
  most: number,
): Promise<JobToQueue[]> => {
  const { rows } = await tx.query<{ suspended: boolean; disabled: boolean }>(
    `with requester as (
       select from users where account_id = $1 and id = $2 and disabled_at is null for share)
     select suspended_at is not null as suspended, $2::bigint is not null and not exists (select from requester) as disabled
     from accounts where id = $1 for no key update`,
    [accountId, userId],
  );
  if (rows[0]?.suspended) throw new ForbiddenError('The account is suspended. Contact the operator of this service.');
  if (!rows[0] || rows[0].disabled) throw new UnauthenticatedError('This user cannot sign in any more.');
  return giveTurns(tx, accountId, most);
};

const giveTurns = async (tx: Queryable, accountId: number, most: number): Promise<JobToQueue[]> => {
  const { rows } = await tx.query<JobToQueue>(
    `with taken as (
       select count(*) as n from jobs where account_id = $1 and ${OPEN} and dispatched_at is not null),
     next as (
       select j.id from jobs j
       where j.account_id = $1 and ${WAITING} and j.seq <= (
           select max(seq) from (select seq from jobs where account_id = $1 and ${WAITING} order by seq limit $3) ahead)
         and (j.kind <> 'build' or j.app_id is null or (
           not exists (
             select 1 from jobs e where e.app_id = j.app_id and e.kind = 'build' and e.${OPEN} and e.seq < j.seq)
           and not exists (
             select 1 from jobs e where e.account_id = $1 and e.app_id = j.app_id and e.kind = 'build' and e.${OPEN}
               and e.dispatched_at is not null)))
       order by j.seq limit greatest(0, $2 - (select n from taken)) for update skip locked),
     given as (
       update jobs set dispatched_at = now(), swept_at = now() where id in (select id from next)
       returning ${queueColumns}, seq, retries)
     select id, "accountId", kind, "appId", "installationId", progress, total, "traceParent", retries > 0 as again,
       (select n from taken) + row_number() over (order by seq) - 1 as place
     from given order by seq`,
    [accountId, most, LOOK_AHEAD],
  );
  return rows;
};

/** Has the account a job that waits for its turn? */
export const hasWaitingJobs = async (db: Queryable, accountId: number): Promise<boolean> => {
  const { rowCount } = await db.query(`select 1 from jobs where account_id = $1 and ${WAITING} limit 1`, [accountId]);
  return rowCount === 1;
};

/** Accounts with jobs that wait for their turn although fewer than `most` have one. */
export const listWaitingAccounts = async (db: Queryable, most: number, limit: number): Promise<number[]> => {
  const { rows } = await db.query<{ accountId: number }>(
    `select account_id as "accountId" from jobs where ${OPEN} group by account_id
     having count(*) filter (where dispatched_at is not null) < $1
       and count(*) filter (where ${WAITING}) > 0
     order by min(seq) limit $2`,
    [most, limit],
  );
  return rows.map(({ accountId }) => accountId);
};

/** The build of an app that was asked for last and has not ended, with the digest of its package. */
export interface OpenBuild {
  id: string;
  sha256: string;
  request: BuildRequest;
}

/** Ask while nobody else can ask for a build of the app. */
export const findLastOpenBuild = async (
  tx: Queryable,
  accountId: number,
  appId: number,
): Promise<OpenBuild | undefined> => {
  const { rows } = await tx.query<OpenBuild>(
    `select j.id, u.sha256, j.request from jobs j join uploads u on u.id = j.upload_id
     where j.app_id = $2 and j.kind = 'build' and j.${OPEN} and j.account_id = $1 order by j.seq desc limit 1`,
    [accountId, appId],
  );
  return rows[0];
};
