import { readdir, stat } from 'node:fs/promises';
import type { Socket } from 'node:net';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { changeQuotas } from '../../../src/use-cases/quotas/account-quotas.ts';
import { createUploadReservation } from '../../../src/use-cases/quotas/reserve-upload.ts';
import { createHarness, type Harness } from '../../support/harness.ts';
import { beginUpload } from '../../support/unfinished-upload.ts';

const MIB = 1024 * 1024;

const sum = (numbers: readonly number[]): number => numbers.reduce((total, one) => total + one, 0);
/** Bytes of a file that may be gone. */
const sizeOf = async (file: string): Promise<number> => (await stat(file).catch(() => undefined))?.size ?? 0;

describe('uploads that arrive', () => {
  let harness: Harness;
  const sockets: Socket[] = [];
  beforeAll(async () => {
    harness = await createHarness('postgres');
  });
  afterAll(() => harness.close());
  beforeEach(async () => {
    await harness.deps.db.query('delete from uploads');
  });
  afterEach(async () => {
    for (const socket of sockets.splice(0)) socket.destroy();
    const released = async (): Promise<void> => {
      if ((await reserved()).length > 0) throw new Error('an upload still reserves');
    };
    await vi.waitFor(released, { timeout: 20_000 });
  });

  const own = (bytes: number) =>
    changeQuotas({ db: harness.deps.db, usual: harness.deps.config.quotas }, 'acme', [['bytes', bytes]]);
  const used = async (): Promise<number> => {
    const states = await changeQuotas({ db: harness.deps.db, usual: harness.deps.config.quotas }, 'acme', []);
    return states.find(({ name }) => name === 'bytes')!.used;
  };
  const reserved = async (): Promise<number[]> =>
    (await harness.deps.db.query<{ bytes: number }>('select bytes from upload_reservations')).rows.map(
      ({ bytes }) => bytes,
    );
  const begin = async (fileBytes: number, sentBytes?: number) => {
    const upload = await beginUpload(harness, { fileBytes, ...(sentBytes !== undefined && { sentBytes }) });
    sockets.push(upload.socket);
    return upload;
  };

  it('never take more together than the quota when eight large ones are sent at once', async () => {
    const quota = 50 * MIB;
    await own(quota);
    const uploads = await Promise.all(Array.from({ length: 8 }, () => begin(20 * MIB)));
    const seen: number[] = [];
    let arriving = true;
    const watch = (async () => {
      while (arriving) seen.push(await used());
    })();
    const answers = await Promise.all(uploads.map(({ answer }) => answer));
    arriving = false;
    await watch;
    const taken = answers.filter((answer) => answer.startsWith('HTTP/1.1 201'));
    for (const answer of answers.filter((one) => !taken.includes(one)))
      expect(answer).toMatch(/^HTTP\/1\.1 422 [^]*quota of bytes is not enough: \d+ of 52428800 are used/);
    expect(taken.length).toBeLessThanOrEqual(2);
    expect(Math.max(...seen)).toBeLessThanOrEqual(quota);
    expect(await used()).toBe(taken.length * 20 * MIB);
  });

  it('count together when each is small', async () => {
    const quota = 10 * MIB;
    await own(quota);
    const uploads = [];
    for (let sent = 0; sent < 8; sent += 1) uploads.push(await begin(3 * MIB, 2.5 * MIB));
    await vi.waitFor(async () => expect(await reserved()).toHaveLength(3), { timeout: 20_000 });
    expect(sum(await reserved())).toBeLessThanOrEqual(quota);
    const { incomingDir } = harness.deps;
    const spooled = async () =>
      sum(await Promise.all((await readdir(incomingDir)).map(async (name) => sizeOf(path.join(incomingDir, name)))));
    // 4 MiB may have arrived without a reservation.
    await vi.waitFor(async () => expect(await spooled()).toBeLessThanOrEqual(quota + 4 * MIB), { timeout: 20_000 });
    for (const { finish } of uploads) finish();
    const statuses = (await Promise.all(uploads.map(({ answer }) => answer))).map((answer) => answer.slice(9, 12));
    const taken = statuses.filter((status) => status === '201').length;
    expect(taken).toBeGreaterThan(0);
    expect(taken).toBeLessThanOrEqual(3);
    expect(statuses.filter((status) => status === '422')).toHaveLength(8 - taken);
  });

  it('give back what was reserved when they are broken off while they wait for the reservation', async () => {
    const { db } = harness.deps;
    await own(30 * MIB);
    const reservation = createUploadReservation(harness.deps, { accountId: harness.accountId, expected: undefined });
    const holder = await db.connect();
    try {
      await holder.query('begin; select from accounts for update');
      const held = reservation.hold(6 * MIB);
      const waits = async () =>
        (await db.query("select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'"))
          .rowCount;
      await vi.waitFor(async () => expect(await waits()).toBe(1));
      const released = reservation.release();
      await holder.query('commit');
      await Promise.all([held, released]);
    } finally {
      holder.release();
    }
    expect(await reserved()).toEqual([]);
    await reservation.hold(20 * MIB);
    expect(await reserved()).toEqual([]);
  });
});
