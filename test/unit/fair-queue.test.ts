import { describe, expect, it } from 'vitest';
import { createFairQueue, type FairQueueLimits } from '../../src/fair-queue.ts';

describe('a fair queue', () => {
  const start = (limits: Partial<FairQueueLimits> = {}) => {
    const queue = createFairQueue({
      running: 1,
      runningPerKey: 1,
      waiting: 100,
      waitingPerKey: 50,
      full: () => new Error('full'),
      ...limits,
    });
    const begun: string[] = [];
    const ends: (() => void)[] = [];
    /** A task that runs until `endOne` ends it. */
    const add = (name: string, options?: Parameters<typeof queue.run>[2]): Promise<string> =>
      queue.run(
        name.split('-')[0]!,
        () => {
          begun.push(name);
          return new Promise<string>((resolve) => ends.push(() => resolve(name)));
        },
        options,
      );
    const endAll = async (tasks: Promise<unknown>[]): Promise<void> => {
      let open = true;
      void Promise.allSettled(tasks).then(() => (open = false));
      while (open) {
        ends.shift()?.();
        await new Promise(setImmediate);
      }
    };
    return { begun, add, endAll };
  };

  it('gives each key its turn: one with many tasks does not hold up another one', async () => {
    const { begun, add, endAll } = start();
    const tasks = [...Array.from({ length: 5 }, (_, index) => add(`a-${index}`)), add('b-0'), add('c-0'), add('b-1')];
    await endAll(tasks);
    expect(begun).toEqual(['a-0', 'a-1', 'b-0', 'c-0', 'a-2', 'b-1', 'a-3', 'a-4']);
  });

  it('lets the two lanes take turns, whichever has more', async () => {
    const { begun, add, endAll } = start();
    const tasks = [
      ...['a-0', 'b-0', 'c-0', 'd-0'].map((name) => add(name)),
      ...['x-0', 'y-0'].map((name) => add(name, { lane: 'known' })),
    ];
    await endAll(tasks);
    expect(begun).toEqual(['a-0', 'x-0', 'b-0', 'y-0', 'c-0', 'd-0']);
  });

  it('refuses what a key has too much of, and makes room for another key', async () => {
    const { begun, add, endAll } = start({ waiting: 4, waitingPerKey: 4 });
    const a = Array.from({ length: 5 }, (_, index) => add(`a-${index}`));
    await expect(add('a-5')).rejects.toThrow('full');
    const b = add('b-0');
    await expect(a[4]).rejects.toThrow('full');
    await endAll([...a, b]);
    expect(begun).toEqual(['a-0', 'a-1', 'b-0', 'a-2', 'a-3']);
  });

  it('runs as many as it may, of one key as many as that may, and goes on after a failure', async () => {
    const { begun, add, endAll } = start({ running: 2 });
    const tasks = [add('a-0'), add('a-1'), add('b-0'), add('c-0')];
    expect(begun).toEqual(['a-0', 'b-0']);
    await endAll(tasks);
    const queue = createFairQueue({
      running: 1,
      runningPerKey: 1,
      waiting: 1,
      waitingPerKey: 1,
      full: () => new Error(),
    });
    await expect(queue.run('a', () => Promise.reject(new Error('broken')))).rejects.toThrow('broken');
    await expect(queue.run('a', () => Promise.resolve(1))).resolves.toBe(1);
  });

  it('holds a key for its pace, and no other key meanwhile', async () => {
    const { begun, add, endAll } = start();
    const tasks = [add('a-0', { paceMs: 40 }), add('a-1'), add('b-0'), add('b-1')];
    await endAll(tasks);
    expect(begun).toEqual(['a-0', 'b-0', 'b-1', 'a-1']);
  });
});
