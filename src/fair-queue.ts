/** Limits of a {@link FairQueue}. */
export interface FairQueueLimits {
  /** How many tasks run at the same time. */
  running: number;
  /** How many tasks of one key run at the same time. */
  runningPerKey: number;
  /** How many tasks wait, in each lane. */
  waiting: number;
  /** How many tasks of one key wait. */
  waitingPerKey: number;
  /** Makes the error of a task that finds no room. */
  full: () => Error;
}

type LaneName = 'known' | 'other';

interface TaskOptions {
  /** In which of two lanes the task waits. The lanes take turns, so neither keeps the other waiting or pushes it out. */
  lane?: LaneName;
  /** The key starts its next task this long after this one started, at the earliest. */
  paceMs?: number;
}

/** Runs tasks of many keys, one key after the other: a key with many tasks waits for its own tasks only. */
export interface FairQueue {
  run<T>(key: string, work: () => Promise<T>, options?: TaskOptions): Promise<T>;
}

interface Task {
  start: () => void;
  refuse: () => void;
}

/** The keys in the order of their next turns, each with its tasks in the order in which they came. */
type Lane = Map<string, Task[]>;

const sizeOf = (lane: Lane): number => [...lane.values()].reduce((sum, tasks) => sum + tasks.length, 0);

const longestOf = (lane: Lane): Task[] =>
  [...lane.values()].reduce((longest, tasks) => (tasks.length > longest.length ? tasks : longest), []);

/** A newcomer takes the place of the last task of the longest line, unless that line is the newcomer's own. */
const makeRoom = (lane: Lane, own: Task[], { waiting, waitingPerKey }: FairQueueLimits): boolean => {
  if (own.length >= waitingPerKey) return false;
  if (sizeOf(lane) < waiting) return true;
  const longest = longestOf(lane);
  if (longest.length <= own.length + 1) return false;
  longest.pop()!.refuse();
  return true;
};

/**
 * Takes the next task of the first key that may start one, and moves that key to the end.
 *
 * @param mayStart decides by the key.
 */
const takeNext = (lane: Lane, mayStart: (key: string) => boolean): Task | undefined => {
  for (const [key, tasks] of lane) {
    if (!mayStart(key)) continue;
    const task = tasks.shift()!;
    lane.delete(key);
    if (tasks.length > 0) lane.set(key, tasks);
    return task;
  }
  return undefined;
};

/** Creates an empty queue. */
export const createFairQueue = (limits: FairQueueLimits): FairQueue => {
  const lanes: Record<LaneName, Lane> = { known: new Map(), other: new Map() };
  let order: [LaneName, LaneName] = ['known', 'other'];
  /** How many tasks of a key run, or have run and hold the key for its pace. */
  const busy = new Map<string, number>();
  let running = 0;

  const mayStart = (key: string): boolean => (busy.get(key) ?? 0) < limits.runningPerKey;

  const pump = (): void => {
    while (running < limits.running) {
      const [first, second] = order;
      const preferred = takeNext(lanes[first], mayStart);
      const task = preferred ?? takeNext(lanes[second], mayStart);
      if (!task) return;
      // The lane that was not served comes first.
      if (preferred) order = [second, first];
      task.start();
    }
  };

  const release = (key: string): void => {
    const left = (busy.get(key) ?? 1) - 1;
    if (left === 0) busy.delete(key);
    else busy.set(key, left);
    pump();
  };

  const execute = async <T>(key: string, work: () => Promise<T>, paceMs: number): Promise<T> => {
    const startedAt = performance.now();
    running += 1;
    busy.set(key, (busy.get(key) ?? 0) + 1);
    try {
      return await work();
    } finally {
      running -= 1;
      const rest = paceMs - (performance.now() - startedAt);
      if (rest > 0) setTimeout(release, rest, key).unref();
      else release(key);
      pump();
    }
  };

  return {
    run: (key, work, { lane: name = 'other', paceMs = 0 } = {}) =>
      new Promise((resolve, reject) => {
        const lane = lanes[name];
        const own = lane.get(key) ?? [];
        const isFree = own.length === 0 && running < limits.running && mayStart(key);
        if (!isFree && !makeRoom(lane, own, limits)) return reject(limits.full());
        own.push({
          start: () => void execute(key, work, paceMs).then(resolve, reject),
          refuse: () => reject(limits.full()),
        });
        lane.set(key, own);
        pump();
      }),
  };
};
