import type { Deps } from '../deps.ts';
import { checkBlobMark, type BlobMark } from '../use-cases/check-marks.ts';
import type { Releases } from './releases.ts';

/** How often a store is asked of whose mark nothing is known yet. */
const AGAIN_MS = 10_000;

interface WatchOptions {
  releases: Releases;
  /** Ends the process. */
  fail: (err: Error) => void;
  /** Whether it may mark a store that nobody has marked: uploads come by way of the API, so a worker must not. */
  writes: boolean;
}

/**
 * Checks the mark of the blob store at the start of a process, and again until it is known.
 *
 * @returns what is known of the mark now.
 * @throws Error when the store belongs to another installation; later the process ends with it.
 */
export const watchBlobMark = async (
  deps: Pick<Deps, 'db' | 'blobs' | 'log'>,
  { releases, fail, writes }: WatchOptions,
): Promise<() => BlobMark> => {
  let mark = await checkBlobMark(deps, { writes });
  if (mark !== 'unknown') return () => mark;
  let looking: Promise<void> = Promise.resolve();
  const look = async (): Promise<void> => {
    try {
      mark = await checkBlobMark(deps, { writes });
      if (mark !== 'unknown') clearInterval(timer);
    } catch (err) {
      clearInterval(timer);
      fail(err as Error);
    }
  };
  const timer = setInterval(() => {
    looking = looking.then(look);
  }, AGAIN_MS);
  releases.add('the mark of the blob store', async () => {
    clearInterval(timer);
    await looking;
  });
  return () => mark;
};
