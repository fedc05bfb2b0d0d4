import { Gauge, type Registry } from 'prom-client';
import { readBacklog, type Backlog } from '../db/job-backlog.ts';
import type { Queryable } from '../db/pool.ts';
import { within } from '../within.ts';

/** Several may scrape, and each metric asks: one statement serves them all for that long. */
const BELIEVED_MS = 3_000;
const LIMIT_MS = 2_000;
const KINDS = ['build', 'install'] as const;
const STATES = ['queued', 'working'] as const;

/**
 * What is unfinished, from the database: every process says the same of the whole system, so dashboards and scalers take
 * the highest and not the sum. With the database away these metrics are not there, and the others are.
 */
export const createBacklogMetrics = (registry: Registry, db: Queryable): void => {
  let asked = -Infinity;
  let answer: Promise<Backlog[] | undefined> = Promise.resolve(undefined);
  const read = (): Promise<Backlog[] | undefined> => {
    if (performance.now() - asked < BELIEVED_MS) return answer;
    asked = performance.now();
    answer = within(LIMIT_MS, 'The database', readBacklog(db)).catch(() => undefined);
    return answer;
  };
  new Gauge({
    name: 'appyard_jobs_unfinished',
    help: 'Jobs that are not finished, of the whole system.',
    labelNames: ['kind', 'state'],
    registers: [registry],
    async collect() {
      const backlog = await read();
      this.reset();
      if (!backlog) return;
      for (const kind of KINDS) for (const state of STATES) this.set({ kind, state }, 0);
      for (const { kind, state, count } of backlog) this.set({ kind, state }, count);
    },
  });
  new Gauge({
    name: 'appyard_oldest_unfinished_job_seconds',
    help: 'How long ago the oldest unfinished job was asked for, of the whole system.',
    labelNames: ['kind'],
    registers: [registry],
    async collect() {
      const backlog = await read();
      this.reset();
      if (!backlog) return;
      for (const kind of KINDS) {
        const ages = backlog.filter((part) => part.kind === kind).map(({ oldestSeconds }) => oldestSeconds);
        this.set({ kind }, Math.max(0, ...ages));
      }
    },
  });
};
