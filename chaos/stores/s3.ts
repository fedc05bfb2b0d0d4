import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { freePort } from '../../test/support/redis-server.ts';
import { logFileAt } from '../processes/log-file.ts';

export const BUCKET = 'appyard';
export const KEY = 'S3RVER';

export interface S3Store {
  endpoint: string;
  /** For the system. */
  blobUrl: string;
  /** It takes connections and says nothing. */
  pause(): void;
  resume(): void;
  /** It is not there. */
  stop(): Promise<void>;
  start(): Promise<void>;
}

const READY_MS = 15_000;
const STOP_MS = 3_000;
/** It seals the place where a list of more than 1,000 objects goes on with DES. */
const NODE_FLAGS = ['--import', 'tsx', '--no-deprecation', '--openssl-legacy-provider'];
const MAIN = fileURLToPath(import.meta.resolve('./s3-main.ts'));

/** A real S3 server, with one bucket. */
export const openS3 = async (dir: string, logPath: string): Promise<S3Store> => {
  await mkdir(dir, { recursive: true });
  const log = logFileAt(logPath);
  const port = await freePort();
  const endpoint = `http://127.0.0.1:${port}`;
  let server: ChildProcess;
  const start = async (): Promise<void> => {
    const size = log.size();
    const output = log.openForWriting();
    const words = [...NODE_FLAGS, MAIN, dir, String(port), BUCKET];
    server = spawn(process.execPath, words, { stdio: ['ignore', output.fd, output.fd], detached: true });
    output.close();
    const deadline = Date.now() + READY_MS;
    while (!(await log.since(size)).includes('serving')) {
      if (Date.now() > deadline || server.exitCode !== null)
        throw new Error(`The S3 server did not start: see ${logPath}`);
      await sleep(30);
    }
  };
  await start();
  return {
    endpoint,
    blobUrl: `s3://${KEY}:${KEY}@${BUCKET}?endpoint=${endpoint}&prefix=blobs`,
    start,
    pause: () => void server.kill('SIGSTOP'),
    resume: () => void server.kill('SIGCONT'),
    async stop() {
      if (server.exitCode !== null || server.signalCode !== null) return;
      const ended = once(server, 'exit');
      server.kill('SIGCONT');
      server.kill('SIGTERM');
      const inTime = await Promise.race([ended.then(() => true), sleep(STOP_MS, false, { ref: false })]);
      if (!inTime) server.kill('SIGKILL');
      await ended;
    },
  };
};
