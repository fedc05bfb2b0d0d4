import type { Deps } from '../deps.ts';
import type { ProcessRole } from '../metrics/process-metrics.ts';
import { startOpsServer, type OpsChecks } from '../ops/ops-server.ts';
import type { BlobMark } from '../use-cases/check-marks.ts';
import { createCheckStores, type Store } from '../use-cases/check-stores.ts';
import { listenOn } from './explain-listen.ts';
import type { Releases } from './releases.ts';

/** What each process cannot do without at all: the API answers and accepts everything while its queue is away. */
const needed: Record<ProcessRole, readonly Store[]> = {
  api: ['database'],
  worker: ['database', 'queue'],
  start: ['database'],
};

export interface Ops {
  /** Says from now on on `/livez` why the process should be started anew. */
  watch(problems: () => string[]): void;
}

/**
 * Opens the port of METRICS_PORT, if there is to be one. Call before the process begins to work: so it can be asked for as
 * long as anything else is open.
 *
 * @param blobMark what is known of the mark of the blob store. A worker is not ready while the store has lost it.
 */
export const openOps = async (
  deps: Deps,
  role: ProcessRole,
  releases: Releases,
  blobMark: () => BlobMark,
): Promise<Ops> => {
  const { config, log, metrics } = deps;
  let problems = (): string[] => [];
  const ops: Ops = {
    watch(watched) {
      problems = watched;
    },
  };
  if (!config.metrics) return ops;
  metrics.serveAs(role);
  const address = config.metrics;
  // Without METRICS_HOST it is HOST's.
  const place = { ...address, hostSetting: 'METRICS_HOST (or HOST)', portSetting: 'METRICS_PORT' };
  const checks = { problems: () => problems(), readiness: readinessOf(deps, role, blobMark) };
  const server = await listenOn(place, () => startOpsServer(address, metrics, checks));
  releases.add('the metrics', () => server.close());
  log.info('metrics', { host: config.metrics.host, port: server.port });
  return ops;
};

const readinessOf = (deps: Deps, role: ProcessRole, blobMark: () => BlobMark): OpsChecks['readiness'] => {
  const check = createCheckStores(deps);
  return async () => {
    const away = await check();
    const blobsLost = blobMark() === 'lost';
    const missing = blobsLost && !away.includes('blobs') ? [...away, 'blobs'] : away;
    const able = !needed[role].some((store) => missing.includes(store));
    return { ready: able && !(blobsLost && role === 'worker'), missing };
  };
};
