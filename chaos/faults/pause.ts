import { setTimeout as sleep } from 'node:timers/promises';
import type { Fault } from './fault.ts';

/** Longer than a worker's lock on its job (10 s), so that another takes the job over before it wakes. */
const PAUSE_MS = [10_500, 13_000] as const;

export const pauseWorker: Fault = {
  kind: 'worker paused',
  async run({ system, random, count }) {
    const serving = system.workers.filter((worker) => worker.serving());
    if (serving.length === 0) return;
    const worker = random.pick(serving);
    count(this.kind);
    worker.pause();
    await sleep(random.between(...PAUSE_MS));
    worker.resume();
  },
};
