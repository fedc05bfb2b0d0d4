import { setTimeout as sleep } from 'node:timers/promises';
import type { BackendFactory, IQueueBackend } from 'bullmq';
import { jittered } from '../jitter.ts';

/** The pause after the first of several failures in a row, and the longest one, in milliseconds. */
interface Pauses {
  firstMs: number;
  longestMs: number;
}

const PAUSES: Pauses = { firstMs: 100, longestMs: 5_000 };

/**
 * Makes workers pause when their store refuses to give them a job: 0.1 s, then twice as long after each failure in a row
 * up to 5 s, with jitter so that many workers do not return at once. BullMQ itself pauses only when a connection was
 * refused, and asks again at once after every other error (a missing right, a server that shuts down or is read-only):
 * thousands of times a second. Closing the worker ends the pause.
 */
export const pauseOnError =
  <B extends IQueueBackend, C>(factory: BackendFactory<B, C>, pauses: Pauses = PAUSES): BackendFactory<B, C> =>
  (name, opts, options) => {
    const backend = factory(name, opts, options);
    // Producers take no jobs.
    if (options?.withBlockingConnection !== true) return backend;
    const moveToActive = backend.moveToActive.bind(backend);
    const disconnectBlocking = backend.disconnectBlocking.bind(backend);
    const close = backend.close.bind(backend);
    const ended = new AbortController();
    let failures = 0;
    backend.moveToActive = async (token, jobName) => {
      try {
        const job = await moveToActive(token, jobName);
        failures = 0;
        return job;
      } catch (err) {
        failures += 1;
        await sleep(pauseMs(pauses, failures), undefined, { signal: ended.signal }).catch(() => undefined);
        throw err;
      }
    };
    backend.disconnectBlocking = (wait) => {
      ended.abort();
      return disconnectBlocking(wait);
    };
    backend.close = (force) => {
      ended.abort();
      return close(force);
    };
    return backend;
  };

/** @param failures in a row, from 1. */
const pauseMs = ({ firstMs, longestMs }: Pauses, failures: number): number =>
  jittered(Math.min(longestMs, firstMs * 2 ** Math.min(failures - 1, 10)));
