import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { logFileAt } from './log-file.ts';

/** A process that is started again whenever it ends, as an orchestrator would. */
export interface Supervised {
  name: string;
  /** It has said that it is ready, has not ended, and is not paused. */
  serving(): boolean;
  /** Sends a signal that ends it; it is started again at once. */
  kill(signal: 'SIGKILL' | 'SIGTERM'): void;
  /** Stops it in its tracks, as a machine that swaps or a debugger would, until `resume`. */
  pause(): void;
  resume(): void;
  /** Asks it to end in good order and waits until its successor is ready. @returns milliseconds until it had ended. */
  restart(): Promise<number>;
  /** Waits until it has said that it is ready. @throws Error when it does not within 30 s. */
  untilReady(): Promise<void>;
  /** Ends it for good. */
  stop(): Promise<void>;
  /** Ends that nobody had asked for: crashes, and starts that failed because a store was away. */
  unasked(): readonly UnaskedEnd[];
}

interface UnaskedEnd {
  name: string;
  how: string;
  /** It had been ready: then no store that is away is an excuse. */
  crashed: boolean;
  /** The end of what it had said. */
  lastWords: string;
}

export interface ProcessSpec {
  name: string;
  /** For node. */
  args: string[];
  env: Record<string, string>;
  /** The word in its output that says it is ready. */
  ready: string;
  logPath: string;
}

const READY_MS = 30_000;
const LOOK_MS = 20;
/** An orchestrator's grace: what has not ended by then is killed. */
const GRACE_MS = 30_000;
const STOP_MS = 8_000;
/** A process that cannot start because its database is away shall not use up the machine. */
const AFTER_FAILURE_MS = 300;
const LAST_WORDS = 3_000;

interface Life {
  child: ChildProcess;
  logSize: number;
  asked: boolean;
  ready: boolean;
  ended: Promise<void>;
}

export const startSupervised = ({ name, args, env, ready, logPath }: ProcessSpec): Supervised => {
  const log = logFileAt(logPath);
  const unasked: UnaskedEnd[] = [];
  let stopped = false;
  let paused = false;
  const hasEnded = ({ child }: Life): boolean => child.exitCode !== null || child.signalCode !== null;
  let life = launch();

  function launch(): Life {
    const logSize = log.size();
    const output = log.openForWriting();
    const child = spawn(process.execPath, args, {
      env: { PATH: process.env['PATH'] ?? '', ...env },
      stdio: ['ignore', output.fd, output.fd],
      // Ctrl-C is for us to follow, in our order.
      detached: true,
    });
    output.close();
    const started: Life = {
      child,
      logSize,
      asked: false,
      ready: false,
      ended: Promise.resolve(),
    };
    started.ended = once(child, 'exit').then(() => succeed(started));
    void watch(started);
    return started;
  }

  async function succeed(ended: Life): Promise<void> {
    const { exitCode, signalCode } = ended.child;
    if (!ended.asked) {
      const lastWords = (await log.since(ended.logSize)).slice(-LAST_WORDS);
      const how = signalCode ?? `exit code ${exitCode}`;
      unasked.push({ name, how, crashed: ended.ready, lastWords });
      await sleep(AFTER_FAILURE_MS);
    }
    if (!stopped) life = launch();
  }

  const end = (which: Life, signal: NodeJS.Signals): void => {
    which.asked = true;
    which.child.kill(signal);
  };

  async function watch(which: Life): Promise<void> {
    while (!which.ready && !hasEnded(which)) {
      which.ready = (await log.since(which.logSize)).includes(ready);
      await sleep(LOOK_MS);
    }
  }

  const untilReady = async (): Promise<void> => {
    const deadline = Date.now() + READY_MS;
    while (!life.ready || hasEnded(life)) {
      if (Date.now() > deadline) throw new Error(`${name} is not ready after ${READY_MS / 1_000} s: see ${logPath}`);
      await sleep(LOOK_MS);
    }
  };
  /** Waits so long for an end in good order, then kills it. */
  const endWithin = async (which: Life, ms: number): Promise<void> => {
    end(which, 'SIGTERM');
    const inTime = await Promise.race([which.ended.then(() => true), sleep(ms, false, { ref: false })]);
    if (!inTime) end(which, 'SIGKILL');
    await which.ended;
  };

  return {
    name,
    serving: () => life.ready && !paused && !hasEnded(life),
    kill: (signal) => end(life, signal),
    pause() {
      paused = life.child.kill('SIGSTOP');
    },
    resume() {
      life.child.kill('SIGCONT');
      paused = false;
    },
    async restart() {
      const began = Date.now();
      await endWithin(life, GRACE_MS);
      const took = Date.now() - began;
      await untilReady();
      return took;
    },
    untilReady,
    async stop() {
      stopped = true;
      life.child.kill('SIGCONT');
      await endWithin(life, STOP_MS);
    },
    unasked: () => unasked,
  };
};
