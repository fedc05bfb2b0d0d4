import type { JobToQueue } from '../domain/job.ts';
import type { Logger } from '../logger.ts';
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
   * Puts a job into the queue: one round trip. The job's id is the queue's too, so a second time changes nothing.
   *
   * @throws Error when the queue's store does not take it within 2 s: the sweep will.
   */
  enqueue(job: JobToQueue): Promise<void>;
  /**
   * Puts a job back whose queue entry is lost or finished.
   *
   * @returns false when a worker still holds the entry, which cannot be removed then.
   */
  enqueueAgain(job: JobToQueue): Promise<boolean>;
  /**
   * One round trip.
   *
   * @throws Error when the queue's store cannot be reached within 1.5 s.
   */
  find(id: string): Promise<LiveJob | undefined>;
  /**
   * Is there an entry that a worker will take, or has taken? Two round trips.
   *
   * @throws Error when the queue's store cannot be reached within 1.5 s.
   */
  isLive(id: string): Promise<boolean>;
  /**
   * Shows how a job ended that no worker will tell of, or, undefined, that it has not; nothing when there is no entry. Two
   * round trips.
   */
  tell(id: string, outcome: JobOutcome | undefined): Promise<void>;
  /** How many stand in line. One round trip. */
  countWaiting(): Promise<number>;
  ready(): boolean;
  close(): Promise<void>;
}

const ENQUEUE_LIMIT_MS = 2_000;
const READ_LIMIT_MS = 1_500;

export const createProducer = (backend: QueueBackend, log: Logger): Producer => {
  const queue = backend.queue(JOBS_QUEUE);
  let closed = false;
  queue.on('error', (err) => {
    if (!closed) log.warn('queue connection', { err });
  });

  const ask = <T>(limit: number, request: () => Promise<T>): Promise<T> =>
    backend.ready() ? within(limit, 'The queue', request()) : Promise.reject(new Error('the queue is away'));

  const enqueue = ({
    id,
    kind,
    place = 0,
    accountId,
    appId,
    installationId,
    total,
    progress,
  }: JobToQueue): Promise<void> => {
    const payload: JobPayload = { accountId, appId, installationId, total, ...(progress && { progress }) };
    return ask(ENQUEUE_LIMIT_MS, async () => {
      await queue.add(jobNameOf(kind), payload, { ...jobOptions, jobId: id, priority: priorityOf(place) });
    });
  };

  return {
    enqueue,
    async enqueueAgain(job) {
      // A finished entry of this id would swallow the new one without a word. A running one cannot be removed.
      await ask(ENQUEUE_LIMIT_MS, () => queue.remove(job.id));
      const left = await ask(ENQUEUE_LIMIT_MS, () => queue.getJob(job.id));
      if (left) return false;
      await enqueue(job);
      return true;
    },
    async find(id) {
      const job = await ask(READ_LIMIT_MS, () => queue.getJob(id));
      return job && readLiveJob(job);
    },
    isLive: (id) =>
      ask(ENQUEUE_LIMIT_MS, async () => {
        const state = await (await queue.getJob(id))?.getState();
        // `unknown` is an entry that stands in no line: a store that was restored in part has such, and nobody takes it.
        return state !== undefined && !['completed', 'failed', 'unknown'].includes(state);
      }),
    tell: (id, outcome) =>
      ask(ENQUEUE_LIMIT_MS, async () => {
        const job = await queue.getJob(id);
        const payload = payloadSchema.safeParse(job?.data);
        if (payload.success) await job?.updateData({ ...payload.data, outcome });
      }),
    countWaiting: () => ask(READ_LIMIT_MS, () => queue.getJobCountByTypes('waiting', 'prioritized')),
    ready: () => backend.ready(),
    close: () => {
      closed = true;
      return queue.close();
    },
  };
};
