import {
  withBackend,
  type BackendFactory,
  type IQueueBackend,
  type Job,
  type JobSchedulerJson,
  type JobSchedulerTemplateOptions,
  type JobsOptions,
  type JobType,
  type Processor,
  type Queue as BullQueue,
  type Telemetry,
  type WorkerOptions,
} from 'bullmq';
import type { RateLimiterAbstract } from 'rate-limiter-flexible';
import { pauseOnError } from './pause-on-error.ts';

/** What Appyard uses of a queue, whichever store is behind it. */
interface JobQueue {
  add(name: string, data: unknown, options: JobsOptions): Promise<Job>;
  getJob(id: string): Promise<Job | undefined>;
  remove(id: string): Promise<number>;
  getJobCountByTypes(...types: JobType[]): Promise<number>;
  getJobSchedulers(): Promise<JobSchedulerJson[]>;
  upsertJobScheduler(
    id: string,
    repeat: { every: number },
    template: { name: string; data: unknown; opts: JobSchedulerTemplateOptions },
  ): Promise<unknown>;
  close(): Promise<void>;
  on(event: 'error', listener: (err: Error) => void): unknown;
}

interface JobWorker {
  close(force?: boolean): Promise<void>;
  on(event: 'error', listener: (err: Error) => void): unknown;
  on(event: 'stalled', listener: (jobId: string) => void): unknown;
  on(event: 'lockRenewalFailed', listener: (jobIds: string[]) => void): unknown;
}

/** So many requests in so many seconds, counted from the first of them. */
export interface Limit {
  name: string;
  points: number;
  seconds: number;
}

export interface QueueBackend {
  queue(name: string): JobQueue;
  /** All of a queue, for a board that shows it. */
  shownQueue(name: string): BullQueue;
  worker(name: string, processor: Processor, options: Omit<WorkerOptions, 'connection' | 'prefix'>): JobWorker;
  /** Counts in the queue's store, for all processes together: one round trip, and none while the limit is used up. */
  limiter(limit: Limit): Pick<RateLimiterAbstract, 'consume'>;
  /** Known without asking the store: a store that hangs costs nobody any time. */
  ready(): boolean;
  /**
   * Asks the store whether it takes jobs now.
   *
   * @throws Error when it cannot be reached, or refuses writes because it is full.
   */
  check(): Promise<unknown>;
  /**
   * Refuses a store that may forget jobs, or that has the mark of another installation. One that is away is nothing to wait for: it is asked when it comes, as often as
   * it does, and what is wrong is logged.
   *
   * @throws Error that says how to mend it.
   */
  checkStore(): Promise<void>;
  /**
   * Writes the mark of this installation into the store, whatever it had.
   *
   * @throws Error when the store cannot be reached.
   */
  adoptStore(): Promise<void>;
  close(): Promise<void>;
}

/** Undefined: nothing is traced. */
export type Traced = { telemetry?: Telemetry | undefined };

/** @param consumers what workers connect with: asked for with the first of them, an API has none. */
export const buildQueues = <B extends IQueueBackend, C>(
  factory: BackendFactory<B, C>,
  { producers, consumers, prefix, telemetry }: { producers: C; consumers: () => C; prefix: string } & Traced,
): Pick<QueueBackend, 'queue' | 'shownQueue' | 'worker'> => {
  const { Queue, Worker } = withBackend(pauseOnError(factory));
  const shared = { prefix, ...(telemetry && { telemetry }) };
  return {
    queue: (name) => new Queue(name, { ...shared, connection: producers }),
    // Its type names Redis although the class does not care which store it is on.
    shownQueue: (name) => new Queue(name, { ...shared, connection: producers }) as unknown as BullQueue,
    worker: (name, processor, options) =>
      new Worker(name, processor, { ...options, ...shared, connection: consumers() }),
  };
};
