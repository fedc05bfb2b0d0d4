import type { Config } from '../config.ts';
import type { Logger } from '../logger.ts';
import type { ProcessRole } from '../metrics/process-metrics.ts';
import { createQueueTelemetry } from '../queue/telemetry.ts';
import { noTracing, type Tracing } from '../tracing/tracing.ts';
import type { Releases } from './releases.ts';

export interface OpenTracing {
  tracing: Tracing;
  /** For the queues; undefined: nothing is traced. */
  telemetry: Awaited<ReturnType<typeof createQueueTelemetry>> | undefined;
}

/** Registered before everything else is opened, so that what that does when it is closed is sent as well. */
export const openTracing = async (
  { traces }: Pick<Config, 'traces'>,
  role: ProcessRole,
  log: Logger,
  releases: Releases,
): Promise<OpenTracing> => {
  if (!traces) return { tracing: noTracing, telemetry: undefined };
  const { startTracing } = await import('../tracing/start-tracing.ts');
  const running = startTracing(traces, { role, log });
  releases.add('the traces', () => running.close());
  return { tracing: running.tracing, telemetry: await createQueueTelemetry() };
};
