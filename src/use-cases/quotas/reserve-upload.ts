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

/** Bytes that may have arrived and are not reserved: a smaller upload reserves nothing and costs no round trip. */
const SLACK_BYTES = 4 * 1024 * 1024;
/** How often a reservation is touched; well within the time after which it counts no more. */
const TOUCH_MS = 30_000;

/** The bytes of an upload that arrives, counted against its account's quota before there is a row of it. */
export interface UploadReservation {
  /**
   * Reserves what has arrived. One transaction for each 4 MiB where the account has a quota of bytes; otherwise one
   * round trip in all.
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

export const createUploadReservation = (
  deps: Pick<Deps, 'db' | 'config' | 'log'>,
  accountId: number,
): UploadReservation => {
  const { db, config, log } = deps;
  let limited: Promise<boolean> | undefined;
  let id: number | undefined;
  let reserved = 0;
  let timer: NodeJS.Timeout | undefined;
  const hasQuota = async (): Promise<boolean> =>
    ({ ...config.quotas, ...(await findOwnQuotas(db, accountId)) }).bytes !== null;
  const touch = (): void => {
    if (id !== undefined)
      touchUploadReservation(db, { accountId, id }).catch((err: unknown) => log.warn('upload reservation', { err }));
  };
  return {
    async hold(bytes) {
      if (bytes - reserved <= SLACK_BYTES || !(await (limited ??= hasQuota()))) return;
      id = await withQuotas(deps, accountId, async (tx, quotas) => {
        const held = id ?? (await insertUploadReservation(tx, accountId, bytes));
        if (id !== undefined) await setUploadReservation(tx, { accountId, id }, bytes);
        await refuseOverQuota(tx, quotas, { bytes: bytes - reserved });
        return held;
      });
      reserved = bytes;
      timer ??= setInterval(touch, TOUCH_MS).unref();
    },
    async end(tx) {
      if (id !== undefined) await deleteUploadReservation(tx, { accountId, id });
    },
    async release() {
      clearInterval(timer);
      if (id === undefined) return;
      const ended = { accountId, id };
      id = undefined;
      // What is left behind counts for two minutes more.
      await deleteUploadReservation(db, ended).catch((err: unknown) => log.warn('upload reservation', { err }));
    },
  };
};
