import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, readFile, readdir, realpath, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { Client } from 'pg';
import { afterAll, afterEach, beforeAll, vi } from 'vitest';
import { layoutOf } from '../../src/embedded/layout.ts';
import { startEmbeddedPostgres } from '../../src/embedded/postgres.ts';
import { startTimeOf } from '../../src/embedded/process-info.ts';
import { stopServer } from '../../src/embedded/server.ts';

const ROOT = path.resolve(import.meta.dirname, '../..');
const source = (file: string): string => pathToFileURL(path.join(ROOT, 'src/embedded', file)).href;

export const query = async <Row extends object>(url: string, sql: string): Promise<Row[]> => {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Row>(sql)).rows;
  } finally {
    await client.end();
  }
};

export const serverPid = async (dataDir: string): Promise<number> =>
  Number((await readFile(path.join(dataDir, 'postgres', 'postmaster.pid'), 'utf8')).split('\n')[0]);

export const isAlive = async (pid: number): Promise<boolean> => (await startTimeOf(pid)) !== undefined;

export const entries = async (dir: string): Promise<string[]> => (await readdir(dir)).toSorted();

export const until = async (what: () => Promise<boolean>): Promise<void> => {
  const deadline = Date.now() + 10_000;
  while (!(await what())) {
    if (Date.now() > deadline) throw new Error('waited 10 s in vain');
    await sleep(5);
  }
};

/** Another `start`: tells on one line what it got, waits for a line, stops the server, tells that. */
const CHILD = `
import { startEmbeddedPostgres } from '${source('postgres.ts')}';
import { holdStartLock } from '${source('start-lock.ts')}';
import { createInterface } from 'node:readline';
process.on('SIGINT', () => {});
const say = (what) => console.log(JSON.stringify(what));
try {
  const postgres = await startEmbeddedPostgres({ dataDir: process.argv[1], log: () => {}, sync: false });
  const lock = await holdStartLock(postgres.url);
  say({ adopted: postgres.adopted, locked: lock !== undefined });
  for await (const line of createInterface(process.stdin)) break;
  await lock?.release();
  await postgres.stop();
  say({ stopped: true });
  process.exit(0);
} catch (err) {
  say({ error: err.message, name: err.name });
}`;

/** What the child says; every message has some of these. */
interface Said {
  adopted?: boolean;
  locked?: boolean;
  stopped?: boolean;
  error?: string;
  name?: string;
}

interface ChildOptions {
  uid?: number;
  gid?: number;
  /** Words in front of the command: what it runs in. */
  inside?: string[];
}

/**
 * Starts the server of a DATA_DIR from another process, in a session of its own. `said` gives its next message, `go`
 * lets it stop.
 */
const spawnStart = (dataDir: string, { inside = [], ...ids }: ChildOptions = {}) => {
  const node = [process.execPath, '--import', 'tsx', '--input-type=module', '-e', CHILD, dataDir];
  const [command = '', ...words] = [...inside, ...node];
  const child = spawn(command, words, {
    ...ids,
    cwd: ROOT,
    detached: true,
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { PATH: '/usr/bin:/bin', TSX_DISABLE_CACHE: '1', SECRETS_KEY: 'not for the server' },
  });
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  const said = async (): Promise<Said> => JSON.parse(String((await lines.next()).value)) as Said;
  return { child, said, go: () => child.stdin.write('\n') };
};

export const kill = async (child: ChildProcess): Promise<void> => {
  const gone = once(child, 'exit');
  child.kill('SIGKILL');
  await gone;
};

/** For one test file: data directories that are emptied, and processes that are ended, after every test. */
export const useEmbeddedPostgres = () => {
  let base = '';
  const dataDirs: string[] = [];
  const children: ChildProcess[] = [];
  const log = (): void => {};

  beforeAll(async () => {
    base = await realpath(await mkdtemp(path.join(os.tmpdir(), 'appyard-pg-')));
    await chmod(base, 0o711);
  });
  afterEach(async () => {
    vi.unstubAllEnvs();
    const running = children.splice(0).filter((child) => child.exitCode === null && child.signalCode === null);
    await Promise.all(running.map(kill));
    for (const dataDir of dataDirs.splice(0)) {
      await stopServer(layoutOf(dataDir).cluster, log).catch(log);
      await rm(dataDir, { recursive: true, force: true, maxRetries: 5 });
    }
  });
  afterAll(() => rm(base, { recursive: true, force: true }));

  /** A DATA_DIR that does not exist yet, below folders that everybody may pass through. */
  const newDataDir = (name: string): string => {
    const dataDir = path.join(base, name);
    dataDirs.push(dataDir);
    return dataDir;
  };
  const start = (dataDir: string) => startEmbeddedPostgres({ dataDir, log, sync: false });
  const startElsewhere = (dataDir: string, options?: ChildOptions) => {
    const started = spawnStart(dataDir, options);
    children.push(started.child);
    return started;
  };
  /** A new cluster that was stopped in good order, holding one row. */
  const makeCluster = async (dataDir: string): Promise<void> => {
    const postgres = await start(dataDir);
    await query(postgres.url, 'create table kept as select 42 as n');
    await postgres.stop();
  };
  return { children, makeCluster, newDataDir, start, startElsewhere };
};
