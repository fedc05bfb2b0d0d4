import type { Logger } from '../logger.ts';
import { within } from '../within.ts';
import type { QueueBackend } from './backend.ts';

/** Apart from everything that somebody waits for. */
export const HOUSEKEEPING_QUEUE = 'housekeeping';

const MINUTE_MS = 60_000;

/** What is done again and again, by name, and how often, in milliseconds. */
const intervals = {
  'collect.jobs': 60 * MINUTE_MS,
  'collect.audit': 60 * MINUTE_MS,
  'collect.logins': 60 * MINUTE_MS,
  'collect.deliveries': 60 * MINUTE_MS,
  'collect.keys': 60 * MINUTE_MS,
  'collect.texts': 60 * MINUTE_MS,
  // What a package holds besides the app's files, its author's secrets for instance, is gone minutes after the build.
  'collect.uploads': 2 * MINUTE_MS,
  // Lists the whole store.
  'collect.strays': 24 * 60 * MINUTE_MS,
  // Looks at every blob's row.
  'collect.blobs': 30 * MINUTE_MS,
} as const satisfies Record<string, number>;

export type HousekeepingTask = keyof typeof intervals;

/** In the order in which one makes work for the next. */
export const housekeepingTasks = Object.keys(intervals) as HousekeepingTask[];

/** Undefined: not a task of this release. */
export const readTask = (name: string): HousekeepingTask | undefined => housekeepingTasks.find((task) => task === name);

export interface HousekeepingQueue {
  /**
   * Sees to it that each task has a scheduler that works: a queue that was emptied has lost them. A new one begins at
   * once.
   *
   * @returns those it made.
   * @throws Error when the queue's store cannot be reached within 2 s.
   */
  register(): Promise<HousekeepingTask[]>;
  close(): Promise<void>;
}

const LIMIT_MS = 2_000;
/** Later than that a turn is not late but lost: a worker that is there takes it within seconds. */
const LATE_MS = 5 * MINUTE_MS;

export const createHousekeepingQueue = (backend: QueueBackend, log: Logger): HousekeepingQueue => {
  const queue = backend.queue(HOUSEKEEPING_QUEUE);
  let closed = false;
  queue.on('error', (err) => {
    if (!closed) log.warn('housekeeping queue connection', { err });
  });

  const ask = <T>(request: () => Promise<T>): Promise<T> =>
    backend.ready() ? within(LIMIT_MS, 'The queue', request()) : Promise.reject(new Error('the queue is away'));

  const schedule = (task: HousekeepingTask): Promise<unknown> =>
    ask(() =>
      queue.upsertJobScheduler(
        task,
        { every: intervals[task] },
        { name: task, data: {}, opts: { removeOnComplete: true, removeOnFail: true } },
      ),
    );

  return {
    async register() {
      const working = new Map((await ask(() => queue.getJobSchedulers())).map((one) => [one.key, one]));
      const made: HousekeepingTask[] = [];
      for (const task of housekeepingTasks) {
        const { every, next = 0 } = working.get(task) ?? {};
        if (every === intervals[task] && next > Date.now() - LATE_MS) continue;
        await schedule(task);
        made.push(task);
      }
      return made;
    },
    close: () => {
      closed = true;
      return queue.close();
    },
  };
};
