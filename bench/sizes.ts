import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import type { Pool } from 'pg';
import { createPool } from '../src/db/pool.ts';
import { occupancy, watchOccupancy, type Occupancy } from './support/occupancy.ts';
import { queueBuilds } from './support/queue-builds.ts';
import { countClients } from './support/redis-sizes.ts';
import { BYTES, samplePackage } from './support/sample-package.ts';
import type { Services } from './support/services.ts';
import { storeSizes, type StoreSizes } from './support/store-sizes.ts';
import { openSystem, queueKinds, type QueueKind } from './support/system.ts';
import type { TableSize } from './support/table-sizes.ts';
import type { Table } from './support/table.ts';

const JOBS = 500;
const UPLOADS_AT_ONCE = 8;
const IDLE_MS = 1_500;
const LIMIT_MS = 120_000;
/** What a job has of its own in Postgres; `bullmq` is the queue where there is no Redis. The rest is what it makes. */
const OWN_TABLES = ['jobs', 'audit_entries', 'uploads', 'bullmq'];

interface Sizes {
  jobs: string[][];
  processes: string[][];
}

/** What a job takes in the stores, and a process of memory and connections. */
export const benchSizes = async (services: Services): Promise<Table[]> => {
  const sizes: Sizes[] = [];
  for (const queue of queueKinds) sizes.push(await sizesOn(services, queue));
  return [
    {
      title: `Sizes: bytes a job in the stores, of ${JOBS} builds of new apps`,
      head: ['what', 'queued', 'ended', 'of it indexes', 'not packed'],
      rows: sizes.flatMap(({ jobs }) => jobs),
      notes: [
        'Redis: MEMORY USAGE of a job itself; and used_memory of INFO, divided by the number of jobs.',
        'Tables: with their indexes and packed (vacuum full); not packed: as they are when the last job has ended.',
        'With the queue in Redis they are the same, without bullmq. uploads go within ten minutes after a build.',
        'made: app, version and the rows of its files, which stay as long as the app.',
      ],
    },
    {
      title: `Sizes: processes, while ${JOBS} packages of ${BYTES / 1_000} kB are uploaded, ${UPLOADS_AT_ONCE} at once, and then built by one worker`,
      head: ['process', 'idle MB', 'busy MB', 'Postgres idle', 'busy', 'Redis'],
      rows: sizes.flatMap(({ processes }) => processes),
      notes: [
        `Resident size and open connections. Idle: ${IDLE_MS / 1_000} s after the start; busy: the most that was seen.`,
      ],
    },
  ];
};

const sizesOn = async (services: Services, queue: QueueKind): Promise<Sizes> => {
  const redis = queue === 'redis' ? new Redis(services.redisUrl) : undefined;
  const clients = async (): Promise<number> => (redis ? countClients(redis) : Number.NaN);
  const before = await clients();
  const system = await openSystem(services, queue, { MAX_RUNNING_PER_ACCOUNT: String(JOBS) });
  const db = createPool({ url: system.env['DATABASE_URL']!, max: 1, onError: () => undefined });
  const stores = { db, redis, prefix: system.env['REDIS_PREFIX'] ?? '' };
  await sleep(IDLE_MS);
  const [api, withApi] = [await occupancy(db, 'api', system.api.pid), await clients()];
  const first = await system.startWorker();
  await sleep(IDLE_MS);
  const [worker, withWorker] = [await occupancy(db, 'worker', first.pid), await clients()];
  await first.stop();

  const empty = await storeSizes(stores);
  const archive = samplePackage(0);
  const asked = { count: JOBS, atOnce: UPLOADS_AT_ONCE, archiveOf: () => archive };
  const busyApi = await watchOccupancy(db, 'api', system.api.pid, () => queueBuilds(system, asked));
  const queued = await storeSizes(stores);
  const second = await system.startWorker();
  const busyWorker = await watchOccupancy(db, 'worker', second.pid, () => untilBuilt(db));
  await second.stop();
  const ended = await storeSizes(stores);
  await db.end();
  redis?.disconnect();
  await system.close();
  return {
    jobs: jobRows(queue, [empty, queued, ended]),
    processes: [
      processRow(`api, ${queue}`, [api, busyApi], withApi - before),
      processRow(`worker, ${queue}`, [worker, busyWorker], withWorker - withApi),
    ],
  };
};

const untilBuilt = async (db: Pool): Promise<void> => {
  const deadline = Date.now() + LIMIT_MS;
  for (;;) {
    const { rows } = await db.query<{ state: string; n: number }>(
      'select state, count(*) as n from jobs group by state',
    );
    if (rows.length === 1 && rows[0]!.state === 'completed') return;
    if (Date.now() > deadline) throw new Error(`not built within ${LIMIT_MS} ms: ${JSON.stringify(rows)}`);
    await sleep(200);
  }
};

const each = (bytes: number): string => (bytes / JOBS).toFixed(0);

/** @param sizes before the jobs, with all of them queued, and with all of them ended. */
const jobRows = (queue: QueueKind, [empty, queued, ended]: [StoreSizes, StoreSizes, StoreSizes]): string[][] => {
  if (queue === 'redis')
    return [
      ['Redis, MEMORY USAGE', ...[queued, ended].map(({ redis }) => redis!.entry.toFixed(0))],
      ['Redis, INFO', ...[queued, ended].map(({ redis }) => each(redis!.used - empty.redis!.used))],
    ];
  const rowOf = (title: string, names: string[]): string[] => {
    const grown = (sizes: StoreSizes, of: 'packed' | 'tables', what: keyof TableSize): string =>
      each(names.reduce((sum, name) => sum + sizes[of].get(name)![what] - empty.packed.get(name)![what], 0));
    return [
      `Postgres, ${title}`,
      grown(queued, 'packed', 'whole'),
      grown(ended, 'packed', 'whole'),
      grown(ended, 'packed', 'indexes'),
      grown(ended, 'tables', 'whole'),
    ];
  };
  const rest = [...empty.packed.keys()].filter((name) => !OWN_TABLES.includes(name));
  return [...OWN_TABLES.map((name) => rowOf(name, [name])), rowOf('made', rest)];
};

const processRow = (name: string, [idle, busy]: [Occupancy, Occupancy], redisClients: number): string[] => {
  const megabytes = ({ memory }: Occupancy): string => (memory / 1e6).toFixed(0);
  return [
    name,
    megabytes(idle),
    megabytes(busy),
    String(idle.connections),
    String(busy.connections),
    Number.isNaN(redisClients) ? '' : String(redisClients),
  ];
};
