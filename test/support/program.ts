import { spawn } from 'node:child_process';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { projectRoot } from '../../src/cli/project-root.ts';

/** The services of docker-compose.yml that are this program, each with the words that make it what it is. */
export const services = { migrate: ['migrate'], api: ['api'], worker: ['worker'] } as const;

/** The built program's command, relative to the project's folder, which is the image's working directory. */
export const program = (words: readonly string[]): string[] => ['node', 'dist/src/cli/main.js', ...words];

/** How a program ended. */
export interface Ended {
  /** Null: a signal ended it. */
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
}

export interface RunningProgram {
  /**
   * Waits for a line of its output.
   *
   * @throws Error with the whole output when it ends, or 20 s pass, before it says so.
   */
  untilLine(pattern: RegExp): Promise<string>;
  /** How many lines it has written. */
  lines(): number;
  kill(signal: NodeJS.Signals): void;
  ended: Promise<Ended>;
}

export interface Programs {
  start(words: readonly string[], env?: Record<string, string>): RunningProgram;
  /** Starts one, gives it `input`, and waits for its end. */
  run(words: readonly string[], input?: string): Promise<Ended>;
  /** Ends at once what still runs. */
  close(): Promise<void>;
}

const LINE_LIMIT_MS = 60_000;

/** Runs the built program in processes of their own, with these settings and none of whoever runs the tests. */
export const createPrograms = (settings: Record<string, string>): Programs => {
  const running = new Set<RunningProgram>();
  const launch = (words: readonly string[], env: Record<string, string>, input = ''): RunningProgram => {
    const launched = launchProgram(words, { PATH: searchPath(), ...settings, ...env }, input);
    running.add(launched);
    const forget = (): void => void running.delete(launched);
    launched.ended.then(forget, forget);
    return launched;
  };
  return {
    start: (words, env = {}) => launch(words, env),
    run: (words, input) => launch(words, {}, input).ended,
    async close() {
      const left = [...running];
      for (const one of left) one.kill('SIGKILL');
      await Promise.all(left.map(({ ended }) => ended));
    },
  };
};

const launchProgram = (words: readonly string[], env: Record<string, string>, input: string): RunningProgram => {
  const [command = '', ...args] = program(words);
  const child = spawn(command, args, { cwd: projectRoot, env, stdio: 'pipe' });
  const said = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => (said.stdout += chunk));
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => (said.stderr += chunk));
  // One that ended without reading is not our failure.
  child.stdin.on('error', () => undefined).end(input);
  let over = false;
  const ended = new Promise<Ended>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => {
      over = true;
      resolve({ code, signal, ...said });
    });
  });
  return {
    ended,
    lines: () => (said.stdout + said.stderr).split('\n').length - 1,
    kill: (signal) => void child.kill(signal),
    async untilLine(pattern) {
      const giveUp = Date.now() + LINE_LIMIT_MS;
      for (;;) {
        const output = said.stdout + said.stderr;
        const line = output.split('\n').find((one) => pattern.test(one));
        if (line !== undefined) return line;
        if (over || Date.now() > giveUp) throw new Error(`${words.join(' ')} has not said ${pattern}:\n${output}`);
        await sleep(20);
      }
    },
  };
};

/** The Node that runs the tests comes first. */
export const searchPath = (): string => [path.dirname(process.execPath), process.env['PATH']].join(path.delimiter);
