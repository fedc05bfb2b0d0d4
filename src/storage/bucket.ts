import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import type { S3ClientConfig } from '@aws-sdk/client-s3';
import { Disk } from 'flydrive';
import { onDrive, type ObjectStore } from './object-store.ts';

/** There is no object of this name: that it says so is a sign of life, and no list has to be made. */
const NOBODYS = 'nothing';
const CONNECT_MS = 3_000;
const IDLE_MS = 10_000;

/** What is not larger is sent from memory: that the client can repeat, a stream it cannot. */
const AT_ONCE_BYTES = 4 * 1024 * 1024;

/** The bucket's own rules say who may read. */
const privately = { visibility: 'private', supportsACL: false } as const;

/**
 * A bucket of S3, or of a server that speaks it. The AWS client is loaded only where it is used: it is as large as
 * everything else together.
 *
 * @param url `s3://BUCKET?endpoint=URL&region=NAME&prefix=PATH`, with credentials as user and password.
 */
export const openBucket = async (url: URL): Promise<ObjectStore> => {
  const { S3Client, paginateListObjectsV2 } = await import('@aws-sdk/client-s3');
  const { S3Driver } = await import('flydrive/drivers/s3');
  const bucket = url.hostname;
  // A server that hangs costs a request some 20 s and not for ever; then it is 503, or another attempt.
  const client = new S3Client({ ...clientConfig(url), maxAttempts: 2 });
  const disk = new Disk(new S3Driver({ client, bucket, ...privately }));
  // Never repeated by itself: a process that was stopped meanwhile would remove what somebody stored since then.
  const once = new S3Client({ ...clientConfig(url), maxAttempts: 1 });
  const removing = new Disk(new S3Driver({ client: once, bucket, ...privately }));
  const prefix = url.searchParams.get('prefix');
  const under = (key: string): string => (prefix === null ? key : `${prefix}/${key}`);
  const drive = onDrive(disk, { removing, under });
  return {
    ...drive,
    async check() {
      await drive.size(NOBODYS);
    },
    async *list() {
      const root = under('');
      for await (const { Contents = [] } of paginateListObjectsV2({ client }, { Bucket: bucket, Prefix: root }))
        yield Contents.map(({ Key = '' }) => Key.slice(root.length));
    },
    write: (key, bytes) => disk.put(under(key), bytes),
    moveIn: async (key, file) =>
      file.size <= AT_ONCE_BYTES
        ? disk.put(under(key), await readFile(file.path))
        : disk.putStream(under(key), createReadStream(file.path), { contentLength: file.size }),
  };
};

const clientConfig = (url: URL): S3ClientConfig => {
  const endpoint = url.searchParams.get('endpoint');
  return {
    region: url.searchParams.get('region') ?? 'us-east-1',
    ...(endpoint !== null && { endpoint, forcePathStyle: true }),
    ...(url.username !== '' && {
      credentials: {
        accessKeyId: decodeURIComponent(url.username),
        secretAccessKey: decodeURIComponent(url.password),
      },
    }),
    requestHandler: { connectionTimeout: CONNECT_MS, socketTimeout: IDLE_MS },
    // The default checksums make servers other than AWS store a stream's framing along with its bytes.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
  };
};
