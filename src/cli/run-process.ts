import type { Config } from '../config.ts';
import { createLogger, type Logger } from '../logger.ts';
import { createReleases, type Releases } from './releases.ts';
import { exitAfter, untilSignal } from './signals.ts';

export interface RunOptions {
  /** The process does something of its own at SIGHUP, instead of ending. */
  hangupIsOther?: boolean;
}

/** A line for each request, a thousand a second: written together. Short enough that whoever follows the log sees no delay. */
const LOG_HOLD_MS = 100;

/**
 * The life of a long-running process: open, wait for a signal, close in reverse order, exit. What was opened is closed
 * as well when opening fails or is interrupted.
 */
export const runProcess = async (
  config: Config,
  open: (log: Logger, releases: Releases) => Promise<void>,
  { hangupIsOther = false }: RunOptions = {},
): Promise<void> => {
  const log = createLogger(config.logLevel, { holdMs: LOG_HOLD_MS });
  const releases = createReleases((name, err) => log.warn('not closed cleanly', { name, err }));
  const signalled = untilSignal(hangupIsOther);
  try {
    const opened = open(log, releases);
    await Promise.race([opened, signalled]);
    const signal = await signalled;
    log.info('shutting down', { signal });
  } finally {
    await releases.run();
    log.flush();
  }
  exitAfter(await signalled);
};
