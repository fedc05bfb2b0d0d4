import { within } from '../within.ts';

/** What a process has opened and must close: in reverse order, each within its time. */
export interface Releases {
  add(name: string, release: () => Promise<unknown>, limitMs?: number): void;
  /** Closes everything that is open, once. One that fails or hangs does not keep the others open. */
  run(): Promise<void>;
}

const LIMIT_MS = 5_000;

export const createReleases = (onError: (name: string, err: unknown) => void): Releases => {
  const open: { name: string; release: () => Promise<unknown>; limitMs: number }[] = [];
  let running: Promise<void> | undefined;
  const runAll = async (): Promise<void> => {
    for (let last = open.pop(); last; last = open.pop()) {
      const { name, release, limitMs } = last;
      await within(limitMs, name, release()).catch((err: unknown) => onError(name, err));
    }
  };
  return {
    add(name, release, limitMs = LIMIT_MS) {
      open.push({ name, release, limitMs });
    },
    run: () => (running ??= runAll()),
  };
};
