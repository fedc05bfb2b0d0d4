import type { QueueKind } from '../../bench/support/system.ts';

export type StoreName = 'Redis' | 'Postgres' | 'S3';

/** Where the queue is. */
export const queueStoreOf = (queue: QueueKind): StoreName => (queue === 'redis' ? 'Redis' : 'Postgres');

/** Which stores were away when: for the causes of what clients were told. */
export interface Outages {
  during<T>(stores: readonly StoreName[], work: () => Promise<T>): Promise<T>;
  /** Whether the store was away, or lost what it knew, between two moments. */
  wasAway(store: StoreName, from: number, to: number): boolean;
  /** Those that are away, or were a moment ago: what failed then is told a little later. Empty: none. */
  recent(): StoreName[];
}

/** A request waits for S3 as long as its client does: some 20 s. */
const TOLD_LATER_MS: Record<StoreName, number> = { Redis: 3_000, Postgres: 5_000, S3: 25_000 };

/** Connections are made again with some delay. */
const AFTERWARDS_MS = 3_000;

export const createOutages = (): Outages => {
  const away = new Map<StoreName, number>();
  const over = new Map<StoreName, number>();
  const past: { store: StoreName; from: number; to: number }[] = [];
  return {
    async during(stores, work) {
      const from = Date.now();
      for (const store of stores) away.set(store, (away.get(store) ?? 0) + 1);
      try {
        return await work();
      } finally {
        for (const store of stores) {
          away.set(store, away.get(store)! - 1);
          over.set(store, Date.now());
          past.push({ store, from, to: Date.now() });
        }
      }
    },
    wasAway: (store, from, to) =>
      (away.get(store) ?? 0) > 0 ||
      past.some((outage) => outage.store === store && outage.from <= to && outage.to + AFTERWARDS_MS >= from),
    recent: () =>
      (['Redis', 'Postgres', 'S3'] as const).filter(
        (store) => (away.get(store) ?? 0) > 0 || Date.now() - (over.get(store) ?? 0) < TOLD_LATER_MS[store],
      ),
  };
};
