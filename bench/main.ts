import os from 'node:os';
import { createReleases, type Releases } from '../src/cli/releases.ts';
import { untilSignal } from '../src/cli/signals.ts';
import { within } from '../src/within.ts';
import { benchBuilds } from './builds.ts';
import { benchFairness } from './fairness.ts';
import { benchHostile } from './hostile.ts';
import { benchMemory } from './memory.ts';
import { benchPackages } from './packages.ts';
import { benchPolls } from './polls.ts';
import { benchRestarts } from './restarts.ts';
import { benchSizes } from './sizes.ts';
import { openServices, type Services } from './support/services.ts';
import { printTable, type Table } from './support/table.ts';

const sections: Record<string, (services: Services) => Promise<Table | Table[]>> = {
  polls: benchPolls,
  builds: benchBuilds,
  memory: benchMemory,
  packages: benchPackages,
  fairness: benchFairness,
  restarts: benchRestarts,
  sizes: benchSizes,
  hostile: benchHostile,
};

const INTERRUPTED = 130;
/** Twenty minutes are usual on two slow cores. */
const LIMIT_MS = 40 * 60_000;

const machine = (): string => {
  const [cpu] = os.cpus();
  return `Node ${process.version}, ${os.availableParallelism()} cores, ${cpu?.model.trim() ?? 'unknown CPU'}, ${os.platform()} ${os.arch()}`;
};

const run = async (names: string[], releases: Releases): Promise<void> => {
  console.log(machine());
  const services = await openServices(releases);
  for (const name of names) [await sections[name]!(services)].flat().forEach(printTable);
};

const asked = process.argv.slice(2);
const unknown = asked.find((name) => !Object.hasOwn(sections, name));
if (unknown !== undefined) {
  console.error(`There is no section "${unknown}"; there are: ${Object.keys(sections).join(', ')}.`);
  process.exit(2);
}

const releases = createReleases((name, err) => {
  // Ctrl-C reaches what we have started as well: then it is no news that it is gone.
  if (process.exitCode !== INTERRUPTED) console.error(`not closed cleanly: ${name}`, err);
});
const started = performance.now();
try {
  const done = within(LIMIT_MS, 'the benchmark', run(asked.length > 0 ? asked : Object.keys(sections), releases));
  const signal = await Promise.race([done, untilSignal()]);
  if (signal !== undefined) process.exitCode = INTERRUPTED;
} catch (err) {
  console.error(err);
  process.exitCode = 1;
} finally {
  await releases.run();
}
console.log(`\n${((performance.now() - started) / 1_000).toFixed(0)} s in all`);
process.exit();
