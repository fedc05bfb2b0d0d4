import { spawn } from 'node:child_process';
import { connect, createServer, type AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { installPackage, onPath } from './system-packages.ts';

/** A Redis server for the tests: that of REDIS_URL, else a private one. `stop` ends only the private one. */
export interface TestRedis {
  url: string;
  stop(): Promise<void>;
}

export const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });

/** Rejects while nothing listens on a port of this machine. */
export const isListening = (port: number): Promise<void> =>
  new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy();
      resolve();
    });
    socket.once('error', reject);
  });

/** @throws Error in one line when there is no Redis server and none can be installed. */
export const startRedis = async (): Promise<TestRedis> => {
  const given = process.env['REDIS_URL'];
  if (given) return { url: given, stop: async () => undefined };
  const port = await freePort();
  const server = spawnRedis(['--port', String(port), '--save', '', '--appendonly', 'no']);
  const url = `redis://127.0.0.1:${port}`;
  await untilReady(url);
  return { url, stop: () => server.stop() };
};

export interface RedisProcess {
  stop(signal?: NodeJS.Signals): Promise<void>;
}

/**
 * A redis-server of our own on loopback.
 *
 * @param args a configuration file, if any, comes first.
 * @throws Error as {@link startRedis}.
 */
export const spawnRedis = (args: string[]): RedisProcess => {
  if (!onPath('redis-server') && !(installPackage({ apt: 'redis-server', brew: 'redis' }) && onPath('redis-server')))
    throw new Error('The tests need a Redis server: install redis-server (apt, brew), or set REDIS_URL to one.');
  const server = spawn('redis-server', [...args, '--bind', '127.0.0.1'], { stdio: 'ignore' });
  return {
    stop: (signal) =>
      new Promise((resolve) => {
        // Ctrl-C reaches it too.
        if (server.exitCode !== null || server.signalCode !== null) return resolve();
        server.once('exit', () => resolve());
        server.kill(signal);
      }),
  };
};

const untilReady = async (url: string): Promise<void> => {
  const redis = new Redis(url, { lazyConnect: true, retryStrategy: null, maxRetriesPerRequest: 0 });
  redis.on('error', () => undefined);
  for (let tries = 0; tries < 100; tries += 1) {
    const ready = await redis.connect().then(
      () => true,
      () => false,
    );
    if (ready) return redis.disconnect();
    await sleep(50);
  }
  throw new Error(`The private redis-server at ${url} did not start.`);
};
