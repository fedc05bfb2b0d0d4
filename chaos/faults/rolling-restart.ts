import type { Fault } from './fault.ts';

/** Every worker, one after the other, ends in good order and is started again: a deploy. */
export const rollingRestart: Fault = {
  kind: 'rolling restart of the workers',
  async run({ system, count }) {
    count(this.kind);
    // One that is paused would keep the deploy waiting for it.
    for (const worker of system.workers) if (worker.serving()) await worker.restart();
  },
};
