import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';

/** Where a program is; undefined: not on PATH. */
export const findProgram = (program: string): string | undefined =>
  (process.env['PATH'] ?? '')
    .split(path.delimiter)
    .map((folder) => path.join(folder, program))
    .find((file) => existsSync(file));

export const onPath = (program: string): boolean => findProgram(program) !== undefined;

const run = (command: string, args: string[]): boolean =>
  spawnSync(command, args, {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  }).status === 0;

/** Installs what the tests need, with the system's package manager, where that lets us; false: it does not. */
export const installPackage = ({ apt, brew }: { apt: string; brew: string }): boolean => {
  if (onPath('apt-get')) {
    const prefix = process.getuid?.() === 0 ? [] : ['sudo', '-n'];
    const aptGet = (...args: string[]): boolean => {
      const [command = '', ...rest] = [...prefix, 'apt-get', ...args];
      return run(command, rest);
    };
    if (prefix.length > 0 && !run('sudo', ['-n', 'true'])) return false;
    console.log(`Installing ${apt} for the tests (apt-get) …`);
    return aptGet('update', '-qq') && aptGet('install', '-y', '-qq', '--no-install-recommends', apt);
  }
  if (!onPath('brew')) return false;
  console.log(`Installing ${brew} for the tests (brew) …`);
  return run('brew', ['install', '--quiet', brew]);
};
