import { availableParallelism } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { requestBuild, upload, type Target } from '../src/cli/push-client.ts';
import { readConfig } from '../src/config.ts';
import { createPool } from '../src/db/pool.ts';
import { createAccount } from '../src/use-cases/create-account.ts';
import { createToken } from '../src/use-cases/create-token.ts';
import { createUser } from '../src/use-cases/create-user.ts';
import { POLL_MS, pollJob } from './support/jobs.ts';
import { queueBuilds } from './support/queue-builds.ts';
import { samplePackage } from './support/sample-package.ts';
import type { Services } from './support/services.ts';
import { median, quantile } from './support/statistics.ts';
import { openSystem, queueKinds, type QueueKind, type System } from './support/system.ts';
import type { Table } from './support/table.ts';

const FLOOD = 1_000;
const ROUNDS = 2;
/** Of each round, beside the flood and without it. */
const BUILDS = 12;
const WARM_UP_BUILDS = 10;
/** With more, whoever is first in line still shares the cores with them. */
const PLACES = availableParallelism();
const UPLOADS_AT_ONCE = 4;
/** Who stands behind the whole flood waits as long as that takes. */
const LIMIT_MS = 180_000;
const AIM = 2;

/** How long one account waits for its build while another one has queued a thousand. */
export const benchFairness = async (services: Services): Promise<Table> => {
  const rows: string[][] = [];
  for (const queue of queueKinds) rows.push(await fairnessOn(services, queue));
  return {
    title: `Fairness: one account's build, from upload to completed, beside ${FLOOD} queued builds of another`,
    head: ['queue', 'alone p50 ms', 'p95', 'beside p50 ms', 'p95', 'ratio p50', 'p95', 'builds beside', 'still queued'],
    rows,
    notes: [
      `A worker with ${PLACES} places, one a core; ${ROUNDS} rounds in turns, ${BUILDS} builds each, one after the other: alone, then beside`,
      `a flood that was queued before the worker started. Measured only while the flood lasts. Aim: ratio < ${AIM}.`,
      'still queued: the least that was left of the flood when a round had ended.',
    ],
  };
};

const fairnessOn = async (services: Services, queue: QueueKind): Promise<string[]> => {
  const system = await openSystem(services, queue, { WORKER_CONCURRENCY: String(PLACES) });
  const db = createPool({ url: system.env['DATABASE_URL']!, max: 2, onError: () => undefined });
  const other = { ...system, ...(await makeSecond(db)) };
  const queued = async (): Promise<number> =>
    (await db.query<{ n: number }>(`select count(*)::int as n from jobs where state = 'queued'`)).rows[0]!.n;
  let worker = await system.startWorker();
  const packages = counter();
  for (let i = 0; i < WARM_UP_BUILDS; i += 1) await timeOne(other, packages());

  const [alone, beside]: [number[], number[]] = [[], []];
  let left = FLOOD;
  for (let round = 0; round < ROUNDS; round += 1) {
    for (let i = 0; i < BUILDS; i += 1) alone.push(await timeOne(other, packages()));
    await worker.stop();
    await queueBuilds(system, { count: FLOOD, atOnce: UPLOADS_AT_ONCE, archiveOf: () => samplePackage(packages()) });
    worker = await system.startWorker();
    while ((await queued()) > FLOOD - WARM_UP_BUILDS) await sleep(20);
    for (let i = 0; i < BUILDS && (i === 0 || (await queued()) > 0); i += 1)
      beside.push(await timeOne(other, packages()));
    left = Math.min(left, await queued());
    while ((await queued()) > 0) await sleep(200);
  }
  await db.end();
  await system.close();
  const figures = (times: number[]) => [median(times), quantile(times, 0.95)] as const;
  const [a, b] = [figures(alone), figures(beside)];
  const ratios = [b[0] / a[0], b[1] / a[1]].map((ratio) => ratio.toFixed(2));
  return [queue, ...a.map(whole), ...b.map(whole), ...ratios, String(beside.length), String(left)];
};

const whole = (ms: number): string => ms.toFixed(0);

const counter = (): (() => number) => {
  let last = 0;
  return () => (last += 1);
};

const makeSecond = async (db: ReturnType<typeof createPool>): Promise<Pick<System, 'token' | 'authorization'>> => {
  const email = 'bea@second.example';
  await createAccount({ db }, 'second');
  await createUser({ db }, { subdomain: 'second', email, role: 'admin', password: null });
  const { token } = await createToken({ db, config: readConfig({}) }, { email, label: 'bench', expiresAt: null });
  return { token, authorization: `Bearer ${token}` };
};

type Api = Pick<System, 'origin' | 'token' | 'authorization'>;

const targetOf = ({ origin, token }: Api): Target => ({ baseUrl: origin, token });

const timeOne = async (api: Api, number: number): Promise<number> => {
  const archive = samplePackage(number);
  const started = performance.now();
  const id = await requestBuild(targetOf(api), await upload(targetOf(api), archive, 'app.zip'));
  for (;;) {
    const { status, message } = await pollJob(api, id);
    if (status === 'completed') return performance.now() - started;
    if (status !== 'queued' && status !== 'working') throw new Error(`job ${id} is ${status}: ${message}`);
    if (performance.now() - started > LIMIT_MS) throw new Error(`job ${id} has not ended within ${LIMIT_MS} ms`);
    await sleep(POLL_MS);
  }
};
