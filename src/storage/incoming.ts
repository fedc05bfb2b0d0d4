import { readdir, rm, stat } from 'node:fs/promises';
import path from 'node:path';

/** No request takes that long: what is older was left by a process that was killed. */
const LEFT_MS = 3_600_000;
const INTERVAL_MS = 1_800_000;

/** Removes what killed processes left in the folder that uploads are spooled to. @returns how many files. */
export const removeLeftovers = async (incomingDir: string): Promise<number> => {
  let removed = 0;
  for (const name of await readdir(incomingDir)) {
    const file = path.join(incomingDir, name);
    const found = await stat(file).catch(() => undefined);
    if (!found || Date.now() - found.mtimeMs <= LEFT_MS) continue;
    await rm(file, { force: true });
    removed += 1;
  }
  return removed;
};

/**
 * Does so twice an hour, in each process by itself: the folder is one of its own machine, and those who collect what the
 * whole system keeps may run on another.
 *
 * @returns what ends it.
 */
export const keepRemovingLeftovers = (incomingDir: string, onError: (err: unknown) => void): (() => void) => {
  const timer = setInterval(() => void removeLeftovers(incomingDir).catch(onError), INTERVAL_MS);
  timer.unref();
  return () => clearInterval(timer);
};
