import type { Logger } from '../src/logger.ts';

export interface LineWatchOptions {
  /** Which queue. */
  name: string;
  /** @throws Error when the queue's store is away. */
  countWaiting: () => Promise<number>;
  /** Could take a job, and has not. */
  isIdle: () => boolean;
  /** Opens the connection anew. */
  restart: () => void;
  log: Logger;
}

/**
 * Sees that a worker takes jobs where there are some: a connection may be dead although the store answers every ping, and
 * then nobody would notice.
 */
export interface LineWatch {
  /** A job was taken or has ended. */
  touch(): void;
  /** What is wrong, in a sentence; undefined: nothing. */
  problem(): string | undefined;
  close(): void;
}

/** In milliseconds. */
export interface LineWatchTimes {
  /** Between two looks. */
  lookMs?: number;
  /** How long jobs may wait while this worker takes none. */
  patienceMs?: number;
}

const LOOK_MS = 5_000;
const PATIENCE_MS = 30_000;

export const createLineWatch = (
  { name, countWaiting, isIdle, restart, log }: LineWatchOptions,
  { lookMs = LOOK_MS, patienceMs = PATIENCE_MS }: LineWatchTimes = {},
): LineWatch => {
  let goodAt = performance.now();
  let problem: string | undefined;
  const fine = (): void => {
    goodAt = performance.now();
    problem = undefined;
  };
  const look = async (): Promise<void> => {
    if (!isIdle()) return fine();
    // Undefined: the store is away, and who cannot be asked cannot be blamed.
    const waiting = await countWaiting().catch(() => undefined);
    if (!waiting) return fine();
    if (performance.now() - goodAt < patienceMs) return;
    problem = `${waiting} jobs wait in the queue "${name}", and this worker has taken none for ${patienceMs / 1_000} s.`;
    log.error('queue connection is stuck, opening it anew', { queue: name, waiting });
    goodAt = performance.now();
    restart();
  };
  const timer = setInterval(() => void look(), lookMs);
  timer.unref();
  return { touch: fine, problem: () => problem, close: () => clearInterval(timer) };
};
