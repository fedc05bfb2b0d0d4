import { setTimeout as sleep } from 'node:timers/promises';
import type { Pool } from 'pg';
import { residentSize } from './process-size.ts';

/** What a process takes of the machine and of Postgres. */
export interface Occupancy {
  /** In bytes. */
  memory: number;
  /** To Postgres. */
  connections: number;
}

const EVERY_MS = 50;

/** @param part the name that the process gives its connections. */
export const occupancy = async (db: Pool, part: string, pid: number): Promise<Occupancy> => {
  const { rows } = await db.query<{ n: number }>(
    'select count(*) as n from pg_stat_activity where datname = current_database() and application_name = $1',
    [part],
  );
  return { memory: residentSize(pid), connections: rows[0]!.n };
};

/** Looks every 50 ms while `work` is under way. @returns the most that it saw of each. */
export const watchOccupancy = async (
  db: Pool,
  part: string,
  pid: number,
  work: () => Promise<void>,
): Promise<Occupancy> => {
  let most = await occupancy(db, part, pid);
  let done = false;
  const finished = work().finally(() => (done = true));
  const watching = (async () => {
    while (!done) {
      const { memory, connections } = await occupancy(db, part, pid);
      most = { memory: Math.max(most.memory, memory), connections: Math.max(most.connections, connections) };
      await sleep(EVERY_MS);
    }
  })();
  await Promise.all([finished, watching]);
  return most;
};
