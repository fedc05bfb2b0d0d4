import { pino } from 'pino';

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
  if (!(err instanceof Error)) return String(err);
  return {
    type: err.name,
    message: err.message,
    ...('code' in err && { code: err.code }),
    stack: err.stack,
    ...(err.cause !== undefined && depth > 0 && { cause: describeError(err.cause, depth - 1) }),
  };
};

/**
 * One JSON object a line on standard error; standard output belongs to what a command was asked for.
 *
 * @param fd of another file that it shall be written to.
 */
export const createLogger = (level: LogLevel, fd = 2): Logger => {
  const destination = pino.destination({ fd, sync: true });
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
  return {
    debug: (message, fields = {}) => log.debug(fields, message),
    info: (message, fields = {}) => log.info(fields, message),
    warn: (message, fields = {}) => log.warn(fields, message),
    error: (message, fields = {}) => log.error(fields, message),
  };
};
