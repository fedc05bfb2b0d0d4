import AdmZip from 'adm-zip';
import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { defaultLimits } from '../src/domain/archive/limits.ts';
import { packArchive } from '../src/domain/archive/pack-archive.ts';
import { unpackArchive } from '../src/domain/archive/unpack-archive.ts';
import { checkPackage } from '../src/domain/package/check-package.ts';
import { defaultSwitches } from '../src/domain/package/switches.ts';
import { createPackageReader, type PackageReader } from '../src/packages/package-reader.ts';
import { hostileVectors } from '../test/unit/archive/vectors/all.ts';
import { LARGE_BYTES, LARGE_FILES, largePackage } from './support/large-package.ts';
import { residentSize } from './support/process-size.ts';
import { samplePackage } from './support/sample-package.ts';
import type { Services } from './support/services.ts';
import { median, spread } from './support/statistics.ts';
import type { Table } from './support/table.ts';

const ROUNDS = 9;
const WARM_UP_ROUNDS = 2;
const DRAWINGS = 20;
const READS = 10;
const WARM_UP_READS = 5;
const IDLE_MS = 1_000;
const GROWTH_RUNS = 3;
const HOSTILE = 200;
const HOSTILE_ROUNDS = 4;
/** Of the hostile archives, one in so many is large and found out at its last file only. */
const LARGE_EVERY = 20;
const AIM_RATIO = 2;
const AIM_DELAY_MS = 50;
const AIM_GROWTH = 3;

/** What reading a package costs, by itself and on its thread, and what is left of it when it is hostile. */
export const benchPackages = async ({ folder }: Services): Promise<Table[]> => {
  // First: later the process holds what the other measurements have left.
  const hostile = await benchHostile();
  return [await benchReading(folder), hostile];
};

const benchReading = async (folder: string): Promise<Table> => {
  const rows: string[][] = [];
  for (const drawings of [0, DRAWINGS]) {
    const archive = largePackage(drawings);
    const times = await timesOf(archive);
    rows.push([`${drawings} SVGs`, ...timeCells(times), ...(await delayOf(archive)), await growthOf(archive, folder)]);
  }
  return {
    title: `Packages: ${LARGE_FILES} files, ${LARGE_BYTES / 1e6} MB, a quarter of it noise; times in ms`,
    head: [
      'package',
      'adm-zip',
      'unpack',
      'check',
      'both',
      'ratio',
      'lowest–highest',
      'repack',
      'delay p99',
      'max',
      'memory',
    ],
    rows,
    notes: [
      'adm-zip: bare, reads all entries. ratio: unpacking and checking over that; medians of',
      `${ROUNDS} rounds in turns after ${WARM_UP_ROUNDS}. Aim: <= ${AIM_RATIO}. repack: writing the archive that is stored.`,
      `delay: of the main event loop while a thread reads the package, ${READS} times, the timer's`,
      `millisecond included. Aim: p99 <= ${AIM_DELAY_MS} ms. memory: by how much a process grows, from idle to its largest, whose`,
      `thread has read small packages and now reads this one from a file, over the expanded size; of ${GROWTH_RUNS}. Aim: < ${AIM_GROWTH}x.`,
    ],
  };
};

interface Times {
  bare: number;
  unpack: number;
  check: number;
  repack: number;
}

const options = { switches: defaultSwitches, limits: defaultLimits };

const timesOf = async (archive: Buffer): Promise<Times[]> => {
  const rounds: Times[] = [];
  for (let round = 0; round < WARM_UP_ROUNDS + ROUNDS; round += 1) {
    // Each is the first in turn: what else the machine does falls on both.
    const before = round % 2 === 0 ? timeBare(archive) : 0;
    const own = await timeOwn(archive);
    rounds.push({ ...own, bare: before || timeBare(archive) });
  }
  return rounds.slice(WARM_UP_ROUNDS);
};

const timeBare = (archive: Buffer): number => {
  const started = performance.now();
  for (const entry of new AdmZip(archive).getEntries()) entry.getData();
  return performance.now() - started;
};

const timeOwn = async (archive: Buffer): Promise<Omit<Times, 'bare'>> => {
  const started = performance.now();
  const { files, problems } = unpackArchive(archive, defaultLimits);
  const unpacked = performance.now();
  const { errors, files: cleaned } = await checkPackage(files, options);
  const checked = performance.now();
  const [error] = [...problems, ...errors];
  if (error) throw new Error(`the package is refused: ${error.message}`);
  packArchive(cleaned);
  return { unpack: unpacked - started, check: checked - unpacked, repack: performance.now() - checked };
};

