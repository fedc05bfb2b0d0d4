import { existsSync } from 'node:fs';
import { readFile, readdir, readlink } from 'node:fs/promises';
import path from 'node:path';
import { runCommand } from './run-command.ts';

// macOS has no /proc, small Linux images have no ps: take what is there.
const hasProc = existsSync('/proc/self/stat');

const psField = async (pid: number, field: 'command' | 'lstart'): Promise<string> => {
  const { code, output } = await runCommand({}, ['ps', '-ww', '-o', `${field}=`, '-p', String(pid)]);
  return code === 0 ? output.trim() : '';
};

/**
 * Is `pid` a living PostgreSQL server of this cluster? A signal 0 would not tell: it reaches zombies, and strangers
 * that have got the number since.
 */
export const isServerOf = async (pid: number, cluster: string): Promise<boolean> => {
  if (!hasProc) return `${await psField(pid, 'command')} `.includes(` -D ${cluster} `);
  const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
  const words = command.split('\0');
  return words[words.indexOf('-D') + 1] === cluster;
};

/**
 * When the process began, in words that only serve to compare: a number is used again, number and time together are
 * not. Undefined when there is no such process or only its zombie.
 */
export const startTimeOf = async (pid: number): Promise<string | undefined> => {
  if (!hasProc) return (await psField(pid, 'lstart')).replaceAll(/\W+/g, '') || undefined;
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  // The second field is the program's name in brackets and may hold anything; the third is the state, the 22nd the time.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return fields[0] === 'Z' || fields[0] === 'X' ? undefined : fields[19];
};

/** The processes whose working directory is `dir`; undefined where the system does not tell (no /proc). */
export const pidsWorkingIn = async (dir: string): Promise<number[] | undefined> => {
  if (!hasProc) return undefined;
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  // Not ours to look at, or gone meanwhile: not a process of ours either way.
  const dirs = await Promise.all(pids.map((pid) => readlink(path.join('/proc', pid, 'cwd')).catch(() => '')));
  return pids.filter((_, index) => dirs[index] === dir).map(Number);
};
