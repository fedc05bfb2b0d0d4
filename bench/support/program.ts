import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Releases } from '../../src/cli/releases.ts';

/** A Node program with nothing of our own environment but PATH: no setting of the user's changes the figures. */
export interface ProgramSpec {
  name: string;
  /** For node: its options, the file, and what comes after it. */
  args: string[];
  env: Record<string, string>;
}

export interface Program {
  pid: number;
  /** Asks it to end, waits for that. May be called again. */
  stop(): Promise<void>;
}

const START_MS = 20_000;
const STOP_MS = 8_000;

interface Started {
  child: ChildProcess;
  /** The end of what it has written. */
  output: () => string;
}

const start = ({ args, env }: ProgramSpec): Started => {
  const child = spawn(process.execPath, args, {
    env: { PATH: process.env['PATH'] ?? '', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  const keep = (chunk: Buffer): void => {
    output = (output + chunk.toString()).slice(-4_000);
  };
  child.stdout.on('data', keep);
  child.stderr.on('data', keep);
  return { child, output: () => output };
};

const hasEnded = (child: ChildProcess): boolean => child.exitCode !== null || child.signalCode !== null;

/** @throws Error with the program's last words when it does not end with 0. */
export const runProgram = async (spec: ProgramSpec): Promise<void> => {
  const { child, output } = start(spec);
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) throw new Error(`${spec.name} ended with ${code}:\n${output()}`);
};

/**
 * Starts a program that runs until it is told to stop, at the latest by `releases`.
 *
 * @param ready the word in its output that says it is ready.
 * @throws Error with the program's last words when it does not become ready.
 */
export const startProgram = async (spec: ProgramSpec, ready: string, releases: Releases): Promise<Program> => {
  const { child, output } = start(spec);
  const stop = async (): Promise<void> => {
    if (hasEnded(child)) return;
    const ended = once(child, 'exit');
    child.kill('SIGTERM');
    const inTime = await Promise.race([ended.then(() => true), sleep(STOP_MS, false, { ref: false })]);
    if (inTime) return;
    child.kill('SIGKILL');
    await ended;
  };
  releases.add(spec.name, stop, STOP_MS + 2_000);
  const deadline = Date.now() + START_MS;
  while (!output().includes(ready)) {
    if (hasEnded(child) || Date.now() > deadline) throw new Error(`${spec.name} did not start:\n${output()}`);
    await sleep(20);
  }
  return { pid: child.pid!, stop };
};
