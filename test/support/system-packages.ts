import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';

/** Where servers are, and a user's PATH may not lead. */
const SERVERS = ['/usr/sbin', '/usr/local/sbin'];

/** Where a program is; undefined: nowhere. */
export const findProgram = (program: string): string | undefined =>
  [...(process.env['PATH'] ?? '').split(path.delimiter), ...SERVERS]
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

/**
 * Finds a program that a test needs, and installs it when it is not there.
 *
 * @returns where it is.
 * @throws Error that says what to install.
 */
export const requireProgram = (program: string, names: { apt: string; brew: string }): string => {
  const file = findProgram(program) ?? (installPackage(names) ? findProgram(program) : undefined);
  if (file === undefined)
    throw new Error(`The tests need ${program}: install ${names.apt} (apt) or ${names.brew} (brew).`);
  return file;
};