const timeCells = (times: Times[]): string[] => {
  const ratios = times.map(({ bare, unpack, check }) => (unpack + check) / bare);
  const bare = median(times.map((round) => round.bare));
  const both = median(times.map((round) => round.unpack + round.check));
  const cell = (name: keyof Times): string => median(times.map((round) => round[name])).toFixed(0);
  return [
    cell('bare'),
    cell('unpack'),
    cell('check'),
    both.toFixed(0),
    (both / bare).toFixed(2),
    spread(ratios, (ratio) => ratio.toFixed(2)),
    cell('repack'),
  ];
};

/** Hands over a copy, as a reader takes the memory of what it reads. */
const read = async (reader: PackageReader, archive: Buffer): Promise<boolean> => {
  const { errors } = await reader.read(Buffer.from(new Uint8Array(archive).buffer), { switches: defaultSwitches });
  return errors.length === 0;
};

/** Runs `work` with a thread that has loaded everything, with a small package. */
const withWarmReader = async <T>(work: (reader: PackageReader) => Promise<T>): Promise<T> => {
  const reader = createPackageReader(defaultLimits, 1);
  try {
    for (let i = 0; i < WARM_UP_READS; i += 1) await read(reader, samplePackage(i));
    await sleep(IDLE_MS);
    return await work(reader);
  } finally {
    await reader.close();
  }
};

const growthOf = async (archive: Buffer, folder: string): Promise<string> => {
  const file = path.join(folder, 'package.zip');
  await writeFile(file, archive);
  const program = fileURLToPath(import.meta.resolve('./support/read-growth.ts'));
  const ratios: number[] = [];
  for (let i = 0; i < GROWTH_RUNS; i += 1) {
    const { stdout } = await promisify(execFile)(process.execPath, ['--import', 'tsx', program, file]);
    ratios.push(Number(stdout) / LARGE_BYTES);
  }
  return `${median(ratios).toFixed(2)}x`;
};

const delayOf = (archive: Buffer): Promise<string[]> =>
  withWarmReader(async (reader) => {
    const delay = monitorEventLoopDelay({ resolution: 1 });
    for (let i = 0; i < READS; i += 1) {
      const copy = Buffer.from(new Uint8Array(archive).buffer);
      delay.enable();
      const { errors } = await reader.read(copy, { switches: defaultSwitches });
      // What handing over blocks shows with the next tick only.
      await sleep(2);
      delay.disable();
      if (errors.length > 0) throw new Error('the package is refused');
    }
    return [delay.percentile(99), delay.max].map((nanoseconds) => (nanoseconds / 1e6).toFixed(1));
  });

/** The hostile archives of the tests, and among them a large package whose last file is broken. */
const hostileArchives = (): Buffer[] => {
  const small = Object.values(hostileVectors)
    .flat()
    .filter(({ limits }) => !limits)
    .map(({ archive }) => archive);
  const large = largePackage(0);
  // The last byte of the last entry's data: the end record says where the directory begins, which comes right after it.
  const at = large.readUInt32LE(large.length - 6) - 1;
  large.writeUInt8(large.readUInt8(at) ^ 1, at);
  return Array.from({ length: HOSTILE }, (_, index) =>
    index % LARGE_EVERY === 0 ? large : small[Math.floor((index * small.length) / HOSTILE)]!,
  );
};

const benchHostile = async (): Promise<Table> => {
  const archives = hostileArchives();
  const rows = await withWarmReader(async (reader) => {
    const rounds: string[][] = [];
    for (let round = 1; round <= HOSTILE_ROUNDS; round += 1) {
      const before = residentSize(process.pid);
      const started = performance.now();
      let refused = 0;
      for (const archive of archives) refused += (await read(reader, archive)) ? 0 : 1;
      const seconds = (performance.now() - started) / 1_000;
      await sleep(IDLE_MS);
      const after = residentSize(process.pid);
      const cells = [before, after, after - before].map((bytes) => (bytes / 1e6).toFixed(1));
      rounds.push([String(round), String(refused), seconds.toFixed(1), ...cells]);
    }
    return rounds;
  });
  return {
    title: `Hostile packages: ${HOSTILE} in a row on one thread`,
    head: ['round', 'refused', 'took s', 'before MB', 'after MB', 'growth MB'],
    rows,
    notes: [
      `Those of the tests, and every ${LARGE_EVERY}th one of ${LARGE_BYTES / 1e6} MB whose last file is broken. Resident size of the process, idle`,
      'for a second. Aim: no growth, once the process has grown to what one large package takes.',
    ],
  };
};
