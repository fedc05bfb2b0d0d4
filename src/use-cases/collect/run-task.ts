import { withAdvisoryLock } from '../../db/pool.ts';
import type { HousekeepingTask } from '../../queue/housekeeping.ts';
import type { BlobLimits } from './collect-blobs.ts';
import { tasks, type CollectDeps, type Counts } from './tasks.ts';

/** Any constants do that no other lock has; every release must use the same ones. */
const locks: Readonly<Record<HousekeepingTask, number>> = {
  'collect.jobs': 4_207_101,
  'collect.audit': 4_207_102,
  'collect.logins': 4_207_103,
  'collect.deliveries': 4_207_104,
  'collect.uploads': 4_207_105,
  'collect.strays': 4_207_106,
  'collect.blobs': 4_207_107,
  'collect.keys': 4_207_108,
  'collect.texts': 4_207_109,
};

/**
 * Runs a task of the housekeeping unless another process is at it.
 *
 * @returns what it did; undefined: another process is at it.
 */
export const runTask = (deps: CollectDeps, task: HousekeepingTask, limits: BlobLimits): Promise<Counts | undefined> =>
  withAdvisoryLock(deps.db, locks[task], () => tasks[task](deps, limits));
