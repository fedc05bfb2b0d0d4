import { pino } from 'pino';
import { errorText } from './error-text.ts';

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
}

/** Lines that wait are written at the latest when they are that much. */
const HELD_BYTES = 8_192;

/** One JSON object a line on standard error; standard output belongs to what a command was asked for. */
export const createLogger = (level: LogLevel, { fd = 2, holdMs = 0 }: LogOptions = {}): OwnLogger => {
  const destination = pino.destination({ fd, sync: true, minLength: holdMs > 0 ? HELD_BYTES : 0 });
  // A terminal that is closed takes no line any more; to throw then would break a shutdown off in its middle.
  destination.on('error', () => undefined);
  const log = pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      serializers: { err: (err: unknown) => describeError(err) },
    },
    destination,
  );
  const { hold, flush } = holdMs > 0 ? holding(destination, holdMs) : { hold: () => undefined, flush: () => undefined };
  return {
    flush,
    debug: (message, fields = {}) => {
      log.debug(fields, message);
      hold();
    },
    info: (message, fields = {}) => {
      log.info(fields, message);
      hold();
    },
    warn: (message, fields = {}) => {
      log.warn(fields, message);
      flush();
    },
    error: (message, fields = {}) => {
      log.error(fields, message);
      flush();
    },
  };
};

const holding = (destination: { flushSync(): void }, holdMs: number) => {
  let timer: NodeJS.Timeout | undefined;
  const flush = (): void => {
    clearTimeout(timer);
    timer = undefined;
    try {
      destination.flushSync();
    } catch {
      // As above: there is nobody any more who reads it.
    }
  };
  process.on('exit', flush);
  return {
    flush,
    hold: (): void => {
      timer ??= setTimeout(flush, holdMs).unref();
    },
  };
};
