import { fileURLToPath } from 'node:url';
import { requestBuild, upload } from '../src/cli/push-client.ts';
import { JOBS_QUEUE } from '../src/queue/jobs.ts';
import { freePort } from '../test/support/redis-server.ts';
import { jobUrl, pollJob, untilCompleted } from './support/jobs.ts';
import { load, type Asked, type LoadResult } from './support/load.ts';
import { startProgram } from './support/program.ts';
import { samplePackage } from './support/sample-package.ts';
import type { Services } from './support/services.ts';
import { median, spread } from './support/statistics.ts';
import { openSystem, queueKinds, type QueueKind, type System } from './support/system.ts';
import type { Table } from './support/table.ts';

/** Of four loads: bare, Appyard, Appyard, bare. */
const ROUNDS = 3;
const SECONDS = 2;
/** Until the compiler of V8 has seen the path. */
const WARM_UP_SECONDS = 1.5;
const AIM = 0.8;

/** How many polls a second Appyard answers, beside the least that any handler would have to do. */
export const benchPolls = async (services: Services): Promise<Table> => {
  const rows: string[][] = [];
  for (const queue of queueKinds) rows.push(...(await pollsOn(services, queue)));
  return {
    title: 'Polls: GET /api/v2/apps/job_statuses/ID.json with a Basic EMAIL/token:TOKEN credential',
    head: ['queue, job', ...headOf('bare'), ...headOf('Appyard'), 'ratio', 'lowest–highest'],
    rows,
    notes: [
      'bare: Express and BullMQ as they come, one getJob, res.json of four fields; no account, no credentials.',
      `Same job, same store; 32 connections, ${ROUNDS} times ${2 * SECONDS} s each in turns, medians. Aim: ratio >= ${AIM}.`,
      'CPU µs: time of the answering process a poll; it varies less than the others with what else the machine does.',
    ],
  };
};

const headOf = (who: string): string[] => [`${who} /s`, 'p50 ms', 'p99 ms', 'CPU µs'];

const pollsOn = async (services: Services, queue: QueueKind): Promise<string[][]> => {
  const system = await openSystem(services, queue);
  const bare = await startBare(services, system);
  const target = { baseUrl: system.origin, token: system.token };
  const id = await requestBuild(target, await upload(target, samplePackage(1), 'app.zip'));

  const measure = async (status: string): Promise<string[]> => {
    const seen = await pollJob(system, id);
    if (seen.status !== status) throw new Error(`the job is ${seen.status}, not ${status}`);
    const pairs = await compare(
      { url: `${bare.origin}/jobs/${id}`, headers: {}, pid: bare.pid },
      { url: jobUrl(system, id), headers: { authorization: system.authorization }, pid: system.api.pid },
    );
    return [`${queue}, ${status}`, ...cells(pairs)];
  };

  const queued = await measure('queued');
  const worker = await system.startWorker();
  await untilCompleted(system, id);
  await worker.stop();
  const completed = await measure('completed');
  await bare.stop();
  await system.close();
  return [queued, completed];
};

const startBare = async ({ releases }: Services, { env }: System) => {
  const port = await freePort();
  const file = fileURLToPath(import.meta.resolve('./support/bare-server.ts'));
  const program = await startProgram(
    { name: 'bare server', args: ['--import', 'tsx', file], env: { ...env, PORT: String(port), QUEUE: JOBS_QUEUE } },
    'listening',
    releases,
  );
  return { origin: `http://127.0.0.1:${port}`, ...program };
};

interface Pair {
  bare: LoadResult;
  appyard: LoadResult;
}

/** In turns, and each the first in turn: what else the machine does falls on both. */
const compare = async (bare: Asked, appyard: Asked): Promise<Pair[]> => {
  for (const asked of [bare, appyard]) await load(asked, WARM_UP_SECONDS);
  const pairs: Pair[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const before = await load(bare, SECONDS);
    pairs.push({ bare: before, appyard: await load(appyard, SECONDS) });
    const after = await load(appyard, SECONDS);
    pairs.push({ appyard: after, bare: await load(bare, SECONDS) });
  }
  return pairs;
};

const cells = (pairs: Pair[]): string[] => {
  const figures = (of: keyof Pair): string[] => [
    median(pairs.map((pair) => pair[of].perSecond)).toFixed(0),
    median(pairs.map((pair) => pair[of].p50Ms)).toFixed(1),
    median(pairs.map((pair) => pair[of].p99Ms)).toFixed(1),
    median(pairs.map((pair) => pair[of].cpuMicros)).toFixed(0),
  ];
  const ratios = pairs.map(({ bare, appyard }) => appyard.perSecond / bare.perSecond);
  const format = (ratio: number): string => ratio.toFixed(2);
  return [...figures('bare'), ...figures('appyard'), format(median(ratios)), spread(ratios, format)];
};
