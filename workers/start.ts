import { setTimeout as sleep } from 'node:timers/promises';
import { DelayedError, UnrecoverableError, WaitingError, type Job, type Processor } from 'bullmq';
import type { Deps } from '../src/deps.ts';
import type { QueueBackend } from '../src/queue/backend.ts';
import { backoffMs, figuresSchema, JOBS_QUEUE, kindOf, payloadSchema } from '../src/queue/jobs.ts';
import { DELIVERIES_QUEUE, readDeliveryPayload } from '../src/queue/deliveries.ts';
import { createDeliveryTurns, type DeliveryTurns } from './delivery-turns.ts';
import { observeAttempt } from './observe-attempt.ts';
import { runJob, type LiveHandle } from './run-job.ts';

export interface RunningWorker {
  /**
   * Takes no more jobs and waits for those that run; what is not done within `graceMs` is handed back to the others.
   */
  close(graceMs?: number): Promise<void>;
}

/** A killed worker's job is taken over within 9 to 15 s; BullMQ's defaults (30 s) make that up to 90. */
const LOCK_MS = 10_000;
const STALLED_CHECK_MS = 5_000;
/** The row counts attempts and gives up; BullMQ must not do so behind its back. */
const NEVER = 2 ** 31 - 1;

const GRACE_MS = 20_000;
/** For the last writes after the grace; a store that is dead would keep `close` waiting for ever. */
const FORCE_MS = 3_000;

/** They only wait for receivers; one account has four of them at the most. */
const DELIVERY_CONCURRENCY = 50;

/** Works on jobs, `concurrency` at once, and beside them on deliveries, fifty at once. */
export const startWorker = (deps: Deps, backend: QueueBackend, concurrency: number): RunningWorker => {
  const shutdown = new AbortController();
  const turns = createDeliveryTurns(deps);
  const queues = [
    // BullMQ hands out the signal only to a function that declares three parameters.
    startQueue({ deps, backend, shutdown }, JOBS_QUEUE, concurrency, (job, token, signal) =>
      processJob(deps, { job, token, lost: signal, shutdown: shutdown.signal }),
    ),
    startQueue({ deps, backend, shutdown }, DELIVERIES_QUEUE, DELIVERY_CONCURRENCY, (job, token) =>
      processDelivery(turns, { job, token, shutdown: shutdown.signal }),
    ),
  ];
  return {
    close: async (graceMs) => {
      await Promise.all(queues.map((queue) => queue.close(graceMs)));
    },
  };
};

const startQueue = (
  { deps, backend, shutdown }: { deps: Deps; backend: QueueBackend; shutdown: AbortController },
  name: string,
  concurrency: number,
  processor: Processor,
): RunningWorker => {
  const worker = backend.worker(name, processor, {
    concurrency,
    lockDuration: LOCK_MS,
    stalledInterval: STALLED_CHECK_MS,
    maxStalledCount: NEVER,
    settings: { backoffStrategy: backoffMs },
  });
  let closed = false;
  worker.on('error', (err) => {
    if (!closed) deps.log.warn('worker', { err });
  });
  worker.on('stalled', (jobId) => {
    deps.metrics.jobs.stalled(name);
    deps.log.warn('job stalled', { jobId, queue: name });
  });
  // BullMQ only reports it: another worker has the job by now, and this one must stop.
  worker.on('lockRenewalFailed', (jobIds) => {
    for (const jobId of jobIds) worker.cancelJob(jobId, 'lock lost');
  });
  return {
    async close(graceMs = GRACE_MS) {
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

interface Taken {
  job: Job;
  token: string | undefined;
  shutdown: AbortSignal;
}

/** One attempt of a delivery; then its entry sleeps until the next one is due. */
const processDelivery = async (turns: DeliveryTurns, { job, token, shutdown }: Taken): Promise<void> => {
  const delivery = readDeliveryPayload(job.name, job.data);
  if (!delivery) throw new UnrecoverableError(`not a delivery of ours: "${job.name}"`);
  const nextMs = await turns.run(delivery, shutdown);
  if (nextMs === undefined) return;
  await job.moveToDelayed(Date.now() + nextMs, token);
  throw new DelayedError();
};

/** Translates how an attempt ended into what BullMQ has to do. */
const processJob = async (
  deps: Deps,
  { job, token = '', lost, shutdown }: Taken & { lost: AbortSignal | undefined },
): Promise<void> => {
  const payload = payloadSchema.safeParse(job.data);
  const kind = kindOf(job.name);
  if (!payload.success || kind === undefined || job.id === undefined)
    throw new UnrecoverableError(`not a job of ours: "${job.name}"`);
  const signals = { lost: lost ?? new AbortController().signal, shutdown };
  const ref = { id: job.id, accountId: payload.data.accountId, kind };
  const result = await observeAttempt(deps, ref, () => runJob(deps, ref, handleOf(job, token), signals));
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
