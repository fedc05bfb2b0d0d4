import { spawn } from 'node:child_process';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { vi } from 'vitest';
import { freePort, isListening } from './redis-server.ts';
import { requireProgram } from './system-packages.ts';
import { startProxy } from './tcp-proxy.ts';

export interface RunningPooler {
  /** Of the same database, through the pooler. */
  url: string;
  stop(): Promise<void>;
}

/**
 * Runs the real PgBouncer in transaction mode in front of a database.
 *
 * @param databaseUrl names the folder of a socket as `host`.
 * @param settings more lines of its configuration.
 * @throws Error when there is no PgBouncer and none can be installed.
 */
export const startPgBouncer = async (databaseUrl: string, settings: readonly string[] = []): Promise<RunningPooler> => {
  const program = requireProgram('pgbouncer', { apt: 'pgbouncer', brew: 'pgbouncer' });
  const { pathname, searchParams } = new URL(databaseUrl);
  const socket = path.join(searchParams.get('host')!, `.s.PGSQL.${searchParams.get('port')}`);
  const user = searchParams.get('user')!;
  // It may run as another user than the one that may use the socket.
  const proxy = await startProxy({ path: socket });
  const [folder, port] = [await mkdtemp(path.join(tmpdir(), 'appyard-pgbouncer-')), await freePort()];
  const configuration = [
    '[databases]',
    `* = host=127.0.0.1 port=${proxy.port} user=${user}`,
    '[pgbouncer]',
    'listen_addr = 127.0.0.1',
    `listen_port = ${port}`,
    'unix_socket_dir =',
    'auth_type = any',
    'pool_mode = transaction',
    'default_pool_size = 5',
    'max_client_conn = 500',
    ...settings,
  ];
  await writeFile(path.join(folder, 'pgbouncer.ini'), configuration.join('\n'));
  await chmod(folder, 0o755);
  const as = process.getuid?.() === 0 ? ['-u', 'nobody'] : [];
  const pooler = spawn(program, [...as, path.join(folder, 'pgbouncer.ini')], { stdio: 'ignore' });
  const ended = new Promise<void>((resolve) => pooler.once('close', () => resolve()));
  await vi.waitFor(() => isListening(port), { timeout: 20_000 });
  return {
    url: `postgres://${user}@127.0.0.1:${port}${pathname}`,
    async stop() {
      pooler.kill('SIGKILL');
      await ended;
      await proxy.close();
      await rm(folder, { recursive: true });
    },
  };
};
