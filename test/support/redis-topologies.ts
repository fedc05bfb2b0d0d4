import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Redis, type RedisOptions } from 'ioredis';
import { vi } from 'vitest';
import { makeCertificate } from './certificates.ts';
import { freePort, spawnRedis, type RedisProcess } from './redis-server.ts';

const PASSWORD = 'p@ss:word/%';

interface Servers {
  folder: string;
  /** Starts one on this port, which keeps what it is given beyond a restart. */
  start(port: number, ...args: string[]): RedisProcess;
  /** One command to the server on this port. */
  ask(port: number, command: string, ...args: string[]): Promise<unknown>;
  close(): Promise<void>;
}

/** @param options what a client needs beside the port. */
const openServers = async (options: Pick<RedisOptions, 'host' | 'password' | 'tls'> = {}): Promise<Servers> => {
  const folder = await mkdtemp(path.join(tmpdir(), 'appyard-redis-'));
  const running = new Set<RedisProcess>();
  return {
    folder,
    start(port, ...args) {
      const names = [`--dbfilename`, `${port}.rdb`, '--appenddirname', `aof-${port}`];
      const server = spawnRedis([...args, '--dir', folder, ...names, '--save', '', '--appendonly', 'yes']);
      running.add(server);
      return server;
    },
    async ask(port, command, ...args) {
      const redis = new Redis({ host: '127.0.0.1', port, lazyConnect: true, retryStrategy: null, ...options });
      redis.on('error', () => undefined);
      try {
        await redis.connect();
        return await redis.call(command, ...args);
      } finally {
        redis.disconnect();
      }
    },
    async close() {
      await Promise.all([...running].map((server) => server.stop('SIGKILL')));
      await rm(folder, { recursive: true });
    },
  };
};

const soon = <T>(check: () => Promise<T>): Promise<T> => vi.waitFor(check, { timeout: 20_000, interval: 50 });

const must = (right: boolean, what: string): void => {
  if (!right) throw new Error(what);
};

/** The bus of a cluster's node listens 10000 above its port, which must be one as well. */
const clusterPort = async (): Promise<number> => {
  for (;;) {
    const port = await freePort();
    if (port < 55_000) return port;
  }
};

export interface TestCluster {
  url: string;
  ports: number[];
  ask: Servers['ask'];
  /** The port of the master that has a key. */
  portOf(key: string): Promise<number>;
  stop(port: number): Promise<void>;
  start(port: number): void;
  /** Until every node finds that all slots are served. */
  untilWhole(): Promise<void>;
  /** Until this node answers nothing but that the cluster is down. */
  untilDown(port: number): Promise<void>;
  close(): Promise<void>;
}

const SLOTS = 16_384;

/** Three masters with a third of the slots each. */
export const startCluster = async (): Promise<TestCluster> => {
  const servers = await openServers();
  const ports = [await clusterPort(), await clusterPort(), await clusterPort()];
  const processes = new Map<number, RedisProcess>();
  const start = (port: number): void => {
    const cluster = ['--cluster-enabled', 'yes', '--cluster-config-file', `nodes-${port}.conf`];
    const args = ['--port', String(port), ...cluster, '--cluster-node-timeout', '1000'];
    processes.set(port, servers.start(port, ...args));
  };
  for (const port of ports) start(port);
  const [first] = ports;
  for (const [index, port] of ports.entries()) {
    const range = [index, index + 1].map((third) => Math.floor((third * SLOTS) / ports.length));
    await soon(() => servers.ask(port, 'CLUSTER', 'ADDSLOTSRANGE', String(range[0]), String(range[1]! - 1)));
    await servers.ask(port, 'CLUSTER', 'SET-CONFIG-EPOCH', String(index + 1));
    if (port !== first) await servers.ask(port, 'CLUSTER', 'MEET', '127.0.0.1', String(first));
  }
  const untilWhole = async (): Promise<void> => {
    for (const port of ports)
      await soon(async () => {
        const info = String(await servers.ask(port, 'CLUSTER', 'INFO'));
        must(/cluster_state:ok/.test(info) && /cluster_known_nodes:3/.test(info), info);
      });
  };
  await untilWhole();
  return {
    url: `redis+cluster://${ports.map((port) => `127.0.0.1:${port}`).join(',')}`,
    ports,
    ask: (port, command, ...args) => servers.ask(port, command, ...args),
    async portOf(key) {
      const slot = Number(await servers.ask(first!, 'CLUSTER', 'KEYSLOT', key));
      return ports[Math.floor((slot * ports.length) / SLOTS)]!;
    },
    stop: async (port) => processes.get(port)?.stop(),
    start,
    untilWhole,
    untilDown: (port) =>
      soon(async () => must(/cluster_state:fail/.test(String(await servers.ask(port, 'CLUSTER', 'INFO'))), 'up')),
    close: () => servers.close(),
  };
};

