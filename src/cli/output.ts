import { openLineOutput, type LineOutput } from '../line-output.ts';

let output: LineOutput | undefined;

/**
 * Writes a line to standard output, where what a command was asked for goes; logs go to standard error. The process lives
 * until it is written, unless nobody reads it any more.
 */
export const say = (line: string): void => {
  output ??= openLineOutput(1, { keepsAlive: true, mostBytes: Infinity });
  output.write(`${line}\n`);
};
