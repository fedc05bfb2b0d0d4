import { OwnRuleError } from '../errors.ts';

export interface FairShareLimits {
  /** Work of all accounts that runs at the same time. */
  places: number;
  /** Work of one account that runs at the same time. */
  runningPerAccount: number;
  /** Work of one account that waits for its place. */
  waitingPerAccount: number;
  /** How long work waits for its place, in milliseconds. */
  maxWaitMs: number;
}

/** Shares a bounded number of places between accounts. */
export interface FairShare {
  /**
   * Runs `work` when the account's turn has come: the accounts that wait take turns, whatever the number of requests of each.
   *
   * @param signal ends the wait; work that has begun listens to it by itself.
   * @throws OwnRuleError `busy` (503) when too much of the account waits already, or when it waited too long.
   */
  run<T>(accountId: number, work: () => Promise<T>, signal?: AbortSignal): Promise<T>;
}

/** After so many seconds a client may try again; its own work that waits takes a few seconds as a rule. */
const RETRY_SECONDS = 5;

const tooMany = (waiting: number): OwnRuleError =>
  new OwnRuleError(
    'busy',
    503,
    `${waiting} requests of your account are waiting for the same work already. Retry after ${RETRY_SECONDS} seconds.`,
    { retryAfter: RETRY_SECONDS },
  );

const tooLong = (ms: number): OwnRuleError =>
  new OwnRuleError(
    'busy',
    503,
    `The server is busy: the request waited ${Math.round(ms / 1_000)} seconds. Retry after ${RETRY_SECONDS} seconds.`,
    { retryAfter: RETRY_SECONDS },
  );

interface Account {
  running: number;
  /** What starts each piece of work that waits. */
  waiting: Set<() => void>;
}

/** Who gets the next place. */
const createTurns = ({ places, runningPerAccount }: FairShareLimits) => {
  /** In the order in which they get their next place. */
  const accounts = new Map<number, Account>();
  let running = 0;

  const moveBehindOthers = (id: number, account: Account): void => {
    accounts.delete(id);
    if (account.running > 0 || account.waiting.size > 0) accounts.set(id, account);
  };
  const startNext = (): void => {
    for (const [id, account] of accounts) {
      if (running >= places) return;
      const [start] = account.waiting;
      if (!start || account.running >= runningPerAccount) continue;
      account.waiting.delete(start);
      account.running += 1;
      running += 1;
      moveBehindOthers(id, account);
      start();
    }
  };

  return {
    waitingOf: (id: number): number => accounts.get(id)?.waiting.size ?? 0,
    add(id: number, start: () => void): void {
      const account = accounts.get(id) ?? { running: 0, waiting: new Set() };
      account.waiting.add(start);
      accounts.set(id, account);
      startNext();
    },
    remove(id: number, start: () => void): void {
      const account = accounts.get(id);
      account?.waiting.delete(start);
      if (account?.running === 0 && account.waiting.size === 0) accounts.delete(id);
    },
    /** Called when work ends. */
    end(id: number): void {
      const account = accounts.get(id)!;
      account.running -= 1;
      running -= 1;
      // Also behind accounts that came while it ran.
      moveBehindOthers(id, account);
      startNext();
    },
  };
};

export const createFairShare = (limits: FairShareLimits): FairShare => {
  const turns = createTurns(limits);

  const placeFor = (id: number, signal?: AbortSignal): Promise<void> =>
    new Promise((resolve, reject) => {
      const settle = (end: () => void): void => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', abort);
        end();
      };
      const start = (): void => settle(resolve);
      const giveUp = (err: Error): void =>
        settle(() => {
          turns.remove(id, start);
          reject(err);
        });
      const abort = (): void => giveUp(signal?.reason as Error);
      const timer = setTimeout(() => giveUp(tooLong(limits.maxWaitMs)), limits.maxWaitMs);
      signal?.addEventListener('abort', abort, { once: true });
      turns.add(id, start);
    });

  return {
    async run(id, work, signal) {
      signal?.throwIfAborted();
      const waiting = turns.waitingOf(id);
      if (waiting >= limits.waitingPerAccount) throw tooMany(waiting);
      await placeFor(id, signal);
      try {
        return await work();
      } finally {
        turns.end(id);
      }
    },
  };
};
