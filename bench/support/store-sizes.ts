import type { Redis } from 'ioredis';
import type { Pool } from 'pg';
import { meanJobSize, usedMemory } from './redis-sizes.ts';
import { tableSizes, type TableSize } from './table-sizes.ts';

export interface Stores {
  db: Pool;
  /** Undefined: the queue is in Postgres. */
  redis: Redis | undefined;
  /** Of the keys in Redis. */
  prefix: string;
}

/** What all that the stores hold takes, in bytes. */
export interface StoreSizes {
  /** As they are, with the room that rows had which were changed since. */
  tables: ReadonlyMap<string, TableSize>;
  packed: ReadonlyMap<string, TableSize>;
  redis: { used: number; entry: number } | undefined;
}

/** Packs the tables. */
export const storeSizes = async ({ db, redis, prefix }: Stores): Promise<StoreSizes> => {
  const tables = await tableSizes(db);
  await db.query('vacuum full');
  return {
    tables,
    packed: await tableSizes(db),
    redis: redis && { used: await usedMemory(redis), entry: await meanJobSize(redis, prefix) },
  };
};
