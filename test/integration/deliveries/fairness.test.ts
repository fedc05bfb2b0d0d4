import type { ServerResponse } from 'node:http';
import { describe, expect, it, onTestFinished } from 'vitest';
import { dispatchDelivery } from '../../../src/use-cases/deliveries/dispatch-delivery.ts';
import { sweepDeliveries } from '../../../workers/sweep-deliveries.ts';
import { createApp, endOf } from '../../support/client.ts';
import { ask, deliveryTo, endsOf, listDeliveries, makeKey, reportOf } from '../../support/deliveries.ts';
import { createHarness, queueBackends } from '../../support/harness.ts';
import { buildArchive } from '../../support/packages.ts';
import { startReceiver } from '../../support/receiver.ts';

const LIMIT = { timeout: 40_000, interval: 20 };

describe.each(queueBackends)('deliveries of several accounts on %s', (queue) => {
  it('and builds do not wait for those of an account whose receiver hangs, and those are sent once each when it answers', async () => {
    const env = { DELIVERY_ALLOW_PRIVATE: '127.0.0.1', DELIVERY_TIMEOUT_MS: '60000' };
    const [harness, silent, quick] = await Promise.all([
      createHarness(queue, { env }),
      startReceiver(),
      startReceiver(),
    ]);
    onTestFinished(async () => {
      await harness.close();
      await silent.close();
      await quick.close();
    });
    const waiting: ServerResponse[] = [];
    silent.answer((res) => void waiting.push(res));
    const { rows } = await harness.deps.db.query<{ id: number }>(`select id from accounts where subdomain = 'other'`);
    const other = { deps: harness.deps, accountId: rows[0]!.id };

    const key = await makeKey(harness);
    const many = Array.from({ length: 40 }, () => ask(harness, deliveryTo(harness, key.id, { url: silent.url })));
    for (const ref of await Promise.all(many)) await dispatchDelivery(harness.deps, ref);
    const others = await ask(other, deliveryTo(other, (await makeKey(other)).id, { url: quick.url }));
    await dispatchDelivery(harness.deps, others);
    harness.startWorker();
    harness.startWorker();
    await expect.poll(async () => (await reportOf(other, others.id)).state, LIMIT).toBe('delivered');

    const build = await endOf(harness, await createApp(harness, buildArchive()));
    expect(build).toMatchObject({ status: 'completed' });

    const hanging = () => listDeliveries(harness.deps, { accountId: harness.accountId, limit: 100 });
    await expect.poll(() => silent.received.length, LIMIT).toBe(4);
    expect((await hanging()).filter(({ attempts }) => attempts.length > 0).map(endsOf)).toEqual(
      Array.from({ length: 4 }, () => ['under way']),
    );
    // They sleep in the queue although they are due: the sweep knows, and leaves them there.
    await harness.deps.db.query(
      `update deliveries set next_attempt_at = now() - interval '1 minute', swept_at = now() - interval '1 minute'
       where attempt = 0`,
    );
    const untouched = `select 1 from deliveries where attempt = 0 and swept_at < now() - interval '30 seconds'`;
    await expect.poll(async () => (await harness.deps.db.query(untouched)).rowCount, LIMIT).toBe(0);
    expect(await sweepDeliveries(harness.deps, 30)).toBe(0);

    silent.answer(200);
    for (const res of waiting) res.end();
    await expect
      .poll(async () => (await hanging()).filter(({ state }) => state === 'delivered').length, LIMIT)
      .toBe(40);
    expect((await hanging()).every((one) => one.attempts.length === 1)).toBe(true);
    expect(silent.received).toHaveLength(40);
  }, 120_000);
});
