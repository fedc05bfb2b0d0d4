import { constants, open, rename, stat } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { EmbeddedPostgresError, reasonIn } from './embedded-postgres-error.ts';
import type { Layout } from './layout.ts';
import type { Log } from './log.ts';
import { readServer } from './pid-file.ts';
import { isServerOf } from './process-info.ts';
import { spawnAs } from './run-command.ts';
import type { RunAs } from './run-command.ts';

// Recovery after a power cut reads up to 1 GB of log (max_wal_size); the server is left at it if this does not suffice.
const READY_TIMEOUT_MS = 300_000;
const POLL_MS = 15;
const LARGEST_LOG_BYTES = 10_000_000;
// Together under the 15 s that a shutdown allows. Told to drop everything, PostgreSQL itself kills after 5 s what clings.
const FAST_STOP_MS = 8_000;
const IMMEDIATE_STOP_MS = 6_000;

// Not synchronous_commit=off: that would lose rows when only the server is killed.
const NO_SYNC = ['fsync=off', 'full_page_writes=off'];

const settings = (layout: Layout, sync: boolean): string[] => [
  'listen_addresses=',
  // The value is a list: quotes keep a path with commas or spaces in one piece.
  `unix_socket_directories="${layout.socketDir.replaceAll('"', '""')}"`,
  'unix_socket_permissions=0700',
  'max_connections=100',
  'shared_buffers=64MB',
  ...(sync ? [] : NO_SYNC),
];

const openLog = async (layout: Layout, as: RunAs) => {
  const size = await stat(layout.logFile).then(
    (file) => file.size,
    () => 0,
  );
  if (size > LARGEST_LOG_BYTES) await rename(layout.logFile, `${layout.logFile}.1`);
  // As root we write into another user's folder: follow no link that he may have put there.
  const { O_APPEND, O_CREAT, O_NOFOLLOW, O_RDWR } = constants;
  const file = await open(layout.logFile, O_APPEND | O_CREAT | O_NOFOLLOW | O_RDWR, 0o600);
  if (as.owner !== undefined) await file.chown(as.owner.uid, as.owner.gid);
  return { file, offset: (await file.stat()).size };
};

/**
 * Waits until the server is ready for queries. Gives undefined when there is none (any more): it ended, or was on its
 * way out; `ended` says so of one that has no pid file yet.
 */
export const waitUntilReady = async (layout: Layout, log: Log, ended: () => boolean = () => true) => {
  const began = Date.now();
  let told = false;
  for (;;) {
    const over = ended(); // asked before the file is read: a server that ended may have been ready in between
    const server = await readServer(layout.cluster);
    if (server?.status === 'ready') return server;
    if (server === undefined && over) return undefined;
    if (Date.now() - began > READY_TIMEOUT_MS) {
      throw new EmbeddedPostgresError(`PostgreSQL is still not ready after 5 minutes: see ${layout.logFile}.`);
    }
    if (!told && Date.now() - began > 5_000) {
      log('the embedded PostgreSQL is not ready yet', { status: server?.status, logFile: layout.logFile });
      told = true;
    }
    await sleep(POLL_MS);
  }
};

/**
 * Starts the server and waits until it is ready. It has a session of its own, so Ctrl-C does not take the database away
 * from under running jobs, and it outlives us if we are killed.
 * @throws EmbeddedPostgresError with the end of the server's log when it does not come up
 */
export const launchServer = async (
  layout: Layout,
  words: { postgres: string; as: RunAs; sync: boolean },
  log: Log,
): Promise<void> => {
  const { file, offset } = await openLog(layout, words.as);
  try {
    // -D first and nothing through a shell: the next start recognises the server by the argument that is its cluster.
    const options = settings(layout, words.sync).flatMap((setting) => ['-c', setting]);
    const child = spawnAs(words.as, [words.postgres, '-D', layout.cluster, ...options], {
      stdio: ['ignore', file.fd, file.fd],
      detached: true,
    });
    let problem = '';
    child.once('error', (err) => (problem = err.message));
    child.unref();
    const ended = (): boolean => problem !== '' || child.exitCode !== null || child.signalCode !== null;
    if ((await waitUntilReady(layout, log, ended)) !== undefined) return;
    const { buffer, bytesRead } = await file.read(Buffer.alloc(64_000), 0, 64_000, offset);
    throw new EmbeddedPostgresError(
      `PostgreSQL does not start on ${layout.cluster}: ${reasonIn(problem || buffer.toString('utf8', 0, bytesRead))}`,
    );
  } finally {
    await file.close();
  }
};

const signal = (pid: number, name: 'SIGINT' | 'SIGQUIT'): void => {
  try {
    process.kill(pid, name);
  } catch (err) {
    if (!(err instanceof Error && 'code' in err && err.code === 'ESRCH')) throw err; // it ended by itself meanwhile
  }
};

const isGoneWithin = async (pid: number, cluster: string, ms: number): Promise<boolean> => {
  const deadline = Date.now() + ms;
  while (await isServerOf(pid, cluster)) {
    if (Date.now() > deadline) return false;
    await sleep(POLL_MS);
  }
  return true;
};

/**
 * Stops the server: first it ends its sessions and writes everything out (fast), after 8 s it drops everything and
 * recovers at the next start (immediate). Does nothing when none runs.
 * @throws EmbeddedPostgresError when it survives both
 */
export const stopServer = async (cluster: string, log: Log): Promise<void> => {
  const server = await readServer(cluster);
  if (server === undefined) return;
  signal(server.pid, 'SIGINT');
  if (await isGoneWithin(server.pid, cluster, FAST_STOP_MS)) return;
  log('the embedded PostgreSQL does not stop; it is told to drop everything', { pid: server.pid });
  signal(server.pid, 'SIGQUIT');
  if (await isGoneWithin(server.pid, cluster, IMMEDIATE_STOP_MS)) return;
  throw new EmbeddedPostgresError(`PostgreSQL (process ${server.pid}) does not stop.`);
};
