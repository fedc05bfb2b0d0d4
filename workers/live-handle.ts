import type { JobFigures } from '../src/domain/job.ts';
import type { JobOutcome } from '../src/queue/jobs.ts';

/** The queue's side of a job, as far as an attempt needs it. */
export interface LiveHandle {
  /** What the queue shows now: progress goes on from there. */
  shown: JobFigures | undefined;
  writeFigures: (figures: JobFigures) => Promise<void>;
  writeOutcome: (outcome: JobOutcome) => Promise<void>;
}
