import { mkdir } from 'node:fs/promises';
import S3rver from 's3rver';
import { freePort } from './redis-server.ts';

export interface TestS3 {
  blobUrl: string;
  stop(): Promise<void>;
}

/** A real S3 server on this machine, with one bucket. */
export const startS3 = async (directory: string): Promise<TestS3> => {
  await mkdir(directory, { recursive: true });
  const port = await freePort();
  const server = new S3rver({
    port,
    address: '127.0.0.1',
    silent: true,
    directory,
    configureBuckets: [{ name: 'appyard', configs: [] }],
  });
  await server.run();
  return {
    blobUrl: `s3://S3RVER:S3RVER@appyard?endpoint=http://127.0.0.1:${port}&prefix=blobs`,
    stop: () => server.close(),
  };
};
