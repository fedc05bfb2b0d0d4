import { setTimeout as sleep } from 'node:timers/promises';
import type { Pool } from 'pg';

const LOOK_MS = 200;

/** Waits until no job is unfinished, so long at most. */
export const comeToRest = async (db: Pool, limitMs: number): Promise<void> => {
  const began = Date.now();
  while (Date.now() - began < limitMs) {
    const { rows } = await db.query(`select 1 from jobs where state in ('queued', 'working') limit 1`);
    if (rows.length === 0) return;
    await sleep(LOOK_MS);
  }
};
