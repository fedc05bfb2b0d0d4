import type { Deps } from '../deps.ts';
import type { ProcessRole } from '../metrics/process-metrics.ts';
import { startOpsServer } from '../ops/ops-server.ts';
import { createCheckStores, type Store } from '../use-cases/check-stores.ts';
import type { Releases } from './releases.ts';

/** What each process cannot do without at all: the API answers and accepts everything while its queue is away. */
const needed: Record<ProcessRole, readonly Store[]> = {
  api: ['database'],
  worker: ['database', 'queue'],
  start: ['database'],
};

/**
 * Opens the port of METRICS_PORT, if there is to be one. Call before the process begins to work: so it can be asked for as
 * long as anything else is open.
 *
 * @param problems why the process should be started anew.
 */
export const openOps = async (
  deps: Deps,
  role: ProcessRole,
  releases: Releases,
  problems: () => string[] = () => [],
): Promise<void> => {
  const { config, log, metrics } = deps;
  if (!config.metrics) return;
  metrics.serveAs(role);
  const check = createCheckStores(deps);
  const readiness = async () => {
    const missing = await check();
    return { ready: !needed[role].some((store) => missing.includes(store)), missing };
  };
  const server = await startOpsServer(config.metrics, metrics, { problems, readiness }).catch((err: unknown) => {
    if (err instanceof Error && 'code' in err && err.code === 'EADDRINUSE')
      throw new Error(`port ${config.metrics?.port} is taken; set METRICS_PORT to another one.`, { cause: err });
    throw err;
  });
  releases.add('the metrics', () => server.close());
  log.info('metrics', { host: config.metrics.host, port: server.port });
};
