import type { Job } from '../src/db/jobs.ts';
import type { Queryable } from '../src/db/pool.ts';
import type { Deps } from '../src/deps.ts';
import type { JobStep } from '../src/domain/job.ts';
import type { JobOutcome } from '../src/queue/jobs.ts';

export interface JobContext {
  /** Fires on shutdown, when the attempt's time is up, and when the job was cancelled or taken over by another worker. */
  signal: AbortSignal;
  /** Waits for something that is not the job's own work: the time of the attempt stands still meanwhile. */
  pauseDuring: <T>(wait: Promise<T>) => Promise<T>;
  /** Says how far the work is. Cheap: what is shown is written at most every 100 ms. */
  report: (progress: number, total: number, message: string) => void;
  /** Says what is done now, for the job's timeline; what was done before has ended with it. */
  begin: (step: string) => void;
  /** The timeline as it is when everything is done: to be settled with the job. */
  steps: () => JobStep[];
}

/** What a job handler knows: the row and its dependencies, never the queue. Tests call it as a plain function. */
export interface Processor {
  /**
   * Does the work and settles the job in the transaction that makes it visible.
   *
   * @returns how the job ended, or undefined when another attempt has taken it over.
   */
  run(deps: Deps, job: Job, context: JobContext): Promise<JobOutcome | undefined>;
  /** Gives the message of a job that is settled as failed, from the reason. */
  describeFailure?(db: Queryable, job: Job, reason: string): Promise<string>;
  /** Runs in the transaction that settles the job as failed. */
  onFailed?(tx: Queryable, job: Job): Promise<void>;
}
