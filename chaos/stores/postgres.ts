import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir } from 'node:fs/promises';
import { findBinaries } from '../../src/embedded/binaries.ts';
import { ensureCluster } from '../../src/embedded/cluster.ts';
import { realLayoutOf } from '../../src/embedded/layout.ts';
import { clearLeftovers } from '../../src/embedded/leftovers.ts';
import { embeddedPostgresUrl } from '../../src/embedded/postgres-url.ts';
import { spawnAs } from '../../src/embedded/run-command.ts';
import { waitUntilReady } from '../../src/embedded/server.ts';
import { chooseServiceUser } from '../../src/embedded/service-user.ts';
import { prepareSocketDir } from '../../src/embedded/socket-dir.ts';
import { logFileAt } from '../processes/log-file.ts';

export interface PostgresStore {
  url: string;
  /** Fast: sessions are ended, everything is written. Immediate: everything is dropped, the next start recovers. */
  stop(mode: 'fast' | 'immediate'): Promise<void>;
  start(): Promise<void>;
}

/**
 * Five processes with pools of 20, and those that were killed and are not yet missed. Nothing waits for the disk: only the
 * server is ended here, never the machine.
 */
const settings = ['max_connections=250', 'shared_buffers=64MB', 'fsync=off', 'full_page_writes=off'];

const quiet = (): void => undefined;

/** A Postgres of our own, the binaries that npm installed, with a postmaster that is ours to end and to start. */
export const openPostgres = async (dir: string, logPath: string): Promise<PostgresStore> => {
  await mkdir(dir, { recursive: true });
  // Run by root, Postgres is another user, who must be able to pass through.
  await chmod(dir, 0o711);
  const layout = await realLayoutOf(dir);
  const binaries = await findBinaries();
  const as = await chooseServiceUser(layout, binaries.postgres);
  await ensureCluster(layout, binaries, as, false);
  await prepareSocketDir(layout, as);
  const log = logFileAt(logPath);
  const own = ['listen_addresses=', `unix_socket_directories="${layout.socketDir}"`, 'unix_socket_permissions=0700'];
  let server: ChildProcess;
  const hasEnded = (): boolean => server.exitCode !== null || server.signalCode !== null;

  const start = async (): Promise<void> => {
    await clearLeftovers(layout, quiet);
    const output = log.openForWriting();
    const words = [...own, ...settings].flatMap((setting) => ['-c', setting]);
    server = spawnAs(as, [binaries.postgres, '-D', layout.cluster, ...words], {
      stdio: ['ignore', output.fd, output.fd],
      detached: true,
    });
    output.close();
    if (!(await waitUntilReady(layout, quiet, hasEnded))) throw new Error(`Postgres did not start: see ${logPath}`);
  };
  await start();
  return {
    url: embeddedPostgresUrl(dir),
    start,
    async stop(mode) {
      if (hasEnded()) return;
      const ended = once(server, 'exit');
      server.kill(mode === 'fast' ? 'SIGINT' : 'SIGQUIT');
      await ended;
    },
  };
};
