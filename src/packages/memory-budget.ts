/** Memory that its holder may use. */
export interface MemoryHold {
  /** Gives back what turns out not to be needed. */
  shrinkTo(bytes: number): void;
  release(): void;
}

interface HoldOptions {
  /** Ends the wait. */
  signal?: AbortSignal;
  /** Called once when there is not enough memory yet. */
  onWait?: () => void;
}

/** Bounds the memory that work of one process takes at the same time. */
export interface MemoryBudget {
  /**
   * Takes memory out of the budget, and waits until there is enough. First come, first served: a large request is not
   * overtaken by small ones. One that is larger than the budget gets all of it, and runs alone.
   */
  hold(bytes: number, options?: HoldOptions): Promise<MemoryHold>;
}

interface Waiting {
  bytes: number;
  start: () => void;
}

export const createMemoryBudget = (budgetBytes: number): MemoryBudget => {
  let free = budgetBytes;
  const waiting = new Set<Waiting>();

  const startNext = (): void => {
    for (const next of waiting) {
      if (next.bytes > free) return;
      waiting.delete(next);
      free -= next.bytes;
      next.start();
    }
  };
  const giveBack = (bytes: number): void => {
    free += bytes;
    startNext();
  };
  const holdOf = (bytes: number): MemoryHold => {
    let held = bytes;
    const shrinkTo = (needed: number): void => {
      if (needed >= held) return;
      const unused = held - needed;
      held = needed;
      giveBack(unused);
    };
    return { shrinkTo, release: () => shrinkTo(0) };
  };

  return {
    hold(asked, { signal, onWait } = {}) {
      const bytes = Math.min(asked, budgetBytes);
      return new Promise((resolve, reject) => {
        if (signal?.aborted) return reject(signal.reason as Error);
        const abort = (): void => {
          waiting.delete(entry);
          reject(signal?.reason as Error);
          // Those behind it may fit.
          startNext();
        };
        const start = (): void => {
          signal?.removeEventListener('abort', abort);
          resolve(holdOf(bytes));
        };
        const entry: Waiting = { bytes, start };
        waiting.add(entry);
        startNext();
        if (!waiting.has(entry)) return;
        signal?.addEventListener('abort', abort, { once: true });
        onWait?.();
      });
    },
  };
};
