import { startHousekeeping } from '../../workers/housekeeping.ts';
import { startWorker } from '../../workers/start.ts';
import { startSweep } from '../../workers/sweep.ts';
import type { Config } from '../config.ts';
import { checkKeyMarks } from '../use-cases/check-marks.ts';
import { keepHeapsSmall } from './heap.ts';
import { openDeps } from './open-deps.ts';
import { openOps } from './open-ops.ts';
import { runProcess } from './run-process.ts';
import { watchBlobMark } from './watch-blob-mark.ts';

/** The worker's own grace, and then some. */
export const WORKER_CLOSE_MS = 25_000;

/** A worker as a process of its own; any number of them share the queue. */
export const worker = (config: Config): Promise<void> =>
  runProcess(config, async (log, releases, fail) => {
    keepHeapsSmall();
    const { deps, backend } = await openDeps(config, log, releases, 'worker');
    await checkKeyMarks(deps);
    const blobMark = await watchBlobMark(deps, { releases, fail, writes: false });
    const ops = await openOps(deps, 'worker', releases, blobMark);
    const running = startWorker(deps, backend, config.workerConcurrency);
    releases.add('the worker', () => running.close(), WORKER_CLOSE_MS);
    ops.watch(() => running.problems());
    const sweep = startSweep(deps);
    releases.add('the sweep', () => sweep.close());
    const housekeeping = startHousekeeping(deps, backend);
    releases.add('the housekeeping', () => housekeeping.close());
    log.info('working', { concurrency: config.workerConcurrency });
  });
