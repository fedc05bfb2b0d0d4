import { setTimeout as sleep } from 'node:timers/promises';
import type { Fault, FaultContext } from './fault.ts';
import { kill } from './kill.ts';
import { pauseWorker } from './pause.ts';
import { rollingRestart } from './rolling-restart.ts';
import { postgresFaults, redisAndPostgres, redisFaults, s3Faults } from './stores.ts';

export type RunFaultsOptions = Omit<FaultContext, 'count'> & {
  /** Everything was asked for: it may end once every kind has happened. */
  enough: () => boolean;
};

/** A fault that has begun. */
export interface Happened {
  kind: string;
  /** In milliseconds since 1970. */
  at: number;
}

const KILL_EVERY_MS = 1_000;

/**
 * Three kinds of trouble at the same time, each one after the other: a process killed every second, stores that go away
 * and come back, workers that are paused.
 *
 * @returns what happened, and when.
 */
export const runFaults = async (options: RunFaultsOptions): Promise<Happened[]> => {
  const all: Happened[] = [];
  const count = (kind: string): void => void all.push({ kind, at: Date.now() });
  const { random, pace, enough } = options;
  const giveUp = Date.now() + pace.faultsMs;
  const happened = { pauses: false, stores: false };
  const over = (): boolean => Date.now() > giveUp || ((pace.once || enough()) && happened.pauses && happened.stores);
  const contextOf = (lane: string): FaultContext => ({ ...options, count, random: random.fork(lane) });

  const kills = async (): Promise<void> => {
    const context = contextOf('kills');
    while (!over()) {
      await kill.run(context);
      await sleep(KILL_EVERY_MS);
    }
  };
  const pauses = async (): Promise<void> => {
    const context = contextOf('pauses');
    do {
      await pauseWorker.run(context);
      happened.pauses = true;
      await sleep(context.random.between(...pace.gapMs));
    } while (!over() && !pace.once);
  };
  const stores = async (): Promise<void> => {
    const context = contextOf('stores');
    do {
      for (const fault of orderOf(context)) {
        if (Date.now() > giveUp) break;
        await fault.run(context);
        await sleep(context.random.between(...pace.gapMs));
      }
      happened.stores = true;
    } while (!over() && !pace.once);
  };
  await Promise.all([kills(), pauses(), stores()]);
  return all;
};

/** Each kind once. */
const orderOf = ({ system, random, pace }: FaultContext): Fault[] => {
  const redis = system.redis ? redisFaults : [];
  if (!pace.once) {
    const both = system.redis ? [redisAndPostgres] : [];
    return random.shuffle([...redis, ...postgresFaults, ...both, ...s3Faults, rollingRestart]);
  }
  // What loses entries of the queue comes first: the sweep that finds that out comes every 15 s.
  return [...random.shuffle([...redis, ...postgresFaults]), ...random.shuffle([random.pick(s3Faults), rollingRestart])];
};
