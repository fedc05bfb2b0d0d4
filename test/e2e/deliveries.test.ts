import type { ServerResponse } from 'node:http';
import { describe, expect, it } from 'vitest';
import { dispatchDelivery } from '../../src/use-cases/deliveries/dispatch-delivery.ts';
import { ask, deliveryTo, endsOf, makeDue, makeKey, reportOf } from '../support/deliveries.ts';
import { createHarness, queueBackends } from '../support/harness.ts';
import { createPrograms, services } from '../support/program.ts';
import { startReceiver } from '../support/receiver.ts';

/** A stopped or killed worker's deliveries are taken over within 9 to 15 s; where eight tests share a core it takes longer. */
const TAKEN_OVER = { timeout: 90_000, interval: 100 };

const cases = queueBackends.flatMap((queue) =>
  (['SIGSTOP', 'SIGKILL'] as const).map((signal) => ({ queue, signal }) as const),
);

describe.concurrent('deliveries of a worker process', () => {
  it.for(cases)(
    'on $queue are sent by another one after a $signal, and what comes of the first attempt later is not written down',
    { timeout: 200_000 },
    async ({ queue, signal }, { onTestFinished }) => {
      // Long enough for a slow machine: neither attempt shall end by the time limit.
      const env = { DELIVERY_ALLOW_PRIVATE: 'true', DELIVERY_TIMEOUT_MS: '120000' };
      const [harness, receiver] = await Promise.all([createHarness(queue, { env }), startReceiver()]);
      const programs = createPrograms({ ...harness.env, LOG_LEVEL: 'info' });
      onTestFinished(async () => {
        await programs.close();
        await receiver.close();
        await harness.close();
      });
      let first: ServerResponse | undefined;
      receiver.answer((res, number) => {
        if (number === 1) first = res;
        else res.end('second');
      });
      const key = await makeKey(harness);
      const ref = await ask(harness, deliveryTo(harness, key.id, { url: receiver.url }));
      const worker = programs.start(services.worker);
      await worker.untilLine(/"working"/);
      await dispatchDelivery(harness.deps, ref);
      await expect.poll(() => first !== undefined, TAKEN_OVER).toBe(true);
      worker.kill(signal);
      first!.writeHead(400).end('first');
      await makeDue(harness, ref.id);

      harness.startWorker();
      await expect.poll(async () => (await reportOf(harness, ref.id)).state, TAKEN_OVER).toBe('delivered');
      if (signal === 'SIGSTOP') {
        worker.kill('SIGCONT');
        await worker.untilLine(/delivery attempt taken over/);
      }
      const report = await reportOf(harness, ref.id);
      expect(endsOf(report)).toEqual([expect.stringContaining('broken off'), 200]);
      expect(report).toMatchObject({ state: 'delivered', attempt: 2 });
      expect(report.attempts.map(({ answer }) => answer)).toEqual([null, 'second']);
    },
  );
});
