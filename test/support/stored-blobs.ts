import type { Deps } from '../../src/deps.ts';
import { collectBlobs } from '../../src/use-cases/collect/collect-blobs.ts';
import { reserveBlobs } from '../../src/use-cases/reserve-blobs.ts';
import { digestOf } from '../../src/storage/blob-store.ts';

/** At rest: both phases at once, to the end. */
export const NOW = { graceSeconds: 0, most: Infinity };

export const collectNow = (deps: Pick<Deps, 'db' | 'blobs'>) => collectBlobs(deps, NOW);

/** Stores bytes as a build does, without anything that would refer to them. */
export const storeBytes = async (
  deps: Pick<Deps, 'db' | 'blobs'>,
  text: string,
): Promise<{ sha256: string; generation: number }> => {
  const bytes = Buffer.from(text);
  const sha256 = digestOf(bytes);
  const [reserved] = await reserveBlobs(deps, [{ sha256, size: bytes.length }], { waitMs: 5_000 });
  await deps.blobs.put(bytes, sha256);
  return reserved!;
};

/** Lets time pass for every blob's row. */
export const ageBlobs = async ({ db }: Pick<Deps, 'db'>, seconds: number): Promise<void> => {
  await db.query(
    `update blobs set touched_at = touched_at - make_interval(secs => $1),
       doomed_at = doomed_at - make_interval(secs => $1), deleting_at = deleting_at - make_interval(secs => $1)`,
    [seconds],
  );
};
