import type { JobToQueue } from '../domain/job.ts';
import type { Logger } from '../logger.ts';
import { within } from '../within.ts';
import type { QueueBackend } from './backend.ts';
import { JOBS_QUEUE, jobNameOf, jobOptions, type JobPayload } from './jobs.ts';
import { readLiveJob, type LiveJob } from './live-status.ts';

export interface Producer {
  /**
   * Puts a job into the queue: one round trip. The job's id is the queue's too, so a second time changes nothing.
   *
   * @throws Error when the queue's store does not take it within 2 s: the sweep will.
   */
  enqueue(job: JobToQueue): Promise<void>;
  /** Puts a job back whose queue entry is lost or finished. */
  enqueueAgain(job: JobToQueue): Promise<void>;
  /**
   * One round trip.
   *
   * @throws Error when the queue's store cannot be reached within 1.5 s.
   */
  find(id: string): Promise<LiveJob | undefined>;
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

  const enqueue = ({ id, kind, accountId, appId, installationId, total }: JobToQueue): Promise<void> => {
    const payload: JobPayload = { accountId, appId, installationId, total };
    return ask(ENQUEUE_LIMIT_MS, async () => {
      await queue.add(jobNameOf(kind), payload, { ...jobOptions, jobId: id });
    });
  };

  return {
    enqueue,
    async enqueueAgain(job) {
      // A finished entry of this id would swallow the new one without a word. A running one cannot be removed.
      await ask(ENQUEUE_LIMIT_MS, () => queue.remove(job.id));
      await enqueue(job);
    },
    async find(id) {
      const job = await ask(READ_LIMIT_MS, () => queue.getJob(id));
      return job && readLiveJob(job);
    },
    ready: () => backend.ready(),
    close: () => {
      closed = true;
      return queue.close();
    },
  };
};
