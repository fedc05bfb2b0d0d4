import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

const EVERY_MS = 50;

/** The kernel counts a process's time in hundredths of a second, on every Linux that Node runs on. */
const TICK_SECONDS = 0.01;

/** What a process occupies in memory, in bytes. */
export const residentSize = (pid: number): number => {
  try {
    const kib = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    if (kib !== undefined) return Number(kib) * 1024;
  } catch {
    // No /proc: macOS.
  }
  return Number(spawnSync('ps', ['-o', 'rss=', '-p', String(pid)]).stdout.toString()) * 1024;
};

/** The most that a process has occupied since its start, in bytes; where there is no /proc, what it occupies now. */
export const largestSize = (pid: number): number => {
  try {
    const kib = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    if (kib !== undefined) return Number(kib) * 1024;
  } catch {
    // No /proc: macOS.
  }
  return residentSize(pid);
};

/** The processor time that a process has used, in seconds. NaN where there is no /proc: `ps` counts whole seconds. */
export const cpuSeconds = (pid: number): number => {
  try {
    // The second field is the program's name, which may hold anything.
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)!.split(' ');
    return (Number(fields[11]) + Number(fields[12])) * TICK_SECONDS;
  } catch {
    return Number.NaN;
  }
};

/** Looks every so often while `work` is under way. @returns the largest size in bytes, and how often it was looked at. */
export const watchResidentSize = async (
  pid: number,
  work: () => Promise<void>,
  everyMs = EVERY_MS,
): Promise<{ peak: number; looks: number }> => {
  const sizes = [residentSize(pid)];
  const timer = setInterval(() => sizes.push(residentSize(pid)), everyMs);
  try {
    await work();
  } finally {
    clearInterval(timer);
  }
  return { peak: Math.max(...sizes, residentSize(pid)), looks: sizes.length };
};
