import { Counter, Histogram, type Registry } from 'prom-client';
import type { JobKind, SettledState } from '../domain/job.ts';
import { WORK_BUCKETS } from './buckets.ts';

interface EndedAttempt {
  kind: JobKind;
  /** How it ended, in words of the code; never a text that somebody wrote. */
  outcome: string;
  ms: number;
}

interface EndedJob {
  kind: JobKind;
  outcome: SettledState;
  /** From the moment it was asked for; undefined: not known. */
  ms?: number | undefined;
}

export interface JobMetrics {
  /** A worker has taken a job for the first time. @param ms since it was asked for. */
  claimed(kind: JobKind, ms: number): void;
  attempted(attempt: EndedAttempt): void;
  /** A job has come to its end, once for each, whoever ended it. */
  ended(job: EndedJob): void;
  /** Somebody has cancelled a job. */
  cancelled(kind: JobKind): void;
  /** The queue has taken a job away from a worker that did not renew its lock. */
  stalled(queue: string): void;
}

const createHistograms = (registers: Registry[]) => {
  const buckets = WORK_BUCKETS;
  return {
    waiting: new Histogram({
      name: 'appyard_job_waiting_seconds',
      help: 'From asking for a job to its first claim by a worker.',
      labelNames: ['kind'],
      buckets,
      registers,
    }),
    attempts: new Histogram({
      name: 'appyard_job_attempt_duration_seconds',
      help: 'Attempts of jobs by how they ended.',
      labelNames: ['kind', 'outcome'],
      buckets,
      registers,
    }),
    durations: new Histogram({
      name: 'appyard_job_duration_seconds',
      help: 'From asking for a job to its end, waiting and all attempts included.',
      labelNames: ['kind', 'outcome'],
      buckets,
      registers,
    }),
  };
};

export const createJobMetrics = (registry: Registry): JobMetrics => {
  const registers = [registry];
  const { waiting, attempts, durations } = createHistograms(registers);
  const ended = new Counter({
    name: 'appyard_jobs_total',
    help: 'Jobs that have come to their end.',
    labelNames: ['kind', 'outcome'],
    registers,
  });
  const cancelled = new Counter({
    name: 'appyard_jobs_cancelled_total',
    help: 'Jobs that somebody has cancelled.',
    labelNames: ['kind'],
    registers,
  });
  const stalled = new Counter({
    name: 'appyard_jobs_stalled_total',
    help: 'Jobs taken away from a worker that did not renew its lock.',
    labelNames: ['queue'],
    registers,
  });
  return {
    claimed: (kind, ms) => waiting.observe({ kind }, ms / 1_000),
    attempted: ({ kind, outcome, ms }) => attempts.observe({ kind, outcome }, ms / 1_000),
    ended({ kind, outcome, ms }) {
      ended.inc({ kind, outcome });
      if (ms !== undefined) durations.observe({ kind, outcome }, ms / 1_000);
    },
    cancelled: (kind) => cancelled.inc({ kind }),
    stalled: (queue) => stalled.inc({ queue }),
  };
};
