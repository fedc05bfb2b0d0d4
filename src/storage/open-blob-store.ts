import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { createBlobStore, type BlobStore } from './blob-store.ts';
import { openBucket } from './bucket.ts';
import { openFolder } from './folder.ts';
import { removeLeftovers } from './incoming.ts';

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
  const inBucket = blobUrl.startsWith('s3:');
  // Beside the blobs of a folder, so that moving in is a rename.
  const incomingDir = path.join(inBucket ? dataDir : folderOf(blobUrl), 'incoming');
  await mkdir(incomingDir, { recursive: true, mode: 0o700 });
  await removeLeftovers(incomingDir);
  const objects = inBucket ? await openBucket(new URL(blobUrl)) : openFolder(folderOf(blobUrl), incomingDir);
  return { incomingDir, blobs: createBlobStore(objects) };
};

const folderOf = (blobUrl: string): string =>
  blobUrl.startsWith('file://') ? fileURLToPath(blobUrl) : path.resolve(blobUrl.slice('file:'.length));
