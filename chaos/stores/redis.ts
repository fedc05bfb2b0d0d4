import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { freePort } from '../../test/support/redis-server.ts';
import { installPackage, onPath } from '../../test/support/system-packages.ts';
import { logFileAt } from '../processes/log-file.ts';

export interface RedisStore {
  url: string;
  /** By SIGKILL the last second of its file may be lost, as appendfsync everysec promises no more. */
  stop(signal: 'SIGTERM' | 'SIGKILL'): Promise<void>;
  start(): Promise<void>;
  flush(): Promise<void>;
}

const READY_MS = 15_000;

/** A Redis as docs say it is to be run: AOF each second, nothing evicted. */
export const openRedis = async (dir: string, logPath: string): Promise<RedisStore> => {
  if (!onPath('redis-server') && !(installPackage({ apt: 'redis-server', brew: 'redis' }) && onPath('redis-server')))
    throw new Error('A chaos run needs a Redis server: install redis-server (apt, brew).');
  await mkdir(dir, { recursive: true });
  const log = logFileAt(logPath);
  const port = await freePort();
  const url = `redis://127.0.0.1:${port}`;
  const settings = {
    port: String(port),
    bind: '127.0.0.1',
    dir,
    save: '',
    appendonly: 'yes',
    appendfsync: 'everysec',
    'maxmemory-policy': 'noeviction',
  };
  let server: ChildProcess;
  const start = async (): Promise<void> => {
    const output = log.openForWriting();
    const words = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value]);
    server = spawn('redis-server', words, { stdio: ['ignore', output.fd, output.fd], detached: true });
    output.close();
    await untilReady(url);
  };
  await start();
  return {
    url,
    start,
    async stop(signal) {
      if (server.exitCode !== null || server.signalCode !== null) return;
      const ended = once(server, 'exit');
      server.kill(signal);
      await ended;
    },
    flush: () => withClient(url, (redis) => redis.flushall()),
  };
};

const withClient = async (url: string, work: (redis: Redis) => Promise<unknown>): Promise<void> => {
  const redis = new Redis(url, { lazyConnect: true, retryStrategy: null, maxRetriesPerRequest: 0 });
  redis.on('error', () => undefined);
  try {
    await redis.connect();
    await work(redis);
  } finally {
    redis.disconnect();
  }
};

/** It refuses everything while it reads its file. */
const untilReady = async (url: string): Promise<void> => {
  const deadline = Date.now() + READY_MS;
  for (;;) {
    const failure = await withClient(url, (redis) => redis.ping()).then(
      () => undefined,
      (err: unknown) => err,
    );
    if (failure === undefined) return;
    if (Date.now() > deadline) throw new Error(`The Redis at ${url} did not start.`, { cause: failure });
    await sleep(30);
  }
};
