import { setTimeout as sleep } from 'node:timers/promises';
import type { Config } from '../config.ts';
import { pendingMigrations } from '../db/migrate.ts';
import { housekeepingTasks, type HousekeepingTask } from '../queue/housekeeping.ts';
import { removeLeftovers } from '../storage/incoming.ts';
import { openBlobStore } from '../storage/open-blob-store.ts';
import type { BlobLimits } from '../use-cases/collect/collect-blobs.ts';
import { runTask } from '../use-cases/collect/run-task.ts';
import type { CollectDeps, Counts } from '../use-cases/collect/tasks.ts';
import { say } from './output.ts';
import { migrationsDir } from './project-root.ts';
import { withDatabase } from './with-database.ts';

/**
 * Runs all tasks of the housekeeping, to their end, and prints what each did.
 *
 * @throws Error when a store is away, or another process is at a task for longer than two minutes.
 */
export const collectCommand = (config: Config, { grace }: { grace?: string }): Promise<void> =>
  withDatabase(config, async (db) => {
    const graceSeconds = grace === undefined ? config.retention.blobGraceMinutes * 60 : readSeconds(grace);
    if ((await pendingMigrations(db, migrationsDir)).length > 0)
      throw new Error('the database lacks migrations: run appyard migrate.');
    const { blobs, incomingDir } = await openBlobStore(config.blobUrl, config.dataDir);
    for (const task of housekeepingTasks) {
      const counts = await runInTurn({ db, blobs, config }, task, { graceSeconds, most: Infinity });
      say(describe(task, counts));
    }
    say(describe('collect.leftovers', { removed: await removeLeftovers(incomingDir) }));
  });

const readSeconds = (text: string): number => {
  if (!/^\d{1,9}$/.test(text)) throw new Error(`--grace must be a whole number of seconds, not "${text}".`);
  return Number(text);
};

const TURN_MS = 120_000;

/** A worker may be at it right now. */
const runInTurn = async (deps: CollectDeps, task: HousekeepingTask, limits: BlobLimits): Promise<Counts> => {
  const giveUp = performance.now() + TURN_MS;
  for (;;) {
    const counts = await runTask(deps, task, limits);
    if (counts) return counts;
    if (performance.now() > giveUp) throw new Error(`another process is at ${task} all the time: try again later.`);
    await sleep(200);
  }
};

/** `collect.blobs: 2 doomed, 2 removed, 512 bytes` */
const describe = (task: string, counts: Counts): string =>
  `${task}: ${Object.entries(counts)
    .map(([what, count]) => `${count} ${what}`)
    .join(', ')}`;
