import { collectDefaultMetrics, Counter, Gauge, type Registry } from 'prom-client';
import type { Pool } from 'pg';
import { lostLines } from '../line-output.ts';

/** What a process is: `start` is API and worker in one. */
export type ProcessRole = 'api' | 'worker' | 'start';

/** The event loop's delay, memory, garbage collection, use of the pool. Measured only where somebody can ask. */
export const collectProcessMetrics = (registry: Registry, db: Pool, role: ProcessRole): void => {
  collectDefaultMetrics({ register: registry });
  const registers = [registry];
  new Gauge({
    name: 'appyard_process_info',
    help: '1: there is a process of this role.',
    labelNames: ['role'],
    registers,
  }).set({ role }, 1);
  new Counter({
    name: 'appyard_log_lines_lost_total',
    help: 'Lines of the log that could not be written, because nobody reads them or reads them too slowly.',
    registers,
    collect() {
      this.reset();
      this.inc(lostLines());
    },
  });
  new Gauge({
    name: 'appyard_db_pool_connections',
    help: 'Connections to the database: open, open and unused; waiting: requests for one that have to wait.',
    labelNames: ['state'],
    registers,
    collect() {
      this.set({ state: 'open' }, db.totalCount);
      this.set({ state: 'idle' }, db.idleCount);
      // A scrape's own question stands in the line for the moment in which this is read: only who finds no place waits.
      const isFull = db.idleCount === 0 && db.totalCount >= (db.options.max ?? Infinity);
      this.set({ state: 'waiting' }, isFull ? db.waitingCount : 0);
    },
  });
};
