import type { Pool } from 'pg';
import { beatJobs, type Beat } from '../src/db/job-attempts.ts';
import type { Attempt } from '../src/db/jobs.ts';
import type { JobFigures, JobStep } from '../src/domain/job.ts';
import type { Logger } from '../src/logger.ts';

/** An attempt that runs in this process. */
interface LiveAttempt extends Attempt {
  figures(): JobFigures;
  /** The same list as long as it has not changed. */
  steps(): JobStep[];
  /** The row says that the job was cancelled, or is another attempt's. */
  onLost(): void;
}

/** Says once a second, in one round trip, which attempts of this process are alive, and hears which are not wanted any more. */
export interface Pulse {
  /** @returns what ends the watching. */
  watch(attempt: LiveAttempt): () => void;
  close(): void;
}

/** A cancelled job has to stop within two. */
const INTERVAL_MS = 1_000;

export const createPulse = (
  { db, log }: { db: Pool; log: Logger },
  { intervalMs = INTERVAL_MS }: { intervalMs?: number } = {},
): Pulse => {
  const watched = new Set<LiveAttempt>();
  const written = new WeakMap<LiveAttempt, JobStep[]>();
  let beating = false;

  const beatOf = (attempt: LiveAttempt): Beat => {
    const steps = attempt.steps();
    const { progress, total, message } = attempt.figures();
    const changed = written.get(attempt) !== steps;
    return { id: attempt.id, attempt: attempt.attempt, progress, total, message, ...(changed && { steps }) };
  };

  const beat = async (): Promise<void> => {
    const asked = [...watched].map((attempt) => ({ attempt, steps: attempt.steps(), beat: beatOf(attempt) }));
    const held = await beatJobs(
      db,
      asked.map((one) => one.beat),
    );
    for (const { attempt, steps } of asked) {
      if (held.has(attempt.id)) written.set(attempt, steps);
      // One that has ended meanwhile has let go itself.
      else if (watched.has(attempt)) attempt.onLost();
    }
  };

  const timer = setInterval(() => {
    if (watched.size === 0 || beating) return;
    beating = true;
    beat()
      // The database is away: the attempts go on, and what they write is fenced.
      .catch((err: unknown) => log.debug('no heartbeat', { err }))
      .finally(() => (beating = false));
  }, intervalMs);
  timer.unref();

  return {
    watch(attempt) {
      watched.add(attempt);
      return () => void watched.delete(attempt);
    },
    close: () => clearInterval(timer),
  };
};
