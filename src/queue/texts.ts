import type { JobsOptions } from 'bullmq';
import { LRUCache } from 'lru-cache';
import { z } from 'zod';
import type { Logger } from '../logger.ts';
import { within } from '../within.ts';
import type { QueueBackend } from './backend.ts';
import { HOUSEKEEPING_QUEUE } from './housekeeping.ts';

const TEXTS_JOB = 'texts.render';

/** The app's id. Fields are added as optional, never renamed: jobs of the old release are still queued during a deploy. */
const payloadSchema = z.object({ appId: z.number() });

/** Reads which app's texts a job of the housekeeping queue renders. Undefined: it is another job. */
export const readTextsPayload = (name: string, data: unknown): number | undefined =>
  name === TEXTS_JOB ? payloadSchema.safeParse(data).data?.appId : undefined;

const jobOptions: JobsOptions = {
  // The sweep enqueues it again. A job that is kept would swallow the next one of its id.
  removeOnComplete: true,
  removeOnFail: true,
  stackTraceLimit: 1,
};

export interface TextQueue {
  /**
   * Asks for the rendering of an app's texts: one round trip. Asked again while the job is in the queue, it changes nothing.
   *
   * @throws Error when the queue's store does not take it within 2 s: the sweep will ask again.
   */
  enqueue(appId: number): Promise<void>;
  /**
   * As {@link enqueue} for the first `most` of these apps that this process has not asked for within the last minute. Waits
   * for nothing, and never fails.
   *
   * @returns for how many it asks.
   */
  request(appIds: readonly number[], most: number): number;
  ready(): boolean;
  close(): Promise<void>;
}

const LIMIT_MS = 2_000;
const ASKED_AGAIN_MS = 60_000;
const ASKED_REMEMBERED = 10_000;

export const createTextQueue = (backend: QueueBackend, log: Logger): TextQueue => {
  const queue = backend.queue(HOUSEKEEPING_QUEUE);
  const asked = new LRUCache<number, true>({ max: ASKED_REMEMBERED, ttl: ASKED_AGAIN_MS });
  let closed = false;
  queue.on('error', (err) => {
    if (!closed) log.warn('text queue connection', { err });
  });

  const enqueue = async (appId: number): Promise<void> => {
    if (!backend.ready()) throw new Error('the queue is away');
    await within(LIMIT_MS, 'The queue', queue.add(TEXTS_JOB, { appId }, { ...jobOptions, jobId: `texts-${appId}` }));
  };

  return {
    enqueue,
    request(appIds, most) {
      const wanted = appIds.filter((appId) => !asked.has(appId)).slice(0, most);
      for (const appId of wanted) {
        asked.set(appId, true);
        enqueue(appId).catch((err: unknown) => {
          if (!closed) log.debug('rendering left to the sweep', { appId, err });
        });
      }
      return wanted.length;
    },
    ready: () => backend.ready(),
    close: () => {
      closed = true;
      return queue.close();
    },
  };
};
