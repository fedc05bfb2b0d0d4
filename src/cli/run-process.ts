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

/** How long a process that failed takes to exit by itself once it is closed, in milliseconds. */
const FAILED_EXIT_MS = 1_000;

/**
 * The life of a long-running process: open, wait for a signal, close in reverse order, exit. What was opened is closed
 * as well when opening fails or is interrupted.
 *
 * @param open calls `fail` when something happens later that the process cannot go on after.
 * @throws what `open` throws, and what `fail` was given: the process then exits by itself.
 */
export const runProcess = async (
  config: Config,
  open: (log: Logger, releases: Releases, fail: (err: Error) => void) => Promise<void>,
  { hangupIsOther = false }: RunOptions = {},
): Promise<void> => {
  const log = createLogger(config.logLevel, { holdMs: LOG_HOLD_MS });
  const releases = createReleases((name, err) => log.warn('not closed cleanly', { name, err }));
  const signalled = untilSignal(hangupIsOther);
  const { failed, fail } = failure();
  try {
    const opened = open(log, releases, fail);
    await Promise.race([opened, signalled, failed]);
    const signal = await Promise.race([signalled, failed]);
    log.info('shutting down', { signal });
  } catch (err) {
    exitOnceClosed(releases);
    throw err;
  } finally {
    await releases.run();
    log.flush();
  }
  exitAfter(await signalled);
};

/** Ends a process that failed even where something did not close in time because its store is away. */
const exitOnceClosed = (releases: Releases): void =>
  void releases.run().then(() => setTimeout(() => process.exit(1), FAILED_EXIT_MS).unref());

/** Gives a promise that rejects with what `fail` is given. */
const failure = (): { failed: Promise<never>; fail: (err: Error) => void } => {
  const failing = new AbortController();
  const failed = new Promise<never>((_resolve, reject) => {
    failing.signal.addEventListener('abort', () => reject(failing.signal.reason as Error));
  });
  // A process that closes already takes no notice of it.
  failed.catch(() => undefined);
  return { failed, fail: (err) => failing.abort(err) };
};
