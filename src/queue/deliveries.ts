import type { JobsOptions } from 'bullmq';
import { z } from 'zod';
import type { DeliveryRef } from '../domain/delivery.ts';
import { refuseInTransaction } from '../held-connection.ts';
import type { Logger } from '../logger.ts';
import { within } from '../within.ts';
import type { QueueBackend } from './backend.ts';

/** Apart from builds and installs: receivers that are down hold up nothing but deliveries. */
export const DELIVERIES_QUEUE = 'deliveries';

const DELIVERY_JOB = 'delivery.run';

/** Ids only. Fields are added as optional, never renamed: jobs of the old release are still queued during a deploy. */
const payloadSchema = z.object({ id: z.string(), accountId: z.number(), round: z.number() });

/** Undefined: not a job of ours. */
export const readDeliveryPayload = (name: string, data: unknown): DeliveryRef | undefined =>
  name === DELIVERY_JOB ? payloadSchema.safeParse(data).data : undefined;

const jobOptions: JobsOptions = {
  // The row counts the attempts and has their times; the queue only wakes it, and again when the database was away.
  attempts: 1_000_000,
  backoff: { type: 'custom' },
  // Nobody polls a delivery's entry, and one that is kept would swallow the next of its id.
  removeOnComplete: true,
  removeOnFail: true,
  stackTraceLimit: 1,
};

/** Each round has an entry of its own: what is left of one before is no obstacle. */
const jobIdOf = ({ id, round }: DeliveryRef): string => `${id}-${round}`;

export interface DeliveryQueue {
  /**
   * Wakes a delivery: one round trip. A second time for the same round changes nothing.
   *
   * @throws Error when the queue's store does not take it within 2 s: the sweep will.
   */
  enqueue(delivery: DeliveryRef): Promise<void>;
  /**
   * Enqueues a delivery that is due, unless it stands in line or is under way.
   *
   * @returns whether it did.
   * @throws Error when the queue's store cannot be reached within 2 s.
   */
  enqueueIfLost(delivery: DeliveryRef): Promise<boolean>;
  /** How many stand in line. One round trip. */
  countWaiting(): Promise<number>;
  ready(): boolean;
  close(): Promise<void>;
}

const LIMIT_MS = 2_000;

export const createDeliveryQueue = (backend: QueueBackend, log: Logger): DeliveryQueue => {
  const queue = backend.queue(DELIVERIES_QUEUE);
  let closed = false;
  queue.on('error', (err) => {
    if (!closed) log.warn('delivery queue connection', { err });
  });

  const ask = async <T>(request: () => Promise<T>): Promise<T> => {
    refuseInTransaction('Asking the queue');
    return backend.ready() ? within(LIMIT_MS, 'The queue', request()) : Promise.reject(new Error('the queue is away'));
  };

  const enqueue = ({ id, accountId, round }: DeliveryRef): Promise<void> =>
    ask(async () => {
      const data: DeliveryRef = { id, accountId, round };
      await queue.add(DELIVERY_JOB, data, { ...jobOptions, jobId: jobIdOf(data) });
    });

  return {
    enqueue,
    async enqueueIfLost(delivery) {
      const jobId = jobIdOf(delivery);
      const state = await ask(async () => (await queue.getJob(jobId))?.getState());
      if (state !== undefined && state !== 'delayed' && state !== 'unknown') return false;
      // It sleeps although it is due: the row knows better. `unknown` is an entry that stands in no line, left by a
      // store that was restored in part: it would swallow the next one of its id, and nobody would ever take it.
      if (state !== undefined) await ask(() => queue.remove(jobId));
      await enqueue(delivery);
      return true;
    },
    countWaiting: () => ask(() => queue.getJobCountByTypes('waiting', 'prioritized')),
    ready: () => backend.ready(),
    close: () => {
      closed = true;
      return queue.close();
    },
  };
};
