import { decodeProtectedHeader, importJWK, importSPKI, jwtVerify, type JWK } from 'jose';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { withTransaction } from '../../../src/db/pool.ts';
import type { SigningKey } from '../../../src/db/signing-keys.ts';
import type { DeliveryRef, DeliveryState } from '../../../src/domain/delivery.ts';
import { headerNameOf, signingAlgorithms } from '../../../src/domain/delivery-claims.ts';
import { DELIVERIES_QUEUE } from '../../../src/queue/deliveries.ts';
import { dispatchDelivery } from '../../../src/use-cases/deliveries/dispatch-delivery.ts';
import { redeliver } from '../../../src/use-cases/deliveries/redeliver.ts';
import { requestDelivery, type RequestDeliveryInput } from '../../../src/use-cases/deliveries/request-delivery.ts';
import type { RunningWorker } from '../../../workers/start.ts';
import { sweepDeliveries } from '../../../workers/sweep-deliveries.ts';
import { ask, deliveryTo, endsOf, makeDue, makeKey, reportOf } from '../../support/deliveries.ts';
import { createHarness, queueBackends, type Harness } from '../../support/harness.ts';
import { startReceiver, type Receiver } from '../../support/receiver.ts';

const LIMIT = { timeout: 20_000, interval: 20 };

