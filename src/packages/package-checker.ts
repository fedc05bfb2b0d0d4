import { setTimeout as sleep } from 'node:timers/promises';
import type { ArchiveLimits } from '../domain/archive/limits.ts';
import type { PackageSwitches } from '../domain/package/switches.ts';
import { AppError } from '../errors.ts';
import { createFairShare } from './fair-share.ts';
import { createPackageReader } from './package-reader.ts';
import type { PackageReading } from './read-package.ts';

interface CheckOptions {
  accountId: number;
  switches: PackageSwitches;
  /** Fires when nobody waits for the answer any more. */
  signal?: AbortSignal;
}

/**
 * Checks packages for requests, on threads that builds do not use. Accounts share the threads fairly: slow packages of one
 * account do not keep the packages of another one waiting.
 */
export interface PackageChecker {
  /**
   * @param file the package, which is read when its turn has come: what waits costs no memory.
   * @throws OwnRuleError `busy` (503) when it gets no thread in time; AppError `package_too_slow` (422) when the check itself,
   *   counted from its start on the thread, takes too long; AppError `package_too_complex` (422) when it takes too much memory.
   */
  check(file: { path: string }, options: CheckOptions): Promise<Omit<PackageReading, 'files' | 'repacked'>>;
  close(): Promise<void>;
}

export interface CheckerOptions {
  limits: ArchiveLimits;
  threads: number;
  /** Of one check, from its start. */
  timeoutMs: number;
  maxWaitMs?: number;
  /** Megabytes of each thread's heap. */
  heapMb?: number;
}

/** Of each thread. The slowest drawings that a package may have take a third of it. */
const HEAP_MB = 128;
/** Checks of one account that wait; a developer's tool sends one package at a time. */
const WAITING_PER_ACCOUNT = 8;
/** Shorter than the time after which clients and load balancers give up (30 to 60 s). */
const MAX_WAIT_MS = 20_000;

/**
 * After a check that nobody waits for any more its account has no other one for so long: its thread was ended, clients often
 * go away together, and the next check would take a thread along that another account needs.
 */
const ABANDONED_MS = 250;

export const createPackageChecker = ({
  limits,
  threads,
  timeoutMs,
  maxWaitMs = MAX_WAIT_MS,
  heapMb = HEAP_MB,
}: CheckerOptions): PackageChecker => {
  const reader = createPackageReader(limits, threads, { heapMb, spare: true });
  const share = createFairShare({
    places: threads,
    // Half of the threads stay for the others.
    runningPerAccount: Math.max(1, Math.floor(threads / 2)),
    waitingPerAccount: WAITING_PER_ACCOUNT,
    maxWaitMs,
  });
  const checkNow = async (file: { path: string }, { switches, signal }: CheckOptions) => {
    const timeout = AbortSignal.timeout(timeoutMs);
    try {
      const either = signal ? AbortSignal.any([timeout, signal]) : timeout;
      return await reader.read(file, { switches, keep: false, signal: either });
    } catch (err) {
      if (signal?.aborted) await sleep(ABANDONED_MS, undefined, { ref: false });
      if (isOutOfMemory(err))
        throw new AppError(
          'package_too_complex',
          422,
          `The package needs more than ${heapMb} MB of memory to be checked. Make its JSON files and drawings smaller.`,
        );
      if (!timeout.aborted) throw err;
      const seconds = Math.ceil(timeoutMs / 1_000);
      throw new AppError(
        'package_too_slow',
        422,
        `The package cannot be checked within ${seconds} s. Make it smaller.`,
      );
    }
  };
  return {
    check: (file, options) => share.run(options.accountId, () => checkNow(file, options), options.signal),
    close: () => reader.close(),
  };
};

const isOutOfMemory = (err: unknown): boolean =>
  err instanceof Error && 'code' in err && err.code === 'ERR_WORKER_OUT_OF_MEMORY';
