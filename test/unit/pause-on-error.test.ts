import type { IQueueBackend, QueueBaseOptions } from 'bullmq';
import { describe, expect, it } from 'vitest';
import { pauseOnError } from '../../src/queue/pause-on-error.ts';

const opts = { connection: {} } as QueueBaseOptions;

/** A store that refuses everything while `refusal` is set. */
const refusingStore = () => {
  const store = { refusal: new Error('permission denied') as Error | undefined };
  const backend = {
    moveToActive: async () => {
      if (store.refusal) throw store.refusal;
      return [null, null, 0, 0];
    },
    disconnectBlocking: async () => undefined,
    close: async () => undefined,
  };
  return { store, factory: () => backend as unknown as IQueueBackend };
};

describe('a worker whose store refuses to give it jobs', () => {
  const failAfterPause = async (backend: IQueueBackend): Promise<number> => {
    const started = performance.now();
    await expect(backend.moveToActive('token')).rejects.toThrow('permission denied');
    // Timers may fire up to a millisecond early.
    return performance.now() - started + 1;
  };

  it('pauses longer after each failure in a row, and starts anew after a success', async () => {
    const { store, factory } = refusingStore();
    const backend = pauseOnError(factory, { firstMs: 10, longestMs: 300 })('jobs', opts, {
      withBlockingConnection: true,
    });
    for (const longest of [10, 20, 40, 80, 160, 300, 300])
      expect(await failAfterPause(backend)).toBeGreaterThanOrEqual(longest / 2);
    store.refusal = undefined;
    expect(await backend.moveToActive('token')).toEqual([null, null, 0, 0]);
    store.refusal = new Error('permission denied');
    // Half of the longest pause at least, were it not the first one again.
    expect(Math.min(await failAfterPause(backend), await failAfterPause(backend))).toBeLessThan(150);
  });

  it.each(['disconnectBlocking', 'close'] as const)('ends the pause at once at %s', async (method) => {
    const endless = { firstMs: 600_000, longestMs: 600_000 };
    const backend = pauseOnError(refusingStore().factory, endless)('jobs', opts, { withBlockingConnection: true });
    const taking = backend.moveToActive('token');
    await backend[method]();
    await expect(taking).rejects.toThrow('permission denied');
  });

  it('leaves a producer alone', () => {
    const backend = refusingStore().factory();
    const before = { ...backend };
    expect({ ...pauseOnError(() => backend)('jobs', opts) }).toEqual(before);
  });
});
