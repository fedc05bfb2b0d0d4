import { advance, type JobFigures } from '../src/domain/job.ts';

export interface Reporter {
  /** What is shown now. */
  figures: () => JobFigures;
  report(reached: JobFigures): void;
  /** Waits for the write that is under way; nothing is written afterwards. */
  stop(): Promise<void>;
}

/** Milliseconds between two writes: pollers look once a second. */
const INTERVAL_MS = 100;

/**
 * Writes figures at most every 100 ms, the latest ones, one write at a time.
 *
 * @param from the figures of an earlier attempt: what is shown never falls below them.
 * @param onError a write that failed. The next one may work; progress is no reason to end a job.
 */
export const createReporter = (
  write: (figures: JobFigures) => Promise<void>,
  from: JobFigures,
  onError: (err: unknown) => void,
): Reporter => {
  let shown = from;
  let written: JobFigures | undefined;
  let timer: NodeJS.Timeout | undefined;
  let writing: Promise<void> = Promise.resolve();
  let stopped = false;

  const flush = (): void => {
    timer = undefined;
    written = shown;
    writing = write(shown).catch(onError);
    // Whatever was reported while this one was on its way goes with the next.
    void writing.then(() => {
      if (shown !== written) schedule();
    });
  };
  const schedule = (): void => {
    if (!stopped) timer ??= setTimeout(flush, INTERVAL_MS);
  };

  return {
    figures: () => shown,
    report(reached) {
      shown = advance(shown, reached);
      if (written === undefined && !stopped) flush();
      else schedule();
    },
    async stop() {
      stopped = true;
      clearTimeout(timer);
      await writing;
    },
  };
};
