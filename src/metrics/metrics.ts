import type { Pool } from 'pg';
import { Registry } from 'prom-client';
import { createBacklogMetrics } from './backlog-metrics.ts';
import { createDeliveryMetrics, type DeliveryMetrics } from './delivery-metrics.ts';
import { createJobMetrics, type JobMetrics } from './job-metrics.ts';
import { collectProcessMetrics, type ProcessRole } from './process-metrics.ts';
import { createRequestMetrics, type RequestMetrics } from './request-metrics.ts';
import { createUpkeepMetrics, type UpkeepMetrics } from './upkeep-metrics.ts';

/** What a process counts. Callers say what happened; names, labels and buckets are decided here, in one file each. */
export interface Metrics {
  requests: RequestMetrics;
  jobs: JobMetrics;
  deliveries: DeliveryMetrics;
  upkeep: UpkeepMetrics;
  /** Call once, before anybody asks: begins to measure the process itself as well. */
  serveAs(role: ProcessRole): void;
  /** Everything, as Prometheus reads it. One round trip to the database at the most, none within 3 s of the last. */
  expose(): Promise<{ contentType: string; text: string }>;
}

/** A registry of its own, not the library's global one: several systems can live in one process. */
export const createMetrics = (db: Pool): Metrics => {
  const registry = new Registry();
  createBacklogMetrics(registry, db);
  return {
    requests: createRequestMetrics(registry),
    jobs: createJobMetrics(registry),
    deliveries: createDeliveryMetrics(registry),
    upkeep: createUpkeepMetrics(registry),
    serveAs: (role) => collectProcessMetrics(registry, db, role),
    expose: async () => ({ contentType: registry.contentType, text: await registry.metrics() }),
  };
};
