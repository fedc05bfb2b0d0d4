import { createHash, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { ReadStream } from 'node:fs';
import { access, constants, mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import type { Disk } from 'flydrive';
import { UnavailableError } from '../errors.ts';

/**
 * Content-addressed: a repeated put is harmless, and what a broken-off request left behind is only space until it is
 * collected. No path of a package is ever part of a key.
 */
export interface BlobStore {
  /** @returns the digest under which the bytes can be had again. */
  put(bytes: Uint8Array): Promise<string>;
  /** Takes a file whose digest is known already. The file may be gone afterwards. */
  putFile(file: { path: string; sha256: string; size: number }): Promise<void>;
  /** @throws UnavailableError when the store is away or the blob is not there. */
  get(sha256: string): Promise<Buffer>;
  /** As {@link get}; a failure in the middle is an error of the stream. */
  stream(sha256: string): Promise<Readable>;
  /** Looks whether it can be reached: a look at the disk, or one request. @throws UnavailableError */
  check(): Promise<void>;
}

/** How a store takes a file from the local disk to its final key. */
type MoveIn = (key: string, file: { path: string; size: number }) => Promise<void>;

const keyOf = (sha256: string): string => `${sha256.slice(0, 2)}/${sha256}`;

/** No content has this digest. */
const NOBODYS = '0'.repeat(64);

/**
 * @param incomingDir where files are written before they are moved in: they are complete, and on the disk for good,
 *   before anybody can see them.
 */
export const createBlobStore = (
  disk: Pick<Disk, 'exists' | 'getStream'>,
  incomingDir: string,
  moveIn: MoveIn,
): BlobStore => {
  const putFile: BlobStore['putFile'] = ({ path: file, sha256, size }) =>
    available(() => moveIn(keyOf(sha256), { path: file, size }));

  return {
    putFile,
    async put(bytes) {
      const sha256 = createHash('sha256').update(bytes).digest('hex');
      if (await available(() => disk.exists(keyOf(sha256)))) return sha256;
      await mkdir(incomingDir, { recursive: true });
      const file = path.join(incomingDir, randomUUID());
      try {
        await available(() => writeFile(file, bytes, { flag: 'wx', mode: 0o600, flush: true }));
        await putFile({ path: file, sha256, size: bytes.byteLength });
      } finally {
        await rm(file, { force: true });
      }
      return sha256;
    },
    // By way of the stream: flydrive's getBytes gives the whole memory behind a small file's buffer.
    get: (sha256) => available(async () => buffer(await disk.getStream(keyOf(sha256)))),
    stream: (sha256) =>
      available(async () => {
        const stream = await disk.getStream(keyOf(sha256));
        // On disk a missing file shows only when it is opened.
        if (stream instanceof ReadStream) await once(stream, 'open');
        return stream;
      }),
    check: () =>
      available(async () => {
        await access(incomingDir, constants.W_OK);
        await disk.exists(keyOf(NOBODYS));
      }),
  };
};

const available = async <T>(work: () => Promise<T>): Promise<T> => {
  try {
    return await work();
  } catch (err) {
    throw new UnavailableError('The blob store', err);
  }
};
