import type { Queryable } from './pool.ts';

/** A reservation that its process has not touched for so long was left behind by a crash, and counts no more. */
export const RESERVATION_SECONDS = 120;

/** Adds a reservation for an upload that has begun, and removes those of the account that were left behind. */
export const insertUploadReservation = async (tx: Queryable, accountId: number, bytes: number): Promise<number> => {
  const { rows } = await tx.query<{ id: number }>(
    `with gone as (
       delete from upload_reservations
       where account_id = $1 and touched_at <= now() - interval '${RESERVATION_SECONDS} seconds')
     insert into upload_reservations (account_id, bytes) values ($1, $2) returning id`,
    [accountId, bytes],
  );
  return rows[0]!.id;
};

interface ReservationRef {
  accountId: number;
  id: number;
}

/** Sets how many bytes a reservation is for. One that was taken for left behind is made again. */
export const setUploadReservation = async (
  tx: Queryable,
  { accountId, id }: ReservationRef,
  bytes: number,
): Promise<void> => {
  await tx.query(
    `insert into upload_reservations (id, account_id, bytes) overriding system value values ($2, $1, $3)
     on conflict (id) do update set bytes = excluded.bytes, touched_at = now()`,
    [accountId, id, bytes],
  );
};

/** Says that the upload still arrives. */
export const touchUploadReservation = async (db: Queryable, { accountId, id }: ReservationRef): Promise<void> => {
  await db.query('update upload_reservations set touched_at = now() where account_id = $1 and id = $2', [
    accountId,
    id,
  ]);
};

export const deleteUploadReservation = async (db: Queryable, { accountId, id }: ReservationRef): Promise<void> => {
  await db.query('delete from upload_reservations where account_id = $1 and id = $2', [accountId, id]);
};
