import { requestBuild, upload, type Target } from '../src/cli/push-client.ts';
import { POLL_MS, untilCompleted } from './support/jobs.ts';
import { BYTES, FILES, samplePackage } from './support/sample-package.ts';
import type { Services } from './support/services.ts';
import { median, quantile } from './support/statistics.ts';
import { openSystem, queueKinds, type QueueKind, type System } from './support/system.ts';
import type { Table } from './support/table.ts';

const WARM_UP_RUNS = 8;
const RUNS = 40;
const QUEUED = 130;
/** Not counted: while they are built the workers start their threads and load what checks a package. */
const WARM_UP_BUILDS = 20;
const WORKERS = 2;

/** How long one package takes from the upload to `completed`, and how many a second two workers build. */
export const benchBuilds = async (services: Services): Promise<Table> => {
  const rows: string[][] = [];
  for (const queue of queueKinds) rows.push(await buildsOn(services, queue));
  return {
    title: `Builds: upload, create, completed; a package of ${FILES} files and ${BYTES / 1_000} kB, zipped a quarter of that`,
    head: ['queue', 'p50 ms', 'p95 ms', 'upload', 'create', 'build', 'builds/s', `${QUEUED - WARM_UP_BUILDS} in s`],
    rows,
    notes: [
      `One after the other, polled every ${POLL_MS} ms: ${RUNS} runs after ${WARM_UP_RUNS}; the API and one worker are processes`,
      'of their own. p50 and p95 are of the whole, upload/create/build the medians of its steps in ms.',
      `builds/s: ${QUEUED} builds queued, then ${WORKERS} worker processes; from the ${WARM_UP_BUILDS}th completed one to the last.`,
      'Every file of every package is new to the store, and each is flushed to the disk.',
    ],
  };
};

interface Run {
  upload: number;
  create: number;
  build: number;
}

const buildsOn = async (services: Services, queue: QueueKind): Promise<string[]> => {
  const system = await openSystem(services, queue);
  const worker = await system.startWorker();
  const runs: Run[] = [];
  for (let i = 0; i < WARM_UP_RUNS + RUNS; i += 1) runs.push(await timeOne(system, samplePackage(i)));
  await worker.stop();
  const seconds = await timeMany(system);
  await system.close();

  const counted = runs.slice(WARM_UP_RUNS);
  const totals = counted.map((run) => run.upload + run.create + run.build);
  const step = (name: keyof Run): string => median(counted.map((run) => run[name])).toFixed(1);
  return [
    queue,
    median(totals).toFixed(1),
    quantile(totals, 0.95).toFixed(1),
    step('upload'),
    step('create'),
    step('build'),
    ((QUEUED - WARM_UP_BUILDS) / seconds).toFixed(1),
    seconds.toFixed(2),
  ];
};

const targetOf = ({ origin, token }: System): Target => ({ baseUrl: origin, token });

const timeOne = async (system: System, archive: Buffer): Promise<Run> => {
  const started = performance.now();
  const uploadId = await upload(targetOf(system), archive, 'app.zip');
  const uploaded = performance.now();
  const id = await requestBuild(targetOf(system), uploadId);
  const created = performance.now();
  await untilCompleted(system, id);
  return { upload: uploaded - started, create: created - uploaded, build: performance.now() - created };
};

/** Seconds from the warm-up's last build to the last of all. */
const timeMany = async (system: System): Promise<number> => {
  const ids: string[] = [];
  for (let i = 0; i < QUEUED; i += 1) {
    const archive = samplePackage(10_000 + i);
    ids.push(await requestBuild(targetOf(system), await upload(targetOf(system), archive, 'app.zip')));
  }
  const workers = await Promise.all(Array.from({ length: WORKERS }, () => system.startWorker()));
  // They are built about in the order they came in, so looking at the oldest open one is enough.
  for (const id of ids.slice(0, WARM_UP_BUILDS)) await untilCompleted(system, id);
  const started = performance.now();
  for (const id of ids.slice(WARM_UP_BUILDS)) await untilCompleted(system, id);
  const seconds = (performance.now() - started) / 1_000;
  await Promise.all(workers.map((worker) => worker.stop()));
  return seconds;
};
