import type { Config } from '../config.ts';
import { startServer } from '../http/server.ts';
import { checkKeyMarks } from '../use-cases/check-marks.ts';
import type { Logger } from '../logger.ts';
import { apiPlace, listenOn } from './explain-listen.ts';
import { keepHeapsSmall } from './heap.ts';
import { openDeps } from './open-deps.ts';
import { openOps } from './open-ops.ts';
import { openTls } from './open-tls.ts';
import { renewOnHangup } from './renew-on-hangup.ts';
import type { Releases } from './releases.ts';
import { runProcess } from './run-process.ts';
import { watchBlobMark } from './watch-blob-mark.ts';

/** Longer than an upload needs to end, shorter than what orchestrators wait for. */
const CLOSE_MS = 20_000;

/** The HTTP API as a process of its own. */
export const api = (config: Config): Promise<void> => {
  keepHeapsSmall();
  const open = async (log: Logger, releases: Releases, fail: (err: Error) => void): Promise<void> => {
    const tls = await openTls(config);
    const { deps } = await openDeps(config, log, releases, 'api');
    await checkKeyMarks(deps);
    await openOps(deps, 'api', releases, await watchBlobMark(deps, { releases, fail, writes: true }));
    const { port, host } = config;
    const server = await listenOn(apiPlace(config), () => startServer(deps, { port, host, tls }));
    releases.add('the server', () => server.close(), CLOSE_MS);
    renewOnHangup(config, server, log);
    log.info('listening', { host: config.host, port: server.port, publicUrl: config.publicUrl });
  };
  return runProcess(config, open, { hangupIsOther: config.tls !== undefined });
};
