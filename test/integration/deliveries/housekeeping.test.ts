import { getInstallationId } from '../../../src/db/installation.ts';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DELIVERIES_QUEUE } from '../../../src/queue/deliveries.ts';
import { dispatchDelivery } from '../../../src/use-cases/deliveries/dispatch-delivery.ts';
import { removeSettledDeliveries } from '../../../src/use-cases/collect/remove-settled-deliveries.ts';
import { runDelivery } from '../../../workers/run-delivery.ts';
import { sweepDeliveries } from '../../../workers/sweep-deliveries.ts';
import { ask, deliveryTo, makeKey, reportOf } from '../../support/deliveries.ts';
import { createHarness, type Harness } from '../../support/harness.ts';
import { startReceiver, type Receiver } from '../../support/receiver.ts';

const never = new AbortController().signal;

describe('deliveries of long ago', () => {
  let harness: Harness;
  let receiver: Receiver;
  let keyId: number;
  beforeAll(async () => {
    const env = { DELIVERY_ALLOW_PRIVATE: '127.0.0.1' };
    [harness, receiver] = await Promise.all([createHarness('postgres', { env }), startReceiver()]);
    keyId = (await makeKey(harness)).id;
  });
  afterAll(async () => {
    await receiver.close();
    await harness.close();
  });

  const asked = () => ask(harness, deliveryTo(harness, keyId, { url: receiver.url }));
  const sent = async (): Promise<string> => {
    const ref = await asked();
    await runDelivery(harness.deps, ref, never);
    return ref.id;
  };
  const age = (days: number) =>
    harness.deps.db.query(
      `update deliveries set created_at = created_at - make_interval(days => $1),
         finished_at = finished_at - make_interval(days => $1)`,
      [days],
    );
  const left = async (): Promise<string[]> =>
    (await harness.deps.db.query<{ id: string }>('select id from deliveries order by created_at')).rows.map(
      ({ id }) => id,
    );
  const attempts = async (): Promise<number> =>
    (await harness.deps.db.query('select 1 from delivery_attempts')).rowCount!;

  it('are removed with their attempts 30 days after they ended, in batches; what waits stays', async () => {
    for (let number = 0; number < 5; number += 1) await sent();
    receiver.answer(410);
    await sent();
    receiver.answer(200);
    const waiting = await asked();
    await age(29);
    await removeSettledDeliveries(harness.deps, { most: Infinity }, 2);
    expect(await left()).toHaveLength(7);
    const recent = await sent();
    await age(2);
    await removeSettledDeliveries(harness.deps, { most: Infinity }, 2);
    expect(await left()).toEqual([waiting.id, recent]);
    expect(await attempts()).toBe(1);
  });
});

describe('a delivery whose entry stands in no line of the queue', () => {
  it('is enqueued again by the sweep', async () => {
    const [harness, receiver] = await Promise.all([
      createHarness('redis', { env: { DELIVERY_ALLOW_PRIVATE: '127.0.0.1' } }),
      startReceiver(),
    ]);
    const { id: keyId } = await makeKey(harness);
    const ref = await ask(harness, deliveryTo(harness, keyId, { url: receiver.url }));
    await dispatchDelivery(harness.deps, ref);
    const redis = new Redis(harness.env['REDIS_URL']!);
    const prefix = `${harness.env['REDIS_PREFIX']}:${await getInstallationId(harness.deps.db)}`;
    expect(await redis.lrem(`${prefix}:${DELIVERIES_QUEUE}:wait`, 0, `${ref.id}-1`)).toBe(1);
    await redis.quit();
    expect(await sweepDeliveries(harness.deps, 0)).toBe(1);
    harness.startWorker();
    await expect.poll(async () => (await reportOf(harness, ref.id)).state, { timeout: 20_000 }).toBe('delivered');
    await receiver.close();
    await harness.close();
  });
});