describe.each(queueBackends)('deliveries on %s', (queue) => {
  let harness: Harness;
  let receiver: Receiver;
  let key: SigningKey;
  let workers: RunningWorker[] = [];
  beforeAll(async () => {
    const env = { DELIVERY_ALLOW_PRIVATE: '127.0.0.1', DELIVERY_TIMEOUT_MS: '20000' };
    [harness, receiver] = await Promise.all([createHarness(queue, { env }), startReceiver()]);
    key = await makeKey(harness);
  });
  afterEach(async () => {
    vi.restoreAllMocks();
    await Promise.all(workers.map((worker) => worker.close()));
    workers = [];
    receiver.received.length = 0;
    receiver.answer(200);
  });
  afterAll(async () => {
    await receiver.close();
    await harness.close();
  });

  const work = (): void => void workers.push(harness.startWorker());
  const send = async (overrides: Partial<RequestDeliveryInput> = {}): Promise<DeliveryRef> => {
    const input = deliveryTo(harness, key.id, { url: `${receiver.url}/hook?key=1`, ...overrides });
    const ref = await withTransaction(harness.deps.db, (tx) => requestDelivery(tx, input));
    await dispatchDelivery(harness.deps, ref);
    return ref;
  };
  const until = async (id: string, state: DeliveryState) => {
    await expect.poll(async () => (await reportOf(harness, id)).state, LIMIT).toBe(state);
    return reportOf(harness, id);
  };
  const untilAttempts = async (id: string, count: number): Promise<void> => {
    const ended = async () => (await reportOf(harness, id)).attempts.filter(({ endedAt }) => endedAt !== null).length;
    await expect.poll(ended, LIMIT).toBe(count);
  };
  /** The queue's entry goes to sleep a moment after the row has said when it is due. */
  const sweepUntilWoken = (id: string) =>
    expect
      .poll(async () => {
        await makeDue(harness, id);
        return sweepDeliveries(harness.deps, 0);
      }, LIMIT)
      .toBe(1);
  const tokens = (): string[] => receiver.received.map(({ body }) => (body as { jwt: string }).jwt);

  it.each(signingAlgorithms)(
    'are signed with %s, and nothing but the public key is needed to verify them',
    async (algorithm) => {
      const own = await makeKey(harness, algorithm);
      const data = { event: 'thing.create', payload: { name: 'Ä' } };
      const claims = { iss: 'https://acme.example', aud: 'receiver', sub: 'thing/1', data, expiresInMinutes: 5 };
      work();
      const before = Math.floor(Date.now() / 1_000);
      const named = await send({ signingKeyId: own.id, claims, withKid: true });
      await until(named.id, 'delivered');
      const { id } = await send({ signingKeyId: own.id, claims: { iss: claims.iss, data: null } });
      await until(id, 'delivered');
      const [first = '', second = ''] = tokens();

      const jwk = await importJWK(own.publicJwk as JWK, headerNameOf(algorithm));
      const pem = await importSPKI(own.publicPem, headerNameOf(algorithm));
      const rules = { audience: 'receiver', issuer: claims.iss, typ: 'JWT', clockTolerance: 60 };
      for (const publicKey of [jwk, pem]) {
        const { payload } = await jwtVerify(first, publicKey, rules);
        const iat = payload.iat!;
        expect(payload).toEqual({
          iss: claims.iss,
          aud: 'receiver',
          sub: 'thing/1',
          data,
          jti: `${named.id}.1`,
          iat,
          nbf: iat,
          exp: iat + 300,
        });
        expect(iat - before).toBeLessThan(10);
      }
      expect(decodeProtectedHeader(first)).toEqual({ alg: headerNameOf(algorithm), typ: 'JWT', kid: own.kid });
      expect(own.publicJwk).toMatchObject({ kid: own.kid, alg: headerNameOf(algorithm), use: 'sig' });
      expect(own.publicJwk).not.toHaveProperty('d');

      const { payload } = await jwtVerify(second, jwk, { issuer: claims.iss });
      expect(payload).toEqual({ iss: claims.iss, data: null, jti: `${id}.1`, iat: payload.iat, nbf: payload.iat });
      expect(decodeProtectedHeader(second)).toEqual({ alg: headerNameOf(algorithm), typ: 'JWT' });
      await expect(jwtVerify(`${first.slice(0, -8)}AAAAAAAA`, jwk, rules)).rejects.toThrow('signature');
    },
  );

  it('carry the headers that were asked for, with their own id', async () => {
    work();
    const { id } = await send({ headers: { 'User-Agent': 'x/1.0 (y)', 'x-delivery': '{delivery}' } });
    const report = await until(id, 'delivered');
    expect(report).toMatchObject({ door: 'test', topic: 'thing.create', subject: 'thing/1', nextAttemptAt: null });
    expect(report.attempts).toEqual([
      {
        deliveryId: id,
        number: 1,
        startedAt: expect.any(Date),
        endedAt: expect.any(Date),
        status: 200,
        error: null,
        answer: 'answer 200',
      },
    ]);
    const [received] = receiver.received;
    expect(received).toMatchObject({ path: '/hook?key=1', headers: { 'user-agent': 'x/1.0 (y)', 'x-delivery': id } });
    expect(Object.keys(received!.body as object)).toEqual(['jwt']);
  });

  it('are tried again until one succeeds, each time with a token of its own', async () => {
    receiver.answer((res, number) => res.writeHead(number < 3 ? 503 : 200).end(`number ${number}`));
    work();
    const { id } = await send();
    await untilAttempts(id, 1);
    const waiting = await reportOf(harness, id);
    expect(waiting).toMatchObject({ state: 'pending', attempt: 1, attemptsUsed: 1 });
    const wait = waiting.nextAttemptAt!.getTime() - waiting.attempts[0]!.endedAt!.getTime();
    expect(wait).toBeGreaterThanOrEqual(4_490);
    expect(wait).toBeLessThanOrEqual(5_510);
    await sweepUntilWoken(id);
    await untilAttempts(id, 2);
    await sweepUntilWoken(id);
    const report = await until(id, 'delivered');
    expect(endsOf(report)).toEqual([503, 503, 200]);
    expect(report.attempts.map(({ answer, error }) => answer ?? error)).toEqual(['number 1', 'number 2', 'number 3']);
    const ids = tokens().map(
      (token) => (JSON.parse(Buffer.from(token.split('.')[1]!, 'base64url').toString()) as { jti: string }).jti,
    );
    expect(ids).toEqual([`${id}.1`, `${id}.2`, `${id}.3`]);
  });

  it('are woken by the queue itself when they are due', async () => {
    const ref = await ask(harness, deliveryTo(harness, key.id, { url: receiver.url }));
    await harness.deps.db.query(`update deliveries set next_attempt_at = now() + interval '700 ms' where id = $1`, [
      ref.id,
    ]);
    work();
    await dispatchDelivery(harness.deps, ref);
    const { createdAt, attempts } = await until(ref.id, 'delivered');
    expect(attempts[0]!.startedAt.getTime() - createdAt.getTime()).toBeGreaterThanOrEqual(700);
  });

  it('are given up after eight attempts, or at once by a 410, and a redelivery begins a new round', async () => {
    receiver.answer(500);
    const { id } = await ask(harness, deliveryTo(harness, key.id, { url: receiver.url }));
    // Six attempts are behind it.
    await harness.deps.db.query('update deliveries set attempt = 6, attempts_used = 6 where id = $1', [id]);
    work();
    await sweepUntilWoken(id);
    await untilAttempts(id, 1);
    await sweepUntilWoken(id);
    expect(endsOf(await until(id, 'failed'))).toEqual([500, 500]);

    receiver.answer(410);
    expect(await redeliver(harness.deps, { accountId: harness.accountId, id })).toMatchObject({ id, round: 2 });
    await untilAttempts(id, 3);
    expect(await until(id, 'failed')).toMatchObject({ attempt: 9, attemptsUsed: 1, round: 2 });

    receiver.answer(200);
    await redeliver(harness.deps, { accountId: harness.accountId, id });
    await until(id, 'delivered');
    await redeliver(harness.deps, { accountId: harness.accountId, id });
    await untilAttempts(id, 5);
    const report = await until(id, 'delivered');
    expect(report.attempts.map(({ number, status }) => [number, status])).toEqual([
      [7, 500],
      [8, 500],
      [9, 410],
      [10, 200],
      [11, 200],
    ]);
  });

  it('that wait for their next attempt are sent at once by a redelivery, and what is left in the queue sends nothing', async () => {
    receiver.answer((res, number) => res.writeHead(number === 1 ? 500 : 200).end());
    work();
    const { id } = await send();
    await untilAttempts(id, 1);
    await redeliver(harness.deps, { accountId: harness.accountId, id });
    expect(endsOf(await until(id, 'delivered'))).toEqual([500, 200]);
    expect(receiver.received).toHaveLength(2);
  });

  it('are sent once by two workers and a sweep, however often they are enqueued', async () => {
    work();
    work();
    receiver.answer((res) => setTimeout(() => res.end(), 20));
    const refs = await Promise.all(Array.from({ length: 12 }, () => send()));
    await Promise.all(refs.flatMap((ref) => [dispatchDelivery(harness.deps, ref), sweepDeliveries(harness.deps, 0)]));
    for (const { id } of refs) expect(endsOf(await until(id, 'delivered'))).toEqual([200]);
    expect(receiver.received).toHaveLength(12);
  });

  it('are taken over by the sweep when their worker was killed or their enqueue failed', async () => {
    vi.spyOn(harness.deps.deliveryQueue, 'enqueue').mockRejectedValueOnce(new Error('away'));
    const { id } = await send();
    expect(harness.deps.log.warn).toHaveBeenCalledWith(
      'enqueue left to the sweep',
      expect.objectContaining({ deliveryId: id }),
    );
    // A worker took it, and never came back.
    await harness.deps.db.query(
      `with taken as (update deliveries set attempt = 1, attempts_used = 1 where id = $1 returning id)
       insert into delivery_attempts (delivery_id, number) select id, 1 from taken`,
      [id],
    );
    work();
    expect(await sweepDeliveries(harness.deps)).toBe(0); // Due a moment ago.
    expect(await sweepDeliveries(harness.deps, 0)).toBe(1);
    const { attempts } = await until(id, 'delivered');
    expect(attempts).toMatchObject([
      { number: 1, status: null },
      { number: 2, status: 200 },
    ]);
    expect(attempts[0]!.error).toContain('broken off');
  });

  it('leave neither a token nor more than the host of their address in logs and in the queue', async () => {
    receiver.answer(500);
    const { id, round } = await send({ headers: { 'x-secret': 'sesame' } });
    const entries = harness.backend.queue(DELIVERIES_QUEUE);
    const entry = await entries.getJob(`${id}-${round}`);
    await entries.close();
    expect(entry!.data).toEqual({ id, accountId: harness.accountId, round });
    work();
    await untilAttempts(id, 1);
    const log = vi.mocked(harness.deps.log.warn);
    await expect
      .poll(() => log.mock.calls.some(([, fields]) => fields?.['deliveryId'] === id && 'host' in fields), LIMIT)
      .toBe(true);
    const { debug, info, warn, error } = harness.deps.log;
    const said = JSON.stringify([debug, info, warn, error].map((write) => vi.mocked(write).mock.calls));
    expect(said).toContain(`"host":"127.0.0.1:${receiver.port}"`);
    for (const secret of ['key=1', '/hook', 'sesame', tokens()[0]!.split('.')[2]!, 'PRIVATE KEY'])
      expect(said).not.toContain(secret);
  });
});
