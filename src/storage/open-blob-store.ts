import { createReadStream } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { Disk } from 'flydrive';
import { FSDriver } from 'flydrive/drivers/fs';
import { createBlobStore, type BlobStore } from './blob-store.ts';

/** The blob store, and where uploads are spooled before it takes them. */
export interface OpenBlobStore {
  blobs: BlobStore;
  incomingDir: string;
}

/**
 * `file:/path`: a folder. `s3://BUCKET?endpoint=URL&region=NAME&prefix=PATH`: a bucket, with credentials as every AWS
 * client finds them, or in the URL as user and password.
 *
 * @param dataDir where uploads are spooled when the blobs are elsewhere.
 */
export const openBlobStore = async (blobUrl: string, dataDir: string): Promise<OpenBlobStore> => {
  const opened = blobUrl.startsWith('s3:') ? await openS3(new URL(blobUrl), dataDir) : openFolder(folderOf(blobUrl));
  await mkdir(opened.incomingDir, { recursive: true, mode: 0o700 });
  await removeLeftovers(opened.incomingDir);
  return opened;
};

/** No request takes that long: what is older was left by a process that was killed. */
const LEFT_MS = 3_600_000;

const removeLeftovers = async (incomingDir: string): Promise<void> => {
  for (const name of await readdir(incomingDir)) {
    const file = path.join(incomingDir, name);
    const found = await stat(file).catch(() => undefined);
    if (found && Date.now() - found.mtimeMs > LEFT_MS) await rm(file, { force: true });
  }
};

const folderOf = (blobUrl: string): string =>
  blobUrl.startsWith('file://') ? fileURLToPath(blobUrl) : path.resolve(blobUrl.slice('file:'.length));

/**
 * Spooled beside the blobs, so that moving in is a rename: whole or not at all. flydrive's `move` copies and deletes,
 * and a crash in the middle would leave half a blob under the digest of the whole one.
 */
const openFolder = (root: string): OpenBlobStore => {
  const disk = new Disk(new FSDriver({ location: root, visibility: 'private' }));
  const incomingDir = path.join(root, 'incoming');
  const moveIn = async (key: string, file: { path: string }): Promise<void> => {
    const target = path.join(root, key);
    await mkdir(path.dirname(target), { recursive: true, mode: 0o700 });
    await rename(file.path, target);
  };
  return { incomingDir, blobs: createBlobStore(disk, incomingDir, moveIn) };
};

const CONNECT_MS = 3_000;
const IDLE_MS = 10_000;

/** What is not larger is sent from memory: that the client can repeat, a stream it cannot. */
const AT_ONCE_BYTES = 4 * 1024 * 1024;

/** The AWS client is loaded only where it is used: it is as large as everything else together. */
const openS3 = async (url: URL, dataDir: string): Promise<OpenBlobStore> => {
  const { S3Client } = await import('@aws-sdk/client-s3');
  const { S3Driver } = await import('flydrive/drivers/s3');
  const endpoint = url.searchParams.get('endpoint');
  const prefix = url.searchParams.get('prefix');
  const client = new S3Client({
    region: url.searchParams.get('region') ?? 'us-east-1',
    ...(endpoint !== null && { endpoint, forcePathStyle: true }),
    ...(url.username !== '' && {
      credentials: {
        accessKeyId: decodeURIComponent(url.username),
        secretAccessKey: decodeURIComponent(url.password),
      },
    }),
    // A server that hangs costs a request some 20 s and not for ever; then it is 503, or another attempt.
    maxAttempts: 2,
    requestHandler: { connectionTimeout: CONNECT_MS, socketTimeout: IDLE_MS },
    // The default checksums make servers other than AWS store a stream's framing along with its bytes.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
  });
  const disk = new Disk(new S3Driver({ client, bucket: url.hostname, visibility: 'private', supportsACL: false }));
  const incomingDir = path.join(dataDir, 'incoming');
  const under = (key: string): string => (prefix === null ? key : `${prefix}/${key}`);
  return {
    incomingDir,
    blobs: createBlobStore(prefixed(disk, under), incomingDir, async (key, file) => {
      if (file.size <= AT_ONCE_BYTES) return disk.put(under(key), await readFile(file.path));
      return disk.putStream(under(key), createReadStream(file.path), { contentLength: file.size });
    }),
  };
};

const prefixed = (disk: Disk, under: (key: string) => string): Pick<Disk, 'exists' | 'getStream'> => ({
  exists: (key) => disk.exists(under(key)),
  getStream: (key) => disk.getStream(under(key)),
});