export interface TestSentinel {
  url: string;
  /** The port of the master of the moment. */
  master(): Promise<number>;
  /** Kills the master, and waits until the sentinel has put its replica in its place. */
  failOver(): Promise<void>;
  close(): Promise<void>;
}

/** A master, its replica, and one sentinel that alone decides. All want the password, the sentinel another one. */
export const startSentinel = async (): Promise<TestSentinel> => {
  const servers = await openServers({ password: PASSWORD });
  const [first, second, sentinel] = [await freePort(), await freePort(), await freePort()];
  const secrets = ['--requirepass', PASSWORD, '--masterauth', PASSWORD];
  const processes = new Map([
    [first, servers.start(first, '--port', String(first), ...secrets)],
    [second, servers.start(second, '--port', String(second), ...secrets, '--replicaof', `127.0.0.1 ${first}`)],
  ]);
  await soon(async () => must(/slave0:.*online/.test(String(await servers.ask(first, 'INFO'))), 'no replica'));
  const file = path.join(servers.folder, 'sentinel.conf');
  const lines = [
    `port ${sentinel}`,
    'requirepass other',
    `sentinel monitor main 127.0.0.1 ${first} 1`,
    `sentinel auth-pass main ${PASSWORD}`,
    'sentinel down-after-milliseconds main 500',
    'sentinel failover-timeout main 3000',
  ];
  await writeFile(file, lines.join('\n'));
  const watcher = spawnRedis([file, '--sentinel', '--dir', servers.folder]);
  const asked = new Redis({ host: '127.0.0.1', port: sentinel, password: 'other' });
  asked.on('error', () => undefined);
  const master = async (): Promise<number> =>
    Number(((await asked.call('SENTINEL', 'GET-MASTER-ADDR-BY-NAME', 'main')) as string[])[1]);
  // Before it knows the replica it could put nothing in the master's place.
  await soon(async () =>
    must(((await asked.call('SENTINEL', 'REPLICAS', 'main')) as unknown[]).length === 1, 'the replica is not known'),
  );
  return {
    url: `redis+sentinel://:${encodeURIComponent(PASSWORD)}@127.0.0.1:${sentinel}/main?sentinelPassword=other`,
    master,
    async failOver() {
      const old = await master();
      await processes.get(old)?.stop('SIGKILL');
      await soon(async () => must((await master()) !== old, 'no failover'));
    },
    async close() {
      asked.disconnect();
      await watcher.stop('SIGKILL');
      await servers.close();
    },
  };
};

export interface TestTlsRedis {
  url: string;
  /** Of the authority that has signed the server's certificate. */
  caFile: string;
  close(): Promise<void>;
}

/** A server that speaks TLS alone, with a certificate for `localhost` that nobody well-known has signed. */
export const startTlsRedis = async (): Promise<TestTlsRedis> => {
  const authority = await makeCertificate('Redis authority', { authority: true });
  const { cert, key } = await makeCertificate('localhost', { signedBy: authority });
  const servers = await openServers({ host: 'localhost', password: PASSWORD, tls: { ca: authority.cert } });
  const [certFile, keyFile, caFile] = ['cert.pem', 'key.pem', 'ca.pem'].map((name) => path.join(servers.folder, name));
  await Promise.all([writeFile(certFile!, cert), writeFile(keyFile!, key), writeFile(caFile!, authority.cert)]);
  const port = await freePort();
  const files = ['--tls-cert-file', certFile!, '--tls-key-file', keyFile!, '--tls-ca-cert-file', caFile!];
  const tls = ['--port', '0', '--tls-port', String(port), ...files, '--tls-auth-clients', 'no'];
  servers.start(port, ...tls, '--requirepass', PASSWORD);
  await soon(() => servers.ask(port, 'PING'));
  return {
    url: `rediss://:${encodeURIComponent(PASSWORD)}@localhost:${port}`,
    caFile: caFile!,
    close: () => servers.close(),
  };
};

export interface TestEvictingRedis {
  url: string;
  port: number;
  ask(command: string, ...args: string[]): Promise<unknown>;
  close(): Promise<void>;
}

/** A server that forgets what has not been used for long. */
export const startEvictingRedis = async (): Promise<TestEvictingRedis> => {
  const servers = await openServers();
  const port = await freePort();
  servers.start(port, '--port', String(port), '--maxmemory-policy', 'allkeys-lru');
  await soon(() => servers.ask(port, 'PING'));
  return {
    url: `redis://127.0.0.1:${port}`,
    port,
    ask: (command, ...args) => servers.ask(port, command, ...args),
    close: () => servers.close(),
  };
};
