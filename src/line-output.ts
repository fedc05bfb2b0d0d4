import { constants, fstatSync, openSync, writeSync } from 'node:fs';
import { isatty } from 'node:tty';

/** A place for lines that nobody has to read. */
export interface LineOutput {
  /** Takes whole lines, and returns at once. Lines beyond the bound, and those that cannot be written, are lost. */
  write(lines: string): void;
}

/** So much may wait for a reader that is slow. */
const MOST_BYTES = 1024 * 1024;
/** When a terminal that took nothing is tried again. */
const AGAIN_MS = 50;

interface OutputOptions {
  /** How many bytes may wait. */
  mostBytes?: number;
  /** Whether the process lives until everything is written. */
  keepsAlive?: boolean;
  /** Hears how many lines were lost since the last one that was written; what it returns is written before the next one. */
  afterLoss?: (lines: number) => string;
}

let lost = 0;

/** How many lines this process could not write. */
export const lostLines = (): number => lost;

/**
 * Opens a file descriptor for lines. A reader who is slow, stopped or gone does not stop the process: nothing waits for a
 * pipe, a socket or a terminal.
 */
export const openLineOutput = (fd: number, options: OutputOptions = {}): LineOutput => {
  const stream = fd === 1 ? process.stdout : fd === 2 ? process.stderr : undefined;
  const kind = kindOf(fd);
  if (stream && kind === 'stream') return overStream(stream, options);
  return overDescriptor(kind === 'terminal' ? withoutWaiting(fd) : fd, options);
};

const kindOf = (fd: number): 'file' | 'terminal' | 'stream' => {
  if (isatty(fd)) return 'terminal';
  try {
    const stat = fstatSync(fd);
    return stat.isFIFO() || stat.isSocket() ? 'stream' : 'file';
  } catch {
    // It is closed: each write fails, and is counted.
    return 'file';
  }
};

const countLines = (text: string): number => text.split('\n').length - 1;

/** Counts what is lost, and tells of it before what is written next. */
const lossesOf = ({ afterLoss }: OutputOptions) => {
  let untold = 0;
  return {
    lose(text: string): void {
      const lines = countLines(text);
      lost += lines;
      untold += lines;
    },
    tell(text: string): string {
      if (untold === 0) return text;
      const told = afterLoss?.(untold) ?? '';
      untold = 0;
      return told + text;
    },
  };
};

/** A pipe or a socket: Node has it written whenever there is room. */
const overStream = (stream: NodeJS.WriteStream, { mostBytes = MOST_BYTES, ...options }: OutputOptions): LineOutput => {
  const losses = lossesOf(options);
  stream.on('error', () => undefined);
  return {
    write(lines) {
      if (!stream.writable || stream.writableLength > mostBytes) return losses.lose(lines);
      const text = losses.tell(lines);
      stream.write(text, (err) => {
        if (err) losses.lose(text);
      });
    },
  };
};

/** A file, or a terminal: one that has no room for more is tried again later. */
const overDescriptor = (fd: number, { mostBytes = MOST_BYTES, ...options }: OutputOptions): LineOutput => {
  const losses = lossesOf(options);
  let waiting = Buffer.alloc(0);
  let timer: NodeJS.Timeout | undefined;
  const put = (): void => {
    timer = undefined;
    try {
      while (waiting.length > 0) waiting = waiting.subarray(writeSync(fd, waiting));
    } catch (err) {
      if ((err as NodeJS.ErrnoException).code === 'EAGAIN') {
        timer = setTimeout(put, AGAIN_MS);
        if (options.keepsAlive !== true) timer.unref();
      } else {
        losses.lose(waiting.toString());
        waiting = Buffer.alloc(0);
      }
    }
  };
  return {
    write(lines) {
      if (waiting.length > mostBytes) return losses.lose(lines);
      waiting = Buffer.concat([waiting, Buffer.from(losses.tell(lines))]);
      if (!timer) put();
    },
  };
};

/** The same terminal under a descriptor of its own, on which a write without room fails instead of waiting. */
const withoutWaiting = (fd: number): number => {
  try {
    return openSync(`/dev/fd/${fd}`, constants.O_WRONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
  } catch {
    // It belongs to another user, as after `su`: there a write waits for the terminal.
    return fd;
  }
};
