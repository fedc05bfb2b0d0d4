import { setTimeout as sleep } from 'node:timers/promises';
import type { Releases } from '../src/cli/releases.ts';
import { recordHistory } from './checks/history.ts';
import { runChecks } from './checks/run-checks.ts';
import type { StoredBlob, Violation } from './checks/violation.ts';
import { comeToRest } from './come-to-rest.ts';
import { createClient } from './driver/client.ts';
import { drive } from './driver/drive.ts';
import { lookOnceMore } from './driver/last-look.ts';
import { createLedger, type Ledger } from './driver/ledger.ts';
import { createTally, type Tally } from './driver/tally.ts';
import { runFaults, type Happened } from './faults/run-faults.ts';
import type { Options } from './options.ts';
import type { Pace } from './pace.ts';
import { createRandom } from './random.ts';
import { listBlobs } from './stores/list-blobs.ts';
import { createOutages, queueStoreOf } from './stores/outages.ts';
import { collectGarbage, openSystem, type System } from './system.ts';

/** What a run came to. */
export interface Outcome {
  system: System;
  ledger: Ledger;
  tally: Tally;
  violations: Violation[];
  faults: readonly Happened[];
  /** In milliseconds: until the last fault, and from there until all was at rest. */
  tookMs: { faults: number; rest: number };
}

/** For clients that were told to come back, after all has come to rest. */
const CLIENTS_MS = 5_000;

/** One run: start everything, drive it, break it, let it come to rest, look at what there is. */
export const runChaos = async (
  options: Options,
  pace: Pace,
  { folder, logDir, releases }: { folder: string; logDir: string; releases: Releases },
): Promise<Outcome> => {
  const { deadlineMs } = pace;
  const system = await openSystem({
    queue: options.queue,
    folder,
    logDir,
    deadlineMs,
    releases,
    prepare: recordHistory,
  });
  const random = createRandom(options.seed);
  const [ledger, tally, outages] = [createLedger(), createTally(), createOutages()];
  const client = createClient({ ...system, tally, outages, random: random.fork('client'), limitMs: pace.clientMs });
  const stop = new AbortController();
  const enough = (): boolean => ledger.count('build') >= options.jobs && ledger.count('install') >= options.jobs / 2;

  const began = Date.now();
  let calm = false;
  // The system stays busy for as long as it is broken.
  const queueStore = queueStoreOf(options.queue);
  const polls = { client, outages, tally, queueStore, stop: stop.signal };
  const context = { ...polls, ledger, random: random.fork('driver'), tenants: system.tenants };
  const driving = drive({
    ...context,
    atOnce: pace.atOnce,
    goOn: () => !calm || (!enough() && Date.now() < began + pace.faultsMs),
  });
  const faults = await runFaults({ system, outages, random: random.fork('faults'), pace, enough });
  calm = true;
  const broken = Date.now();
  await Promise.all([...system.apis, ...system.workers].map((program) => program.untilReady()));
  await comeToRest(system.db, pace.restMs);
  // Stories go on to their end, and ask for more meanwhile: so long as they do, it is not over.
  await Promise.race([driving, sleep(pace.restMs - (Date.now() - broken), undefined, { ref: false })]);
  await comeToRest(system.db, Math.max(0, pace.restMs - (Date.now() - broken)));
  const rested = Date.now();
  const last = AbortSignal.any([stop.signal, AbortSignal.timeout(CLIENTS_MS)]);
  await lookOnceMore({ ...polls, random: random.fork('last look'), stop: last }, ledger.asked);
  stop.abort();
  await driving;

  const blobs = await collect(system);
  const boundMs = pace.restMs + (broken - began);
  const found = await runChecks({
    db: system.db,
    asked: ledger.asked,
    boundMs,
    blobs,
    workerFaults: ofWorkers(faults),
  });
  const forbidden = tally.forbidden.map((what): Violation => ({ kind: 'forbidden answers', what }));
  const violations = [...found, ...forbidden, ...crashesOf(system)];
  const tookMs = { faults: broken - began, rest: rested - broken };
  return { system, ledger, tally, violations, faults, tookMs };
};

const ofWorkers = (faults: readonly Happened[]): number[] =>
  faults.filter(({ kind }) => /worker/.test(kind)).map(({ at }) => at);

/** A store that goes away, or comes back, is no reason for a process to end. */
const crashesOf = ({ apis, workers }: System): Violation[] =>
  [...apis, ...workers]
    .flatMap((program) => program.unasked())
    .filter(({ crashed }) => crashed)
    .map(({ name, how, lastWords }) => ({ kind: 'crashed processes', what: `${name}: ${how}\n${lastWords}` }));

/** Twice: what the first time only marks, the second one removes. */
const collect = async (system: System): Promise<StoredBlob[]> => {
  await collectGarbage(system);
  await collectGarbage(system);
  return listBlobs(system.s3);
};
