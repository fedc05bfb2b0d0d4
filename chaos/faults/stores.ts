import { setTimeout as sleep } from 'node:timers/promises';
import type { Fault, FaultContext } from './fault.ts';

const S3_AWAY_MS = 5_000;
/** How long a store that is restarted stays away. */
const AWAY_MS = [0, 1_500] as const;

const redisAway = (
  { system: { redis }, random, outages }: FaultContext,
  signal: 'SIGTERM' | 'SIGKILL',
): Promise<void> =>
  outages.during(['Redis'], async () => {
    await redis?.stop(signal);
    await sleep(random.between(...AWAY_MS));
    await redis?.start();
  });

const postgresAway = (
  { system: { postgres }, random, outages }: FaultContext,
  mode: 'fast' | 'immediate',
): Promise<void> =>
  outages.during(['Postgres'], async () => {
    await postgres.stop(mode);
    await sleep(random.between(...AWAY_MS));
    await postgres.start();
  });

const fault = (kind: string, work: (context: FaultContext) => Promise<void>): Fault => ({
  kind,
  async run(context) {
    context.count(kind);
    await work(context);
  },
});

export const redisFaults: readonly Fault[] = [
  fault('Redis restarted', (context) => redisAway(context, 'SIGTERM')),
  fault('Redis killed', (context) => redisAway(context, 'SIGKILL')),
  fault('Redis flushed', async ({ system: { redis }, outages }) =>
    outages.during(['Redis'], async () => redis?.flush()),
  ),
];

export const postgresFaults: readonly Fault[] = [
  fault('Postgres restarted, fast', (context) => postgresAway(context, 'fast')),
  fault('Postgres restarted, immediate', (context) => postgresAway(context, 'immediate')),
];

/** Both at once: nothing that the system remembers can be asked. */
export const redisAndPostgres = fault('Redis and Postgres restarted together', async (context) => {
  await Promise.all([redisAway(context, 'SIGTERM'), postgresAway(context, 'immediate')]);
});

export const s3Faults: readonly Fault[] = [
  fault('S3 silent for 5 s', ({ system: { s3 }, outages }) =>
    outages.during(['S3'], async () => {
      s3.pause();
      await sleep(S3_AWAY_MS);
      s3.resume();
    }),
  ),
  fault('S3 gone for 5 s', ({ system: { s3 }, outages }) =>
    outages.during(['S3'], async () => {
      await s3.stop();
      await sleep(S3_AWAY_MS);
      await s3.start();
    }),
  ),
];
