import { setTimeout as sleep } from 'node:timers/promises';
import { requestBuild, upload } from '../src/cli/push-client.ts';
import { defaultLimits } from '../src/domain/archive/limits.ts';
import { attack, hostileInputs, type HostileInput } from './hostile/inputs.ts';
import { expandingPackage } from './hostile/expanding-package.ts';
import { openStage, type Stage } from './hostile/stage.ts';
import { pollJob } from './support/jobs.ts';
import { largestSize } from './support/process-size.ts';
import type { Services } from './support/services.ts';
import { median } from './support/statistics.ts';
import type { Table } from './support/table.ts';

/** Each with an API that has just been started: what one leaves behind is not counted for the next. */
const RUNS = 5;
const AIM_HOLD_MS = 50;
const AIM_OTHER_MS = 500;
const AIM_API_MB = 400;
const BASE_MB = 300;
const PLACES = 2;
const PAUSE_MS = 20;
const BUILDS_MS = 600_000;

const EXPANDED_MB = defaultLimits.maxExpandedBytes / 1e6;
const AIM_WORKER_MB = BASE_MB + 1.5 * EXPANDED_MB * PLACES;

/** What the worst inputs that are known cost: the API's event loop, the others' requests, memory. */
export const benchHostile = async (services: Services): Promise<Table[]> => {
  const rows: string[][] = [];
  for (const input of hostileInputs) {
    rows.push(await measure(services, input));
    // Twenty minutes without a word would look like the end.
    console.log(`  ${rows.at(-1)!.join('  ')}`);
  }
  return [
    {
      title: `Hostile inputs: medians of ${RUNS} runs, each with a new process of the API`,
      head: ['input', 'one ms', 'hold ms', 'other p50 ms', 'longest', 'refused', 'API MB', 'worker MB', 'missed'],
      rows,
      notes: [
        `one: the longest time for which the API's event loop stood still while one client alone sent this, as its metrics tell it: up to 10 ms more. Aim: ${AIM_HOLD_MS}.`,
        'hold: the same during all of them, what other processes take of the cores included.',
        `other, longest: requests of another account meanwhile. Aim: under ${AIM_OTHER_MS} for each. refused: how many of these were not 2xx.`,
        `API, worker: the most that each process occupied; the worker is that which made what the input needs. Aim: ${AIM_API_MB} and ${AIM_WORKER_MB.toFixed(0)}.`,
      ],
    },
    await benchWorker(services),
  ];
};

interface Run {
  one: number;
  hold: number;
  others: number[];
  refused: number;
  apiMb: number;
}

const measure = async (services: Services, input: HostileInput): Promise<string[]> => {
  const stage = await openStage(services);
  try {
    return await measureOn(stage, input);
  } finally {
    await stage.close();
  }
};

const measureOn = async (stage: Stage, input: HostileInput): Promise<string[]> => {
  let workerMb = Number.NaN;
  if (input.prepare) {
    const worker = await stage.system.startWorker();
    await input.prepare(stage);
    workerMb = largestSize(worker.pid) / 1e6;
    await worker.stop();
  }
  const runs: Run[] = [];
  for (let i = 0; i < RUNS; i += 1) runs.push(await runOnce(stage, input));
  const of = (figure: (run: Run) => number): number => median(runs.map(figure));
  const [one, hold, p50, longest] = [
    of((run) => run.one),
    of((run) => run.hold),
    of((run) => median(run.others)),
    of((run) => Math.max(...run.others)),
  ];
  const [refused, apiMb] = [of((run) => run.refused), of((run) => run.apiMb)];
  const missed = [
    one > AIM_HOLD_MS && 'one',
    longest >= AIM_OTHER_MS && 'other',
    refused > 0 && 'refused',
    apiMb > AIM_API_MB && 'API',
    workerMb > AIM_WORKER_MB && 'worker',
  ].filter((word) => word !== false);
  const figures = [one, hold, p50, longest, refused, apiMb].map((figure) => figure.toFixed(0));
  return [input.name, ...figures, Number.isNaN(workerMb) ? '-' : workerMb.toFixed(0), missed.join(' ') || '-'];
};

const runOnce = async (stage: Stage, input: HostileInput): Promise<Run> => {
  const api = await stage.system.restartApi();
  const ask = input.neighbourAsks ?? (({ neighbour }: Stage) => neighbour.fetch('/api/v2/apps/installations.json'));
  // The first request of a process loads and compiles what the others then have.
  for (let i = 0; i < 3; i += 1) await (await ask(stage)).text();
  await input.one(stage, 0);
  await stage.longestHold();
  await input.one(stage, 0);
  const one = await stage.longestHold();
  let done = false;
  const attacked = attack(input, stage).finally(() => (done = true));
  const others: number[] = [];
  let refused = 0;
  do {
    await sleep(PAUSE_MS);
    const started = performance.now();
    const answer = await ask(stage);
    await answer.text();
    others.push(performance.now() - started);
    if (!answer.ok) refused += 1;
  } while (!done);
  await attacked;
  return { one, hold: await stage.longestHold(), others, refused, apiMb: largestSize(api.pid) / 1e6 };
};

/** As many builds of the largest package as the worker runs at the same time. */
const benchWorker = async (services: Services): Promise<Table> => {
  const stage = await openStage(services);
  try {
    return tableOf(await peaksOf(stage));
  } finally {
    await stage.close();
  }
};

const peaksOf = async (stage: Stage): Promise<number[]> => {
  const peaks: number[] = [];
  const target = { baseUrl: stage.attacker.origin, token: stage.attacker.token };
  for (let run = 0; run < RUNS; run += 1) {
    const ids: string[] = [];
    for (let i = 0; i < PLACES; i += 1)
      ids.push(await requestBuild(target, await upload(target, expandingPackage(run * PLACES + i), 'app.zip')));
    const worker = await stage.system.startWorker();
    for (const id of ids) await untilEnded(stage, id);
    peaks.push(largestSize(worker.pid) / 1e6);
    await worker.stop();
  }
  return peaks;
};

const tableOf = (peaks: number[]): Table => {
  const peak = median(peaks);
  return {
    title: `Worker: ${PLACES} builds at once of packages that unpack to ${EXPANDED_MB.toFixed(0)} MB; ${RUNS} runs, a new process each`,
    head: ['builds', 'peak MB', 'aim', 'missed'],
    rows: [[String(PLACES), peak.toFixed(0), AIM_WORKER_MB.toFixed(0), peak > AIM_WORKER_MB ? 'worker' : '-']],
    notes: [
      `Aim: ${BASE_MB} MB and 1.5 times the unpacked size of each. Where memory is short the builds run one after the other.`,
    ],
  };
};

const untilEnded = async ({ attacker }: Stage, id: string): Promise<void> => {
  const deadline = Date.now() + BUILDS_MS;
  for (;;) {
    const { status, message } = await pollJob(attacker, id);
    if (status === 'completed') return;
    if (status === 'failed' || status === 'killed' || Date.now() > deadline)
      throw new Error(`job ${id} is ${status}: ${message}`);
    await sleep(100);
  }
};
