import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { claimDelivery, endAttempt, findDelivery } from '../../../src/db/deliveries.ts';
import { withTransaction } from '../../../src/db/pool.ts';
import { deleteSigningKey, findSigningKey, type SigningKey } from '../../../src/db/signing-keys.ts';
import type { Deps } from '../../../src/deps.ts';
import { MAX_DELIVERY_ATTEMPTS, MAX_UNDER_WAY, type DeliveryRef, type Exchange } from '../../../src/domain/delivery.ts';
import { createCipher } from '../../../src/secrets/cipher.ts';
import { redeliver } from '../../../src/use-cases/deliveries/redeliver.ts';
import { requestDelivery } from '../../../src/use-cases/deliveries/request-delivery.ts';
import { runDelivery } from '../../../workers/run-delivery.ts';
import { ask, deliveryTo, endsOf, listDeliveries, makeDue, makeKey, reportOf } from '../../support/deliveries.ts';
import { createHarness, type Harness } from '../../support/harness.ts';
import { startReceiver, type Receiver } from '../../support/receiver.ts';

const never = new AbortController().signal;
const claimOptions = { leaseMs: 15_000, maxAttempts: MAX_DELIVERY_ATTEMPTS, maxUnderWay: MAX_UNDER_WAY };

describe('one attempt of a delivery', () => {
  let harness: Harness;
  let receiver: Receiver;
  let key: SigningKey;
  let otherAccount: number;
  beforeAll(async () => {
    [harness, receiver] = await Promise.all([
      createHarness('postgres', { env: { DELIVERY_ALLOW_PRIVATE: 'true' } }),
      startReceiver(),
    ]);
    key = await makeKey(harness);
    const { rows } = await harness.deps.db.query<{ id: number }>(`select id from accounts where subdomain = 'other'`);
    otherAccount = rows[0]!.id;
  });
  afterEach(() => {
    vi.restoreAllMocks();
    receiver.received.length = 0;
    receiver.answer(200);
  });
  afterAll(async () => {
    await receiver.close();
    await harness.close();
  });

  const asked = (overrides = {}): Promise<DeliveryRef> =>
    ask(harness, deliveryTo(harness, key.id, { url: receiver.url, ...overrides }));
  const run = (ref: DeliveryRef, overrides: Partial<Deps> = {}, stop = never) =>
    runDelivery({ ...harness.deps, ...overrides }, ref, stop);
  const claim = async (ref: DeliveryRef) => (await claimDelivery(harness.deps.db, ref, claimOptions))!;
  const answering =
    (exchange: Exchange, before: () => Promise<unknown>): Deps['postJson'] =>
    async () => {
      await before();
      return exchange;
    };
  const fine: Exchange = { status: 200, error: null, answer: 'late' };

  it('says when the next one is due', async () => {
    receiver.answer(500);
    const ref = await asked();
    const next = await run(ref);
    expect(next).toBeGreaterThanOrEqual(4_500);
    expect(next).toBeLessThanOrEqual(5_500);
    // Woken too early it changes nothing.
    const early = await run(ref);
    expect(early).toBeGreaterThan(3_000);
    expect(early).toBeLessThanOrEqual(next!);
    expect(endsOf(await reportOf(harness, ref.id))).toEqual([500]);
  });

  it('is not made of a delivery that is settled, gone, of another account, or of an earlier round', async () => {
    const ref = await asked();
    expect(await run({ ...ref, accountId: otherAccount })).toBeUndefined();
    expect(await run({ ...ref, round: 2 })).toBeUndefined();
    expect(receiver.received).toHaveLength(0);
    expect(await run(ref)).toBeUndefined();
    expect(await run(ref)).toBeUndefined();
    expect(await run({ ...ref, id: '00000000-0000-4000-8000-000000000000' })).toBeUndefined();
    expect(receiver.received).toHaveLength(1);
    await redeliver(harness.deps, ref);
    expect(await run(ref)).toBeUndefined();
    expect(receiver.received).toHaveLength(1);
  });

  it('waits, and is not counted, while four of its account are under way, and broken-off ones do not count', async () => {
    const { db } = harness.deps;
    await db.query('delete from deliveries');
    const refs = await Promise.all(Array.from({ length: 5 }, () => asked()));
    const [first, , , fourth, fifth] = refs as [DeliveryRef, DeliveryRef, DeliveryRef, DeliveryRef, DeliveryRef];
    for (const ref of refs.slice(0, 4)) expect(await claim(ref)).toMatchObject({ attempt: 1 });
    expect(await run(fifth)).toBe(1_000);
    expect(await reportOf(harness, fifth.id)).toMatchObject({ state: 'pending', attempt: 0, attempts: [] });
    expect(receiver.received).toEqual([]);
    // Another account is not held up.
    const own = await makeKey({ ...harness, accountId: otherAccount });
    const others = await asked({ accountId: otherAccount, signingKeyId: own.id });
    expect(await run(others)).toBeUndefined();
    expect(receiver.received).toHaveLength(1);

    await makeDue(harness, first.id);
    expect(await run(fifth)).toBeUndefined();
    expect(await run(first)).toBeUndefined();
    await makeDue(harness, fourth.id);
    expect(await run(fourth)).toBeUndefined();
    expect(receiver.received).toHaveLength(4);
    await db.query('delete from deliveries');
  });

  it('is no more than one of four when many are woken at the same moment', async () => {
    await harness.deps.db.query('delete from deliveries');
    receiver.answer(() => undefined);
    const refs = await Promise.all(Array.from({ length: 10 }, () => asked()));
    const stop = new AbortController();
    const turnedAway: (number | undefined)[] = [];
    const ends = refs.map(async (ref) => turnedAway.push(await run(ref, {}, stop.signal)));
    await expect.poll(() => receiver.received.length, { timeout: 20_000 }).toBe(4);
    await expect.poll(() => turnedAway.length, { timeout: 20_000 }).toBe(6);
    expect(turnedAway).toEqual(Array.from({ length: 6 }, () => 1_000));
    stop.abort();
    await Promise.all(ends);
    expect(receiver.received).toHaveLength(4);
    await harness.deps.db.query('delete from deliveries');
  });

  it('does not write over the attempt that took the delivery over', async () => {
    const ref = await asked();
    const takeOver = async (): Promise<void> => {
      await makeDue(harness, ref.id);
      await claim(ref);
    };
    expect(await run(ref, { postJson: answering(fine, takeOver) })).toBeUndefined();
    const report = await reportOf(harness, ref.id);
    expect(report).toMatchObject({ state: 'pending', attempt: 2 });
    expect(endsOf(report)).toEqual([expect.stringContaining('broken off'), 'under way']);
    expect(harness.deps.log.warn).toHaveBeenCalledWith(
      'delivery attempt taken over',
      expect.objectContaining({ deliveryId: ref.id, attempt: 1 }),
    );
    const end = { ...fine, state: 'delivered' } as const;
    expect(await endAttempt(harness.deps.db, { id: ref.id, round: 1, attempt: 1 }, end)).toBe(false);
    expect(await endAttempt(harness.deps.db, { id: ref.id, round: 1, attempt: 2 }, end)).toBe(true);
    expect(await endAttempt(harness.deps.db, { id: ref.id, round: 1, attempt: 2 }, end)).toBe(false);
  });

  it('does not settle the round that was asked for while it hung', async () => {
    const ref = await asked();
    const again = async (): Promise<void> => {
      await makeDue(harness, ref.id);
      await redeliver(harness.deps, ref);
    };
    expect(await run(ref, { postJson: answering(fine, again) })).toBeUndefined();
    expect(await reportOf(harness, ref.id)).toMatchObject({ state: 'pending', round: 2, attemptsUsed: 0 });
  });

  it('sends nothing when its process was paused until another one may be under way', async () => {
    const ref = await asked();
    const { cipher } = harness.deps;
    const real = Date.now();
    const open: typeof cipher.open = (...args) => {
      vi.spyOn(Date, 'now').mockReturnValue(real + 20_000);
      return cipher.open(...args);
    };
    const next = await run(ref, { cipher: { ...cipher, open } });
    expect(receiver.received).toHaveLength(0);
    // It looks again when the attempt counts as broken off.
    expect(next).toBeGreaterThan(10_000);
  });

  it('is the last one when eight were broken off', async () => {
    const ref = await asked();
    for (let number = 1; number <= MAX_DELIVERY_ATTEMPTS; number += 1) {
      expect(await claim(ref)).toMatchObject({ attempt: number, attemptsUsed: number });
      await makeDue(harness, ref.id);
    }
    expect(await run(ref)).toBeUndefined();
    const report = await reportOf(harness, ref.id);
    expect(report).toMatchObject({ state: 'failed', attempt: 8, nextAttemptAt: null });
    expect(report.attempts.every(({ error, endedAt }) => endedAt !== null && error!.includes('broken off'))).toBe(true);
    expect(report.attempts).toHaveLength(8);
    expect(receiver.received).toHaveLength(0);
  });

  it('is broken off when the worker stops, and another one follows', async () => {
    const stop = new AbortController();
    receiver.answer(() => stop.abort());
    const ref = await asked();
    expect(await run(ref, {}, stop.signal)).toBeGreaterThan(4_000);
    expect(endsOf(await reportOf(harness, ref.id))).toEqual([expect.stringContaining('The worker was stopped')]);
  });

  it('fails for good when its signing key is gone, and leaves the record of what was sent', async () => {
    const own = await makeKey(harness);
    const [sent, waiting] = [await asked({ signingKeyId: own.id }), await asked({ signingKeyId: own.id })];
    await run(sent);
    expect(await deleteSigningKey(harness.deps.db, otherAccount, own.id)).toBe(false);
    expect(await deleteSigningKey(harness.deps.db, harness.accountId, own.id)).toBe(true);
    expect(await run(waiting)).toBeUndefined();
    expect(await reportOf(harness, waiting.id)).toMatchObject({
      state: 'failed',
      attempts: [{ error: 'Its signing key was removed.' }],
    });
    expect(await reportOf(harness, sent.id)).toMatchObject({ state: 'delivered', signingKeyId: own.id });
  });

  it('is made again when the signing key cannot be opened', async () => {
    const ref = await asked();
    const cipher = createCipher([Buffer.alloc(32, 99)]);
    expect(await run(ref, { cipher })).toBeGreaterThan(4_000);
    const report = await reportOf(harness, ref.id);
    expect(endsOf(report)).toEqual(['It could not be signed; the reason has been logged.']);
    expect(harness.deps.log.error).toHaveBeenCalledWith(
      'delivery not signed',
      expect.objectContaining({ deliveryId: ref.id }),
    );
    await makeDue(harness, ref.id);
    expect(await run(ref)).toBeUndefined();
    expect(await reportOf(harness, ref.id)).toMatchObject({ state: 'delivered' });
  });

  it('cannot be asked for once more while it is under way, but when it counts as broken off', async () => {
    const ref = await asked();
    await claim(ref);
    await expect(redeliver(harness.deps, ref)).rejects.toMatchObject({ code: 'delivery_under_way', status: 409 });
    await makeDue(harness, ref.id);
    await expect(redeliver(harness.deps, ref)).resolves.toMatchObject({ round: 2 });
  });

  describe('asked for', () => {
    const refusal = async (overrides: object): Promise<unknown> =>
      withTransaction(harness.deps.db, (tx) =>
        requestDelivery(tx, deliveryTo(harness, key.id, overrides)).then(
          () => undefined,
          (err: unknown) => err,
        ),
      );

    it('is refused with the field that is wrong', async () => {
      expect(await refusal({ url: 'ftp://a/', headers: { Host: 'b' } })).toMatchObject({
        code: 'invalid_request',
        message: 'Nothing can be delivered: url must begin with https:// or http://; headers must not set "host".',
        details: { url: [expect.any(String)], headers: [expect.any(String)] },
      });
      expect(await refusal({ url: 'https://user:word@a.example/' })).toMatchObject({
        details: { url: [expect.any(String)] },
      });
      expect(await refusal({ url: 'https://a.example/' })).toBeUndefined();
    });

    it('is refused when the token would be over 8 KiB, and taken when it is not', async () => {
      const claims = (length: number) => ({ iss: 'https://acme.example', data: 'x'.repeat(length) });
      expect(await refusal({ claims: claims(6_500) })).toMatchObject({
        code: 'delivery_too_large',
        status: 422,
        message: expect.stringContaining('8192 at the most'),
      });
      const ref = await asked({ claims: claims(5_700) });
      expect(await run(ref)).toBeUndefined();
      expect((receiver.received[0]!.body as { jwt: string }).jwt.length).toBeLessThanOrEqual(8_192);
    });

    it('is refused with the key of another account, or none', async () => {
      expect(await refusal({ accountId: otherAccount })).toMatchObject({ code: 'not_found' });
      expect(await refusal({ signingKeyId: 999_999 })).toMatchObject({ code: 'not_found' });
      expect(await findSigningKey(harness.deps.db, otherAccount, key.id)).toBeUndefined();
    });

    it('is not there when the transaction was rolled back', async () => {
      let id = '';
      const work = withTransaction(harness.deps.db, async (tx) => {
        ({ id } = await requestDelivery(tx, deliveryTo(harness, key.id)));
        throw new Error('no');
      });
      await expect(work).rejects.toThrow('no');
      expect(await findDelivery(harness.deps.db, harness.accountId, id)).toBeUndefined();
    });
  });

  it('is listed with its delivery, newest first, page by page, for its own account only', async () => {
    const { db } = harness.deps;
    const refs = [];
    for (const subject of ['a', 'a', 'b', 'a']) refs.push(await asked({ door: 'listing', subject }));
    await run(refs[3]!);
    const mine = { accountId: harness.accountId, door: 'listing', limit: 2 };
    const first = await listDeliveries({ db }, mine);
    expect(first.map(({ id }) => id)).toEqual([refs[3]!.id, refs[2]!.id]);
    expect(first.map(({ attempts }) => attempts.length)).toEqual([1, 0]);
    const rest = await listDeliveries({ db }, { ...mine, before: first[1]!.id });
    expect(rest.map(({ id }) => id)).toEqual([refs[1]!.id, refs[0]!.id]);
    const ofA = await listDeliveries({ db }, { ...mine, subject: 'a', limit: 10 });
    expect(ofA.map(({ id }) => id)).toEqual([refs[3]!.id, refs[1]!.id, refs[0]!.id]);
    expect(await listDeliveries({ db }, { ...mine, accountId: otherAccount })).toEqual([]);
    await expect(redeliver(harness.deps, { accountId: otherAccount, id: refs[0]!.id })).rejects.toMatchObject({
      code: 'not_found',
    });
  });
});

describe('a delivery to this machine', () => {
  it('is not made unless the operator allows it', async () => {
    const [harness, receiver] = await Promise.all([createHarness('postgres'), startReceiver()]);
    const { id: signingKeyId } = await makeKey(harness);
    for (const host of ['127.0.0.1', 'localhost', '[::1]']) {
      const ref = await ask(harness, deliveryTo(harness, signingKeyId, { url: `http://${host}:${receiver.port}/` }));
      expect(await runDelivery(harness.deps, ref, never)).toBeGreaterThan(4_000);
      expect(endsOf(await reportOf(harness, ref.id))).toEqual([expect.stringContaining('no public address')]);
    }
    expect(receiver.received).toEqual([]);
    await receiver.close();
    await harness.close();
  });
});
