import type { Deps } from '../src/deps.ts';
import type { QueueBackend } from '../src/queue/backend.ts';
import { createHousekeepingQueue } from '../src/queue/housekeeping.ts';

/** A queue that was emptied gets its schedulers back within that time. */
const INTERVAL_MS = 30_000;

/** Keeps the tasks of the housekeeping scheduled: now and every 30 s, in every process that has workers. */
export const startHousekeeping = (
  { log }: Pick<Deps, 'log'>,
  backend: QueueBackend,
  intervalMs = INTERVAL_MS,
): { close(): Promise<void> } => {
  const queue = createHousekeepingQueue(backend, log);
  let scheduled = false;
  const schedule = async (): Promise<void> => {
    const tasks = await queue.register();
    if (tasks.length > 0) log[scheduled ? 'warn' : 'debug']('housekeeping scheduled', { tasks });
    scheduled = true;
  };
  let running: Promise<unknown> = Promise.resolve();
  const run = (): void => {
    running = running.then(schedule).catch((err: unknown) => log.warn('housekeeping not scheduled', { err }));
  };
  run();
  const timer = setInterval(run, intervalMs);
  return {
    async close() {
      clearInterval(timer);
      await running;
      await queue.close();
    },
  };
};
