import { createHash, randomUUID } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';
import { readdir, rm, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import path from 'node:path';

/** Of files of other machines and containers: no request or attempt writes for that long. */
const LEFT_MS = 900_000;
const INTERVAL_MS = 300_000;

const tryRead = (read: () => string): string => {
  try {
    return read();
  } catch {
    return '';
  }
};

/** When a process began, in words that only serve to compare; empty where the system does not tell, or it is dead. */
const startOf = (pid: number): string => {
  const text = tryRead(() => readFileSync(`/proc/${pid}/stat`, 'latin1'));
  // The second field is the program's name in brackets and may hold anything; the third is the state, the 22nd the time.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return fields[0] === 'Z' || fields[0] === 'X' ? '' : (fields[19] ?? '');
};

/** Tells this machine, since its last boot, and this container: only here does a process id say which process it is. */
const place = createHash('sha256')
  .update(
    [
      hostname(),
      tryRead(() => readFileSync('/proc/sys/kernel/random/boot_id', 'latin1')),
      tryRead(() => readlinkSync('/proc/self/ns/pid')),
    ].join('\n'),
  )
  .digest('hex')
  .slice(0, 16);
const owner = `${place}-${process.pid}-${startOf(process.pid) || '0'}`;

/** A name for a temporary file that says which process it belongs to. */
export const temporaryName = (): string => `${owner}-${randomUUID()}`;

/** Whether the process that a name tells of is known to be dead. */
const isLeftByTheDead = (name: string): boolean => {
  const [, where, pid, start] = /^([0-9a-f]{16})-(\d+)-(\d+)-[0-9a-f-]{36}$/.exec(name) ?? [];
  // Without a start the number may be another process's by now.
  if (where !== place || pid === undefined || start === '0') return false;
  return startOf(Number(pid)) !== start;
};

const isOld = async (file: string): Promise<boolean> => {
  const found = await stat(file).catch(() => undefined);
  return found !== undefined && Date.now() - found.mtimeMs > LEFT_MS;
};

/**
 * Removes what killed processes left in the folder that uploads and blobs are written to first: files of processes of this
 * machine at once, others when they are old.
 *
 * @returns how many files.
 */
export const removeLeftovers = async (incomingDir: string): Promise<number> => {
  let removed = 0;
  for (const name of await readdir(incomingDir)) {
    const file = path.join(incomingDir, name);
    if (!isLeftByTheDead(name) && !(await isOld(file))) continue;
    await rm(file, { force: true });
    removed += 1;
  }
  return removed;
};

/**
 * Does so every five minutes, in each process by itself: the folder is one of its own machine, and those who collect what
 * the whole system keeps may run on another.
 *
 * @returns what ends it.
 */
export const keepRemovingLeftovers = (incomingDir: string, onError: (err: unknown) => void): (() => void) => {
  const timer = setInterval(() => void removeLeftovers(incomingDir).catch(onError), INTERVAL_MS);
  timer.unref();
  return () => clearInterval(timer);
};
