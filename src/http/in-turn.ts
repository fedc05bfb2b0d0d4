import { setImmediate as nextPhase, setTimeout as sleep } from 'node:timers/promises';
import { OwnRuleError } from '../errors.ts';
import { createFairQueue } from '../fair-queue.ts';

/** No rest is longer, in milliseconds. */
const LONGEST_REST_MS = 50;

const turns = createFairQueue({
  running: 1,
  runningPerKey: 1,
  waiting: 500,
  waitingPerKey: 200,
  full: () =>
    new OwnRuleError('busy', 503, 'Too many large requests at once. Try again in a few seconds.', { retryAfter: 2 }),
});

/**
 * Runs a piece of synchronous work in a turn of the event loop of its own, one key after the other. After it the loop is
 * free for as long as it took: whoever sends much work at once gets half of the time, and requests with little work are
 * answered in between.
 *
 * @param key whose work it is: an account, say.
 * @throws whatever `work` throws; OwnRuleError `busy` (503) when too much waits.
 */
export const inTurn = <T>(key: string, work: () => T): Promise<T> =>
  new Promise((resolve, reject) => {
    const take = async (): Promise<void> => {
      await nextPhase();
      const begun = performance.now();
      try {
        resolve(work());
      } catch (err) {
        reject(err as Error);
      }
      await sleep(Math.min(LONGEST_REST_MS, performance.now() - begun));
    };
    turns.run(key, take).catch(reject);
  });
