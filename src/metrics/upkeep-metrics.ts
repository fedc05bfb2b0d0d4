import { Counter, type Registry } from 'prom-client';

/** What the system does about itself. The words are of the code: each one is a series. */
export interface UpkeepMetrics {
  /**
   * A sweep has looked at what is unfinished.
   *
   * @param of what is unfinished, e.g. `jobs`.
   * @param mended how many of them it put right, by what was done, e.g. `{ enqueued: 2, ended: 1 }`.
   */
  swept(of: string, mended: Readonly<Record<string, number>>): void;
  /** A task of the housekeeping has done its work. @param what e.g. `removed`. */
  housekept(task: string, what: string, count: number): void;
}

export const createUpkeepMetrics = (registry: Registry): UpkeepMetrics => {
  const registers = [registry];
  const sweeps = new Counter({
    name: 'appyard_sweeps_total',
    help: 'Sweeps for lost work.',
    labelNames: ['of'],
    registers,
  });
  const mended = new Counter({
    name: 'appyard_sweep_mended_total',
    help: 'What sweeps have put right, by what they did.',
    labelNames: ['of', 'what'],
    registers,
  });
  const housekept = new Counter({
    name: 'appyard_housekeeping_total',
    help: 'What the housekeeping has removed, or done otherwise.',
    labelNames: ['task', 'what'],
    registers,
  });
  return {
    swept(of, counts) {
      sweeps.inc({ of });
      for (const [what, count] of Object.entries(counts)) mended.inc({ of, what }, count);
    },
    housekept: (task, what, count) => housekept.inc({ task, what }, count),
  };
};
