import type { Job } from 'bullmq';
import type { JobToQueue } from '../domain/job.ts';
import { refuseInTransaction } from '../held-connection.ts';
import type { Logger } from '../logger.ts';
import type { Tracing } from '../tracing/tracing.ts';
import { within } from '../within.ts';
import type { QueueBackend } from './backend.ts';
import {
  JOBS_QUEUE,
  jobNameOf,
  jobOptions,
  payloadSchema,
  priorityOf,
  type JobOutcome,
  type JobPayload,
} from './jobs.ts';
import { readLiveJob, type LiveJob } from './live-status.ts';

export interface Producer {
  /**
   * Puts a job into the queue, within the job's own trace whoever asks: one round trip. The job's id is the queue's too, so
   * a second time changes nothing.
   *
   * @throws Error when the queue's store does not take it within 2 s: the sweep will.
   */
  enqueue(job: JobToQueue): Promise<void>;
  /**
   * Puts a job back that was in the queue before. Three round trips.
   *
   * @returns false when a worker still holds the entry, which cannot be removed then.
   */
  enqueueAgain(job: JobToQueue): Promise<boolean>;
  /** Will somebody take it, or has taken it? One that has a better rank by now moves up. Two round trips. */
  isInLine(job: JobToQueue): Promise<boolean>;
  /** Takes a job out of the queue that waits for its turn; as {@link enqueueAgain} without putting it back. */
  forget(id: string): Promise<boolean>;
  /**
   * One round trip.
   *
   * @throws Error when the queue's store cannot be reached within 1.5 s.
   */
  find(id: string): Promise<LiveJob | undefined>;
  /** Shows how a job ended that no worker will tell of; nothing when there is no entry. Two round trips. */
  tell(id: string, outcome: JobOutcome): Promise<void>;
  /** How many stand in line. One round trip. */
  countWaiting(): Promise<number>;
  ready(): boolean;
  /** One round trip. @throws Error when the queue's store takes no jobs now. */
  check(): Promise<unknown>;
  close(): Promise<void>;
}

const ENQUEUE_LIMIT_MS = 2_000;
const READ_LIMIT_MS = 1_500;

export const createProducer = (
  backend: QueueBackend,
  { log, tracing }: { log: Logger; tracing: Pick<Tracing, 'within'> },
): Producer => {
  const queue = backend.queue(JOBS_QUEUE);
  let closed = false;
  queue.on('error', (err) => {
    if (!closed) log.warn('queue connection', { err });
  });

  const ask = async <T>(limit: number, request: () => Promise<T>): Promise<T> => {
    refuseInTransaction('Asking the queue');
    return backend.ready() ? within(limit, 'The queue', request()) : Promise.reject(new Error('the queue is away'));
  };

  const enqueue = ({ id, kind, place = 0, traceParent = null, ...job }: JobToQueue) => {
    const { accountId, appId, installationId, total, progress } = job;
    const payload: JobPayload = { accountId, appId, installationId, total, ...(progress && { progress }) };
    const options = { ...jobOptions, jobId: id, priority: priorityOf(place) };
    return ask(ENQUEUE_LIMIT_MS, async () => {
      await tracing.within(traceParent, () => queue.add(jobNameOf(kind), payload, options));
    });
  };

  /** A finished entry would swallow a new one of its id without a word. A running one cannot be removed. */
  const forget = (id: string): Promise<boolean> =>
    ask(ENQUEUE_LIMIT_MS, async () => {
      await queue.remove(id);
      const left = await queue.getJob(id);
      if (left) await show(left, undefined);
      return left === undefined;
    });

  const enqueueAgain = async (job: JobToQueue): Promise<boolean> => {
    if (!(await forget(job.id))) return false;
    await enqueue(job);
    return true;
  };

  return {
    enqueue,
    enqueueAgain,
    forget,
    isInLine: ({ id, place = 0 }) =>
      ask(ENQUEUE_LIMIT_MS, async () => {
        const entry = await queue.getJob(id);
        return entry !== undefined && standsInLine(entry, priorityOf(place));
      }),
    async find(id) {
      const job = await ask(READ_LIMIT_MS, () => queue.getJob(id));
      return job && readLiveJob(job);
    },
    tell: (id, outcome) =>
      ask(ENQUEUE_LIMIT_MS, async () => {
        const job = await queue.getJob(id);
        if (job) await show(job, outcome);
      }),
    countWaiting: () => ask(READ_LIMIT_MS, () => queue.getJobCountByTypes('waiting', 'prioritized')),
    ready: () => backend.ready(),
    check: () => ask(READ_LIMIT_MS, () => backend.check()),
    close: () => {
      closed = true;
      return queue.close();
    },
  };
};

/** @param outcome undefined: the job has not ended. */
const show = async (job: Job, outcome: JobOutcome | undefined): Promise<void> => {
  const payload = payloadSchema.safeParse(job.data);
  if (payload.success) await job.updateData({ ...payload.data, outcome });
};

const standsInLine = async (entry: Job, priority: number): Promise<boolean> => {
  const state = await entry.getState();
  if (state === 'prioritized' && priority < entry.priority) await entry.changePriority({ priority });
  // `unknown` is an entry that stands in no line: a store that was restored in part has such, and nobody takes it.
  return !['completed', 'failed', 'unknown'].includes(state);
};
