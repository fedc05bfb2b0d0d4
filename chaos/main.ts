import { chmod, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createReleases, type Releases } from '../src/cli/releases.ts';
import { untilSignal } from '../src/cli/signals.ts';
import { readOptions, type Options } from './options.ts';
import { paceOf } from './pace.ts';
import { printReport } from './report.ts';
import { runChaos } from './run.ts';
import { tellViolations } from './tell-violations.ts';

const INTERRUPTED = 130;

/** @returns whether nothing was wrong. */
const run = async (options: Options, folder: string, releases: Releases): Promise<boolean> => {
  const logDir = path.join(folder, 'logs');
  await mkdir(logDir);
  const outcome = await runChaos(options, paceOf(options), { folder, logDir, releases });
  await printReport(outcome);
  await tellViolations(outcome.system, outcome.violations);
  return outcome.violations.length === 0;
};

const main = async (options: Options): Promise<number> => {
  const began = performance.now();
  const again = `npm run chaos -- --queue ${options.queue} --seed ${options.seed} --jobs ${options.jobs}`;
  console.log(`${again}${options.quick ? ' --quick' : ''}`);
  const folder = await mkdtemp(path.join(tmpdir(), 'appyard-chaos-'));
  // Run by root, Postgres is another user, who must be able to pass through.
  await chmod(folder, 0o711);
  const releases = createReleases((name, err) => console.error(`not closed cleanly: ${name}`, err));
  let good = false;
  let interrupted = false;
  try {
    const first = await Promise.race([run(options, folder, releases), untilSignal()]);
    interrupted = typeof first === 'string';
    good = first === true;
  } catch (err) {
    console.error(err);
  } finally {
    await releases.run();
  }
  if ((good || interrupted) && !options.keep) await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  else console.log(`\nThe logs of all processes are in ${path.join(folder, 'logs')}`);
  const result = good ? 'All zeros' : interrupted ? 'Interrupted' : 'NOT all zeros';
  console.log(`\n${result}; seed ${options.seed}; ${((performance.now() - began) / 1_000).toFixed(0)} s in all`);
  return interrupted ? INTERRUPTED : good ? 0 : 1;
};

let options: Options;
try {
  options = readOptions(process.argv.slice(2));
} catch (err) {
  console.error(err instanceof Error ? err.message : err);
  process.exit(2);
}
process.exit(await main(options));
