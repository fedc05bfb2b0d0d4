import { inspect } from 'node:util';
import { pino } from 'pino';
import { errorText } from './error-text.ts';
import { createFolding } from './fold-lines.ts';
import { openLineOutput, type LineOutput } from './line-output.ts';

type Write = (message: string, fields?: Record<string, unknown>) => void;

/** Messages are constant, data goes into fields. Never a secret, never a setting's value. */
export interface Logger {
  debug: Write;
  info: Write;
  warn: Write;
  error: Write;
}

export const logLevels = ['debug', 'info', 'warn', 'error', 'silent'] as const;
export type LogLevel = (typeof logLevels)[number];

/**
 * What is told of an error: libraries hang whole connections on theirs, and with them what nobody should read.
 * Causes are followed a few steps.
 */
const describeError = (err: unknown, depth = 3): unknown => {
  if (!(err instanceof Error)) return errorText(err);
  return {
    type: err.name,
    message: err.message,
    ...('code' in err && { code: err.code }),
    stack: err.stack,
    ...(err.cause !== undefined && depth > 0 && { cause: describeError(err.cause, depth - 1) }),
  };
};

/** The one that owns where the lines go. */
export interface OwnLogger extends Logger {
  /** Writes what waits. */
  flush(): void;
}

export interface LogOptions {
  /** Of another file that it shall be written to. */
  fd?: number;
  /**
   * How long lines of the levels debug and info may wait to be written together, in milliseconds. A write for each of
   * them would cost a poll a tenth of its time. Others take along at once what waits before them; so does the end of the
   * process, unless it is killed.
   */
  holdMs?: number;
  /** How long a warning or an error that comes again is counted instead of written, in milliseconds. */
  foldMs?: number;
}

/** Lines that wait are written at the latest when they are that much. */
const HELD_BYTES = 8_192;

/**
 * Writes one JSON object a line on standard error; standard output belongs to what a command was asked for. Nobody has to
 * read it: see {@link openLineOutput}. A warning or an error that comes again and again is written once in ten seconds,
 * with `repeated`.
 */
export const createLogger = (level: LogLevel, { fd = 2, holdMs = 0, foldMs }: LogOptions = {}): OwnLogger => {
  const afterLoss = (lines: number): string =>
    `${JSON.stringify({ level: 40, time: new Date().toISOString(), lines, msg: 'log lines lost' })}\n`;
  const held = holding(openLineOutput(fd, { afterLoss }), holdMs);
  const folding = createFolding(foldMs);
  const log = pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      serializers: { err: (err: unknown) => describeError(err) },
    },
    held,
  );
  const folded =
    (severity: 'warn' | 'error'): Write =>
    (message, fields = {}) => {
      const write = (more: object): void => {
        log[severity]({ ...fields, ...more }, message);
        held.flush();
      };
      const again = (repeated: number): void => write({ repeated });
      if (log.isLevelEnabled(severity) && folding.isNew(keyOf(severity, message, fields), again)) write({});
    };
  return {
    flush() {
      folding.flush();
      held.flush();
    },
    debug: (message, fields = {}) => log.debug(fields, message),
    info: (message, fields = {}) => log.info(fields, message),
    warn: folded('warn'),
    error: folded('error'),
  };
};

/** What makes two lines the same: all of them but where in the code an error arose. */
const keyOf = (severity: string, message: string, fields: Record<string, unknown>): string => {
  const { err, ...others } = fields;
  const code = err instanceof Error && 'code' in err ? err.code : undefined;
  return inspect([severity, message, others, code, errorText(err)], { breakLength: Infinity });
};

/** Holds lines back until there are some, or until their time is up. */
const holding = (output: LineOutput, holdMs: number) => {
  let lines: string[] = [];
  let bytes = 0;
  let timer: NodeJS.Timeout | undefined;
  const flush = (): void => {
    clearTimeout(timer);
    timer = undefined;
    if (lines.length === 0) return;
    const text = lines.join('');
    lines = [];
    bytes = 0;
    output.write(text);
  };
  if (holdMs > 0) process.on('exit', flush);
  return {
    flush,
    write(line: string): void {
      lines.push(line);
      bytes += line.length;
      if (holdMs === 0 || bytes >= HELD_BYTES) flush();
      else timer ??= setTimeout(flush, holdMs).unref();
    },
  };
};
