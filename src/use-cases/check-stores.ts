import { probeDatabase } from '../db/installation.ts';
import type { Deps } from '../deps.ts';
import { within } from '../within.ts';

/** What a process cannot do all of its work without. */
export const stores = ['database', 'queue', 'blobs'] as const;
export type Store = (typeof stores)[number];

/** Gives those that cannot be used now. */
export type CheckStores = () => Promise<Store[]>;

const LIMIT_MS = 1_500;
/** Whoever asks often, or many at once, asks the stores no more often than that. */
const BELIEVED_MS = 1_000;
/** Where the blobs are a bucket, each look is a request that costs money. */
const BLOBS_BELIEVED_MS = 10_000;

/**
 * At most one write to the database and one to the queue a second, and one look at the blobs in ten, however often it
 * is asked; a store that hangs counts as away after 1.5 s.
 */
export const createCheckStores = ({ db, producer, blobs }: Pick<Deps, 'db' | 'producer' | 'blobs'>): CheckStores => {
  const database = believed(BELIEVED_MS, () => isThere(probeDatabase(db)));
  const queue = believed(BELIEVED_MS, () => isThere(producer.check()));
  const folder = believed(BLOBS_BELIEVED_MS, () => isThere(blobs.check()));
  return async () => {
    const [databaseThere, queueThere, blobsThere] = await Promise.all([database(), queue(), folder()]);
    const there = { database: databaseThere, queue: producer.ready() && queueThere, blobs: blobsThere };
    return stores.filter((store) => !there[store]);
  };
};

const isThere = (answer: Promise<unknown>): Promise<boolean> =>
  within(LIMIT_MS, 'The store', answer).then(
    () => true,
    () => false,
  );

/** Only good news is kept: one that is back is seen at once. */
const believed = (ms: number, look: () => Promise<boolean>): (() => Promise<boolean>) => {
  let good = -Infinity;
  let looking: Promise<boolean> | undefined;
  return () => {
    if (performance.now() - good < ms) return Promise.resolve(true);
    looking ??= look().then((there) => {
      if (there) good = performance.now();
      looking = undefined;
      return there;
    });
    return looking;
  };
};
