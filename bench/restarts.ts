import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { comeToRest } from '../chaos/come-to-rest.ts';
import { createClient } from '../chaos/driver/client.ts';
import { drive } from '../chaos/driver/drive.ts';
import { createLedger } from '../chaos/driver/ledger.ts';
import { createTally } from '../chaos/driver/tally.ts';
import { createRandom } from '../chaos/random.ts';
import { createOutages, queueStoreOf } from '../chaos/stores/outages.ts';
import { openSystem, type System } from '../chaos/system.ts';
import type { Services } from './support/services.ts';
import { median } from './support/statistics.ts';
import { queueKinds, type QueueKind } from './support/system.ts';
import type { Table } from './support/table.ts';

const AT_ONCE = 12;
const SEED = 1;
/** Load before the first restart, and after the last one. */
const LEAD_MS = 2_000;
const CLIENT_MS = 20_000;
const REST_MS = 60_000;
const DEADLINE_MS = 20_000;

/** What a deploy under load costs: every worker and every API ended by SIGTERM and started again, one after the other. */
export const benchRestarts = async (services: Services): Promise<Table> => {
  const rows: string[][] = [];
  for (const queue of queueKinds) rows.push(await restartsOn(services, queue));
  return {
    title: 'Rolling restart of three workers and two APIs under load',
    head: [
      'queue',
      'jobs',
      'failed jobs',
      'tried again',
      'failed requests',
      'sent elsewhere',
      'ended in ms',
      'longest',
      'all in s',
    ],
    rows,
    notes: [
      `${AT_ONCE} clients upload, build, install and poll all the time, each through either API; S3 holds the blobs.`,
      'failed jobs: good packages that failed; some jobs are cancelled. tried again: jobs that took a second attempt. Aim: 0, 0.',
      'failed requests: 5xx, and connections that broke in the middle. Aim: 0. sent elsewhere: refused by an API that was',
      'away, and sent to the other one, as a load balancer would. ended in: from SIGTERM to the end of a process, median.',
    ],
  };
};

const restartsOn = async ({ folder, releases }: Services, queue: QueueKind): Promise<string[]> => {
  const own = path.join(folder, `restarts-${queue}`);
  const logDir = path.join(own, 'logs');
  await mkdir(logDir, { recursive: true });
  const system = await openSystem({ queue, folder: own, logDir, deadlineMs: DEADLINE_MS, releases });
  const [ledger, tally, outages] = [createLedger(), createTally(), createOutages()];
  const random = createRandom(SEED);
  const client = createClient({ ...system, tally, outages, random: random.fork('client'), limitMs: CLIENT_MS });
  let goOn = true;
  const stop = AbortSignal.timeout(REST_MS * 5);
  const queueStore = queueStoreOf(queue);
  const context = { client, ledger, tally, outages, queueStore, random, stop, tenants: system.tenants };
  const driving = drive({ ...context, atOnce: AT_ONCE, goOn: () => goOn });
  await sleep(LEAD_MS);
  const { ended, seconds } = await restartAll(system);
  await sleep(LEAD_MS);
  goOn = false;
  await driving;
  await comeToRest(system.db, REST_MS);
  const jobs = await countJobs(
    system,
    ledger.asked.filter(({ expected }) => expected === 'completed').map(({ jobId }) => jobId),
  );
  const elsewhere = tally.connectionErrors.get('ECONNREFUSED, another API was asked') ?? 0;
  const broken = sum(tally.connectionErrors) - elsewhere;
  await stopAll(system);
  return [
    queue,
    String(jobs.all),
    String(jobs.failed),
    String(jobs.again),
    String(broken + sum(tally.serverErrors)),
    String(elsewhere),
    median(ended).toFixed(0),
    Math.max(...ended).toFixed(0),
    seconds.toFixed(1),
  ];
};

const restartAll = async ({ workers, apis }: System): Promise<{ ended: number[]; seconds: number }> => {
  const began = performance.now();
  const ended: number[] = [];
  for (const program of [...workers, ...apis]) ended.push(await program.restart());
  return { ended, seconds: (performance.now() - began) / 1_000 };
};

interface JobCounts {
  all: number;
  failed: number;
  again: number;
}

const countJobs = async ({ db }: System, good: (string | undefined)[]): Promise<JobCounts> => {
  const { rows } = await db.query<JobCounts>(
    `select count(*)::int as all, count(*) filter (where state = 'failed' and id = any($1))::int as failed,
       count(*) filter (where attempts_used > 1)::int as again from jobs`,
    [good.filter((id) => id !== undefined)],
  );
  return rows[0]!;
};

const sum = (counts: ReadonlyMap<string, number>): number =>
  [...counts.values()].reduce((total, count) => total + count, 0);

/** The next measurement wants the machine for itself. */
const stopAll = async ({ workers, apis }: System): Promise<void> => {
  await Promise.all([...workers, ...apis].map((program) => program.stop()));
};
