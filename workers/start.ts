import { setTimeout as sleep } from 'node:timers/promises';
import { DelayedError, UnrecoverableError, WaitingError, type Job, type Processor } from 'bullmq';
import type { Deps } from '../src/deps.ts';
import type { QueueBackend } from '../src/queue/backend.ts';
import { backoffMs, figuresSchema, JOBS_QUEUE, kindOf, payloadSchema } from '../src/queue/jobs.ts';
import { DELIVERIES_QUEUE, readDeliveryPayload } from '../src/queue/deliveries.ts';
import { HOUSEKEEPING_QUEUE } from '../src/queue/housekeeping.ts';
import { createDeliveryTurns, type DeliveryTurns } from './delivery-turns.ts';
import { createLineWatch, type LineWatchTimes } from './line-watch.ts';
import type { LiveHandle } from './live-handle.ts';
import { observeAttempt } from './observe-attempt.ts';
import { createPulse } from './pulse.ts';
import { runHousekeeping } from './run-housekeeping.ts';
import { runJob, type RunOptions } from './run-job.ts';

export interface RunningWorker {
  /** What is wrong with its connections to the queues, a sentence each; empty: nothing. */
  problems(): string[];
  /**
   * Takes no more jobs and waits for those that run; what is not done within `graceMs` is handed back to the others.
   */
  close(graceMs?: number): Promise<void>;
}

/** A killed worker's job is taken over within 9 to 15 s; BullMQ's defaults (30 s) make that up to 90. */
const LOCK_MS = 10_000;
const STALLED_CHECK_MS = 5_000;
/** In seconds, for which an idle worker waits for a sign from Redis: jobs that have a rank are handed back without one. */
const DRAIN_DELAY = 1;
/** The row counts attempts and gives up; BullMQ must not do so behind its back. */
const NEVER = 2 ** 31 - 1;

const GRACE_MS = 20_000;
/** For the last writes after the grace; a store that is dead would keep `close` waiting for ever. */
const FORCE_MS = 3_000;

/** They only wait for receivers; one account has four of them at the most. */
const DELIVERY_CONCURRENCY = 50;

/** Works on jobs, `concurrency` at once, and beside them on deliveries, fifty at once. */
export const startWorker = (
  deps: Deps,
  backend: QueueBackend,
  concurrency: number,
  watchOptions: LineWatchTimes = {},
): RunningWorker => {
  const shutdown = new AbortController();
  const turns = createDeliveryTurns(deps);
  const pulse = createPulse(deps);
  const options = { pulse, shutdown: shutdown.signal };
  const { producer, deliveryQueue } = deps;
  const queues = [
    startQueue(
      { deps, backend, shutdown },
      { name: JOBS_QUEUE, concurrency, line: producer, watchOptions },
      (job, token) => processJob(deps, { job, token, options }),
    ),
    startQueue(
      { deps, backend, shutdown },
      { name: DELIVERIES_QUEUE, concurrency: DELIVERY_CONCURRENCY, line: deliveryQueue, watchOptions },
      (job, token) => processDelivery(turns, { job, token, shutdown: shutdown.signal }),
    ),
    startQueue(
      { deps, backend, shutdown },
      { name: HOUSEKEEPING_QUEUE, concurrency: 1, line: UNWATCHED, watchOptions },
      ({ name, data }) => runHousekeeping(deps, { name, data: data as unknown }, shutdown.signal),
    ),
  ];
  return {
    problems: () => queues.flatMap((queue) => queue.problems()),
    close: async (graceMs) => {
      await Promise.all(queues.map((queue) => queue.close(graceMs)));
      pulse.close();
    },
  };
};

/** Nobody waits for the housekeeping. */
const UNWATCHED = { countWaiting: async () => 0 };

interface QueueToWorkOn {
  name: string;
  concurrency: number;
  /** Its other end, over a connection of its own. */
  line: { countWaiting(): Promise<number> };
  watchOptions: LineWatchTimes;
}

