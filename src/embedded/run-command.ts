import { spawn } from 'node:child_process';
import type { ChildProcess, StdioOptions } from 'node:child_process';
import { errorText } from '../error-text.ts';

/** A user and group of the system by number. */
export interface Owner {
  uid: number;
  gid: number;
}

/** Under which identity a command runs. Nothing given: our own. */
export interface RunAs {
  /** Switch to this user; files the command must own have to be handed to it first. */
  owner?: Owner;
  /** Words put in front of the command. */
  prefix?: readonly string[];
}

// All that a child gets to see: the server outlives us and has no business with SECRETS_KEY.
// C: messages we can read. UTC: initdb writes the zone it finds into the configuration.
const CHILD_ENV = { PATH: '/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin', LC_ALL: 'C', TZ: 'UTC' };

/**
 * Starts a program without a shell, with a small environment and `/` as its folder.
 * `detached` gives it a session of its own, so that Ctrl-C at our terminal does not reach it.
 */
export const spawnAs = (
  as: RunAs,
  words: readonly string[],
  options: { stdio: StdioOptions; detached?: boolean },
): ChildProcess => {
  const [command = '', ...args] = [...(as.prefix ?? []), ...words];
  return spawn(command, args, { ...as.owner, ...options, cwd: '/', env: CHILD_ENV });
};

interface CommandResult {
  code: number;
  output: string;
}

const collect = (child: ChildProcess, timeoutMs: number): Promise<CommandResult> =>
  new Promise((resolve) => {
    let output = '';
    const add = (text: Buffer | string): void => {
      output += text.toString();
    };
    const timer = setTimeout(() => {
      add(`\nfailed: no end after ${timeoutMs / 1000} s`);
      child.kill('SIGKILL');
    }, timeoutMs);
    const finish = (code: number): void => {
      clearTimeout(timer);
      resolve({ code, output });
    };
    child.stdout?.on('data', add);
    child.stderr?.on('data', add);
    child.on('error', (err) => {
      add(`\n${err.message}`);
      finish(-1);
    });
    child.on('close', (code) => finish(code ?? -1));
  });

/**
 * Runs a program to its end; never rejects.
 * Gives its exit code (-1 when it could not be started or was killed) and all it printed. Killed after `timeoutMs`.
 */
export const runCommand = async (as: RunAs, words: readonly string[], timeoutMs = 10_000): Promise<CommandResult> => {
  try {
    return await collect(spawnAs(as, words, { stdio: ['ignore', 'pipe', 'pipe'] }), timeoutMs);
  } catch (err) {
    // Some errors come at once: EINVAL for a user that a rootless container does not have.
    return { code: -1, output: errorText(err) };
  }
};
