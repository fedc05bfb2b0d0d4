import type { Job } from 'bullmq';
import type { JobRef, JobStatus } from '../domain/job.ts';
import { figuresSchema, kindOf, payloadSchema } from './jobs.ts';

/** What the queue knows of a job. */
export interface LiveJob extends JobRef {
  /** Nothing will run it any more. */
  finished: boolean;
  /** What a poll may be answered with. Undefined: the row knows better. */
  status: JobStatus | undefined;
}

const WAITING = 'Waiting for a worker';

/**
 * Reads a queue's job. Only an outcome that our own worker wrote is believed: BullMQ fails a job by itself when it
 * stalls too often, and then the row knows how it stands.
 */
export const readLiveJob = (job: Job): LiveJob | undefined => {
  const payload = payloadSchema.safeParse(job.data);
  const kind = kindOf(job.name);
  if (!payload.success || kind === undefined || job.id === undefined) return undefined;
  const { outcome, total = 1, progress = 0, ...ids } = payload.data;
  const ref: JobRef = { ...ids, id: job.id, kind };
  const finished = job.finishedOn !== undefined;
  return {
    ...ref,
    finished,
    status: outcome ? { ...ref, ...outcome } : finished ? undefined : running(job, ref, { total, progress }),
  };
};

/** @param begun how far it was when it was put into the queue. */
const running = (
  job: Job,
  { id, kind, appId, installationId }: JobRef,
  begun: { progress: number; total: number },
): JobStatus => {
  // A number until our worker has written figures: not even looked at, for refusing it costs most of a poll's parsing.
  const figures = typeof job.progress === 'object' ? figuresSchema.safeParse(job.progress).data : undefined;
  const state = job.processedOn !== undefined || figures ? 'working' : 'queued';
  return { id, kind, appId, installationId, state, ...(figures ?? { ...begun, message: WAITING }) };
};