const startQueue = (
  { deps, backend, shutdown }: { deps: Deps; backend: QueueBackend; shutdown: AbortController },
  { name, concurrency, line, watchOptions }: QueueToWorkOn,
  processor: Processor,
): RunningWorker => {
  let running = 0;
  let closed = false;
  const counted: Processor = async (job, token) => {
    running += 1;
    watch.touch();
    try {
      return (await processor(job, token)) as unknown;
    } finally {
      running -= 1;
      watch.touch();
    }
  };
  const open = () => openWorker({ deps, backend, isClosed: () => closed }, { name, concurrency }, counted);
  let worker = open();
  const restart = (): void => {
    // What still runs there runs on; it is only cut off from the queue.
    void worker.close(true).catch(() => undefined);
    worker = open();
  };
  const watched = { name, countWaiting: () => line.countWaiting(), isIdle: () => running < concurrency, restart };
  const watch = createLineWatch({ ...watched, log: deps.log }, watchOptions);
  return {
    problems: () => [watch.problem()].filter((problem) => problem !== undefined),
    async close(graceMs = GRACE_MS) {
      watch.close();
      const finished = worker.close().catch((err: unknown) => deps.log.warn('worker not closed', { err }));
      const inTime = await Promise.race([finished.then(() => true), sleep(graceMs, false, { ref: false })]);
      if (!inTime) {
        shutdown.abort(new Error('shutting down'));
        await Promise.race([finished, sleep(FORCE_MS, undefined, { ref: false })]);
      }
      closed = true;
    },
  };
};

const openWorker = (
  { deps, backend, isClosed }: { deps: Deps; backend: QueueBackend; isClosed: () => boolean },
  { name, concurrency }: { name: string; concurrency: number },
  processor: Processor,
) => {
  const worker = backend.worker(name, processor, {
    concurrency,
    lockDuration: LOCK_MS,
    stalledInterval: STALLED_CHECK_MS,
    drainDelay: DRAIN_DELAY,
    maxStalledCount: NEVER,
    settings: { backoffStrategy: backoffMs },
  });
  worker.on('error', (err) => {
    if (!isClosed()) deps.log.warn('worker', { err });
  });
  worker.on('stalled', (jobId) => {
    deps.metrics.jobs.stalled(name);
    deps.log.warn('job stalled', { jobId, queue: name });
  });
  // The row says whose the job is: as long as nobody else has claimed it, the attempt goes on.
  worker.on('lockRenewalFailed', (jobIds) => deps.log.warn('queue lock lost', { jobIds, queue: name }));
  return worker;
};

interface Taken {
  job: Job;
  token: string | undefined;
}

/** One attempt of a delivery; then its entry sleeps until the next one is due. */
const processDelivery = async (
  turns: DeliveryTurns,
  { job, token, shutdown }: Taken & { shutdown: AbortSignal },
): Promise<void> => {
  const delivery = readDeliveryPayload(job.name, job.data);
  if (!delivery) throw new UnrecoverableError(`not a delivery of ours: "${job.name}"`);
  const nextMs = await turns.run(delivery, shutdown);
  if (nextMs === undefined) return;
  await job.moveToDelayed(Date.now() + nextMs, token);
  throw new DelayedError();
};

/** Another worker has the job, whatever the queue believes: look again in so many milliseconds whether it still does. */
const BUSY_MS = 3_000;

/** Translates how an attempt ended into what BullMQ has to do. */
const processJob = async (deps: Deps, { job, token = '', options }: Taken & { options: RunOptions }): Promise<void> => {
  const payload = payloadSchema.safeParse(job.data);
  const kind = kindOf(job.name);
  if (!payload.success || kind === undefined || job.id === undefined)
    throw new UnrecoverableError(`not a job of ours: "${job.name}"`);
  const ref = { id: job.id, accountId: payload.data.accountId, kind };
  const result = await observeAttempt(deps, ref, () => runJob(deps, ref, handleOf(job, token), options));
  switch (result) {
    case 'completed':
    case 'superseded':
    case 'gone':
      return;
    case 'failed':
    case 'killed':
      throw new UnrecoverableError(result);
    case 'again':
      throw new Error('the row is queued for another attempt');
    case 'busy':
      await job.moveToDelayed(Date.now() + BUSY_MS, token);
      throw new DelayedError();
    case 'handed-back':
      await job.moveToWait(token);
      throw new WaitingError();
  }
};

const handleOf = (job: Job, token: string): LiveHandle => {
  const shown = figuresSchema.safeParse(job.progress);
  let heldAt = Date.now();
  /** After a pause of more than half a lock somebody else may have the job: ask before writing over its figures. */
  const hold = async (): Promise<void> => {
    const asked = Date.now();
    if (asked - heldAt > LOCK_MS / 2 && (await job.extendLock(token, LOCK_MS)) !== 1) throw new Error('lock lost');
    heldAt = asked;
  };
  return {
    shown: shown.success ? shown.data : undefined,
    async writeFigures({ progress, total, message }) {
      await hold();
      await job.updateProgress({ progress, total, message });
    },
    writeOutcome: (outcome) => job.updateData({ ...job.data, outcome }),
  };
};
