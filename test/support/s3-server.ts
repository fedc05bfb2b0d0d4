import { spawn, type ChildProcess } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from './redis-server.ts';

export interface TestS3 {
  blobUrl: string;
  /** Kills it at once; what it was asked for is broken off. */
  stop(): Promise<void>;
  /** Again, on the same port and with what it had. */
  start(): Promise<void>;
}

/** Its package lacks the command that it names. It refuses valid signatures of lists, so it checks none. */
const program = `
const S3rver = require(${JSON.stringify(createRequire(import.meta.url).resolve('@20minutes/s3rver'))});
const [directory, port] = process.argv.slice(1);
const options = { silent: true, allowMismatchedSignatures: true, configureBuckets: [{ name: 'appyard', configs: [] }] };
new S3rver({ ...options, port: Number(port), address: '127.0.0.1', directory }).run();
`;
/** It seals the place where a list of more than 1,000 objects goes on with DES. */
const nodeFlags = ['--no-deprecation', '--openssl-legacy-provider', '--eval'];
const START_LIMIT_MS = 10_000;

/** A real S3 server in a process of its own, with one bucket, on this machine. */
export const startS3 = async (directory: string): Promise<TestS3> => {
  await mkdir(directory, { recursive: true });
  const port = await freePort();
  let server: ChildProcess | undefined;
  const start = async (): Promise<void> => {
    server = spawn(process.execPath, [...nodeFlags, program, directory, String(port)], { stdio: 'ignore' });
    await untilAnswers(port);
  };
  await start();
  return {
    blobUrl: `s3://S3RVER:S3RVER@appyard?endpoint=http://127.0.0.1:${port}&prefix=blobs`,
    start,
    async stop() {
      const ended = new Promise((resolve) => server?.once('close', resolve));
      if (server?.kill('SIGKILL') === true) await ended;
    },
  };
};

const untilAnswers = async (port: number): Promise<void> => {
  for (const giveUp = Date.now() + START_LIMIT_MS; ; await sleep(30)) {
    const answers = await fetch(`http://127.0.0.1:${port}/`).then(
      () => true,
      () => false,
    );
    if (answers) return;
    if (Date.now() > giveUp) throw new Error('the S3 server does not start');
  }
};
