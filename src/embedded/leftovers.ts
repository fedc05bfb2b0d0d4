import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { EmbeddedPostgresError } from './embedded-postgres-error.ts';
import { SOCKET_FILE } from './layout.ts';
import type { Layout } from './layout.ts';
import type { Log } from './log.ts';
import { pidFileOf } from './pid-file.ts';
import { pidsWorkingIn } from './process-info.ts';
import { isSocketServed } from './socket-dir.ts';

const ORPHANS_TIMEOUT_MS = 5_000;

/**
 * The backends of a killed server notice within moments, but one in the middle of a computation does not; a second
 * server beside it would ruin the data. Without /proc we give them a second and leave the rest to PostgreSQL, which
 * refuses to start while its old shared memory is in use.
 */
const waitForOrphans = async (cluster: string): Promise<void> => {
  const deadline = Date.now() + ORPHANS_TIMEOUT_MS;
  for (;;) {
    const pids = await pidsWorkingIn(cluster);
    if (pids === undefined) await sleep(1_000);
    if (pids === undefined || pids.length === 0) return;
    if (Date.now() > deadline) {
      throw new EmbeddedPostgresError(
        `Processes of an earlier PostgreSQL still use ${cluster}: end them first (kill ${pids.join(' ')}).`,
      );
    }
    await sleep(50);
  }
};

/**
 * Removes what a killed server left: PostgreSQL itself takes the number in its pid file for a living server when a
 * zombie or any process of the same user bears it. Call only when no server of ours was found, and in the startup turn.
 * @throws EmbeddedPostgresError when somebody still uses the cluster
 */
export const clearLeftovers = async (layout: Layout, log: Log): Promise<void> => {
  await waitForOrphans(layout.cluster);
  if (await isSocketServed(layout)) {
    throw new EmbeddedPostgresError(
      `A PostgreSQL that cannot be seen from here (in another container?) serves ${layout.cluster}: stop it there first.`,
    );
  }
  const pidFile = pidFileOf(layout.cluster);
  if (existsSync(pidFile)) {
    log('the embedded PostgreSQL was killed last time; it will recover');
    await rm(pidFile, { force: true });
  }
  const socket = path.join(layout.runDir, SOCKET_FILE);
  await rm(socket, { force: true });
  await rm(`${socket}.lock`, { force: true });
};
