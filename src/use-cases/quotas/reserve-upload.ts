import type { Pool } from 'pg';
import type { Queryable } from '../../db/pool.ts';
import { findOwnQuotas } from '../../db/quotas.ts';
import {
  deleteUploadReservation,
  insertUploadReservation,
  setUploadReservation,
  touchUploadReservation,
} from '../../db/upload-reservations.ts';
import type { Deps } from '../../deps.ts';
import { refuseOverQuota, withQuotas } from './with-quotas.ts';

/**
 * Bytes of an account that may have arrived in a process and are not reserved: small uploads reserve nothing and cost no
 * round trip, unless many arrive at once.
 */
const SLACK_BYTES = 4 * 1024 * 1024;
/** An upload reserves at least so much at a time, as far as it is known to come. */
const STEP_BYTES = 4 * 1024 * 1024;
/** How often a reservation is touched; well within the time after which it counts no more. */
const TOUCH_MS = 30_000;

/** The bytes of an upload that arrives, counted against its account's quota before there is a row of it. */
export interface UploadReservation {
  /**
   * Reserves what has arrived. One transaction for each 4 MiB where the account has a quota of bytes; otherwise one
   * round trip in all. Reserves nothing more after {@link release}.
   *
   * @param bytes of the file, from its beginning.
   * @throws OwnRuleError `quota_exceeded`
   */
  hold(bytes: number): Promise<void>;
  /** Ends the reservation within the transaction that adds what was uploaded, which counts in its place. */
  end(tx: Queryable): Promise<void>;
  /** Ends the reservation however the upload has ended. */
  release(): Promise<void>;
}

export interface ArrivingUpload {
  accountId: number;
  /** Bytes that the file has at least. Undefined: it is not known; then up to 4 MiB more than have arrived are reserved. */
  expected: number | undefined;
}

type ReserveDeps = Pick<Deps, 'db' | 'config' | 'log'>;

export const createUploadReservation = (
  deps: ReserveDeps,
  { accountId, expected = Infinity }: ArrivingUpload,
): UploadReservation => {
  const row = createRow(deps, accountId);
  const slack = createSlack(deps.db, accountId);
  let limited: Promise<boolean> | undefined;
  let reserved = 0;
  let released = false;
  let holding: Promise<void> = Promise.resolve();
  const hasQuota = async (): Promise<boolean> =>
    ({ ...deps.config.quotas, ...(await findOwnQuotas(deps.db, accountId)) }).bytes !== null;
  const hold = async (bytes: number): Promise<void> => {
    slack.set(Math.max(0, bytes - reserved));
    if (bytes <= reserved || slack.ofAccount() <= SLACK_BYTES || !(await (limited ??= hasQuota()))) return;
    const wanted = Math.max(bytes, Math.min(bytes + STEP_BYTES, expected));
    await row.set(wanted, wanted - reserved);
    reserved = wanted;
    slack.set(0);
  };
  return {
    async hold(bytes) {
      if (released) return;
      holding = hold(bytes);
      await holding;
    },
    end: (tx) => row.remove(tx),
    async release() {
      released = true;
      // A request may be broken off while its reservation is made: that is waited for, or it would stay.
      await holding.catch(() => undefined);
      slack.set(0);
      await row.release();
    },
  };
};

/** Bytes that have arrived and are not reserved, by account; of each database. */
const unreserved = new WeakMap<Pool, Map<number, number>>();

/** What one upload adds to those of its account. */
const createSlack = (db: Pool, accountId: number): { set: (bytes: number) => void; ofAccount: () => number } => {
  const accounts = unreserved.get(db) ?? new Map<number, number>();
  unreserved.set(db, accounts);
  let own = 0;
  const ofAccount = (): number => accounts.get(accountId) ?? 0;
  return {
    set(bytes) {
      const total = ofAccount() + bytes - own;
      own = bytes;
      if (total > 0) accounts.set(accountId, total);
      else accounts.delete(accountId);
    },
    ofAccount,
  };
};

/** The row of a reservation, which is touched as long as this process lives. */
const createRow = (deps: ReserveDeps, accountId: number) => {
  const { db, log } = deps;
  let id: number | undefined;
  let timer: NodeJS.Timeout | undefined;
  const failed = (err: unknown): void => log.warn('upload reservation', { err });
  const touch = (): void => {
    if (id !== undefined) touchUploadReservation(db, { accountId, id }).catch(failed);
  };
  const remove = async (tx: Queryable): Promise<void> => {
    if (id !== undefined) await deleteUploadReservation(tx, { accountId, id });
  };
  return {
    /** @throws OwnRuleError `quota_exceeded` */
    async set(bytes: number, added: number): Promise<void> {
      id = await withQuotas(deps, accountId, async (tx, quotas) => {
        const held = id ?? (await insertUploadReservation(tx, accountId, bytes));
        if (id !== undefined) await setUploadReservation(tx, { accountId, id }, bytes);
        await refuseOverQuota(tx, quotas, { bytes: added });
        return held;
      });
      timer ??= setInterval(touch, TOUCH_MS).unref();
    },
    remove,
    async release(): Promise<void> {
      clearInterval(timer);
      // What is left behind counts for two minutes more.
      await remove(db).catch(failed);
      id = undefined;
    },
  };
};
